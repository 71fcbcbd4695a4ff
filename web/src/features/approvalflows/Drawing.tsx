import '@xyflow/react/dist/base.css';
import './drawing.css';
import {
  ApartmentOutlined,
  AppstoreAddOutlined,
  BranchesOutlined,
  CheckCircleOutlined,
  FlagOutlined,
  MailOutlined,
  MergeCellsOutlined,
} from '@ant-design/icons';
import {
  Background,
  BaseEdge,
  Controls,
  type Edge,
  EdgeLabelRenderer,
  type EdgeProps,
  getSmoothStepPath,
  Handle,
  MarkerType,
  type Node,
  type NodeChange,
  type NodeProps,
  Panel,
  Position,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
} from '@xyflow/react';
import { Button, Dropdown } from 'antd';
import { useEffect, useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { chosen, useDesign } from './design';
import { Mark, Taken } from './ListParts';
import { addNode, connect, removeArm, removeItem } from './model/edit';
import { arranged, size } from './model/layout';
import { type Item, lineOf, nodeOf } from './model/tree';
import { lineWords, modeWords, nodeName, peopleWords } from './model/words';
import type { FlowNode, NodeKind } from './types';

type Data = { flow: FlowNode };
type WayData = { label: string; via?: number; off: boolean; missing: boolean };

const dot = 8;
// The way of an empty part goes round at the right.
const fit = { maxZoom: 1, padding: { top: '48px', bottom: '24px', left: '24px', right: '96px' } } as const;
const at = (type: 'source' | 'target', y: number) => ({
  type,
  position: type === 'source' ? Position.Bottom : Position.Top,
  x: size.width / 2 - dot / 2,
  y: y - dot / 2,
  width: dot,
  height: dot,
});
// Nodes have one size, so that lines can be drawn before anything is measured.
const handles = [at('target', 0), at('source', size.height)];

export default function Drawing() {
  return (
    <ReactFlowProvider>
      <Canvas />
    </ReactFlowProvider>
  );
}

/** The x over which the way of an empty part goes round the steps beside it. */
function detours(items: Item[], out: Map<string, number>): Map<string, number> {
  for (const i of items) {
    if (i.type !== 'block') continue;
    const inner = (list: Item[]): number[] =>
      list.flatMap((x) => (x.type === 'block' ? [x.node.x, ...x.arms.flatMap((a) => inner(a.items))] : 'node' in x ? [x.node.x] : []));
    const right = Math.max(i.node.x, ...i.arms.flatMap((a) => inner(a.items))) + size.width;
    for (const [at, a] of i.arms.entries()) if (!a.items.length && i.arms.length > 1) out.set(a.line.id, right + 28 + at * 6);
    for (const a of i.arms) detours(a.items, out);
  }
  return out;
}

function Canvas() {
  const { t } = useTranslation();
  const { flow, tree, say, edit, selected, dispatch, shown } = useDesign();
  const view = useReactFlow();
  const on = chosen(selected);
  const box = useRef<HTMLDivElement>(null);
  const nodes: Node<Data>[] = useMemo(
    () =>
      flow.nodes.map((n) => ({
        id: n.id,
        type: 'step',
        position: { x: n.x, y: n.y },
        data: { flow: n },
        width: size.width,
        height: size.height,
        measured: { width: size.width, height: size.height },
        handles,
        selected: n.id === on,
        ariaLabel: nodeName(say, n),
      })),
    [flow.nodes, on, say],
  );
  const edges: Edge<WayData>[] = useMemo(() => {
    const round = detours(tree.items, new Map());
    return flow.lines.map((l) => {
      const branch = nodeOf(flow, l.from)?.kind === 'branch';
      return {
        id: l.id,
        type: 'way',
        source: l.from,
        target: l.to,
        selected: l.id === on,
        focusable: true,
        markerEnd: { type: MarkerType.ArrowClosed, color: 'var(--fc-soft)', width: 16, height: 16 },
        ariaLabel: lineWords(say, flow, l) || l.id,
        data: {
          label: lineWords(say, flow, l),
          via: round.get(l.id),
          off: shown !== undefined && !shown.lines.has(l.id),
          missing: branch && !l.else && !l.when?.cel && !l.when?.any?.length,
        },
      };
    });
  }, [flow, tree, on, say, shown]);

  // What was selected elsewhere comes into sight.
  useEffect(() => {
    const n = on ? nodeOf(flow, on) : undefined;
    if (!n || !box.current) return;
    const p = view.flowToScreenPosition({ x: n.x + size.width / 2, y: n.y + size.height / 2 });
    const r = box.current.getBoundingClientRect();
    if (p.x < r.left + 60 || p.x > r.right - 60 || p.y < r.top + 40 || p.y > r.bottom - 40) {
      void view.setCenter(n.x + size.width / 2, n.y + size.height / 2, { zoom: view.getZoom() });
    }
  }, [on, view, flow]);

  const change = (changes: NodeChange<Node<Data>>[]) => {
    const moved = new Map(changes.flatMap((c) => (c.type === 'position' && c.position ? [[c.id, c.position] as const] : [])));
    for (const c of changes) if (c.type === 'select' && c.selected) dispatch({ type: 'select', selected: { node: c.id } });
    if (!moved.size || !edit) return;
    dispatch({
      type: 'change',
      key: `place.${[...moved.keys()].join()}`,
      make: (f) => ({
        ...f,
        nodes: f.nodes.map((n) => {
          const p = moved.get(n.id);
          return p ? { ...n, x: Math.round(p.x), y: Math.round(p.y) } : n;
        }),
      }),
    });
  };
  const add = (kind: NodeKind) => {
    const r = box.current?.getBoundingClientRect();
    const p = view.screenToFlowPosition({ x: (r?.left ?? 0) + (r?.width ?? 0) / 2, y: (r?.top ?? 0) + (r?.height ?? 0) / 2 });
    dispatch({
      type: 'add',
      make: (f) => {
        const [next, node] = addNode(f, kind, { x: Math.round(p.x - size.width / 2), y: Math.round(p.y - size.height / 2) });
        return [next, node.id];
      },
    });
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys belong to the nodes inside, which have the focus
    <div
      className="fc-af-drawing"
      ref={box}
      onKeyDown={(e) => {
        const node = e.target instanceof HTMLElement && !e.target.closest('input, textarea, .ant-dropdown');
        if (!edit || !node || (e.key !== 'Delete' && e.key !== 'Backspace') || !selected) return;
        e.preventDefault();
        dispatch({ type: 'change', make: (f) => ('node' in selected ? removeItem(f, selected.node) : removeArm(f, selected.line)) });
      }}
    >
      <ReactFlow<Node<Data>, Edge<WayData>>
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onNodesChange={change}
        onNodeClick={(_, n) => dispatch({ type: 'select', selected: { node: n.id } })}
        onEdgeClick={(_, l) => dispatch({ type: 'select', selected: { line: l.id } })}
        onEdgesChange={(all) => {
          for (const c of all) if (c.type === 'select' && c.selected) dispatch({ type: 'select', selected: { line: c.id } });
        }}
        onPaneClick={() => dispatch({ type: 'select', selected: undefined })}
        onConnect={(c) => dispatch({ type: 'change', make: (f) => connect(f, c.source, c.target) })}
        nodesDraggable={edit}
        nodesConnectable={edit}
        deleteKeyCode={null}
        multiSelectionKeyCode={null}
        selectionKeyCode={null}
        minZoom={0.25}
        maxZoom={1.5}
        fitView
        fitViewOptions={fit}
      >
        <Background gap={20} color="var(--fc-line)" />
        <Controls showInteractive={false} aria-label={t('approvalflows.zoom')} />
        {edit && (
          <Panel position="top-left">
            <div className="fc-af-tools">
              <Dropdown
                trigger={['click']}
                menu={{
                  items: palette.map(({ kind, icon }) => ({ key: kind, icon, label: t(`approvalflows.kind.${kind}`) })),
                  onClick: ({ key }) => add(key as NodeKind),
                }}
              >
                <Button size="small" icon={<AppstoreAddOutlined aria-hidden />}>
                  {t('approvalflows.addNode')}
                </Button>
              </Dropdown>
              <Button
                size="small"
                onClick={() => {
                  dispatch({ type: 'change', make: arranged });
                  requestAnimationFrame(() => void view.fitView(fit));
                }}
              >
                {t('approvalflows.arrange')}
              </Button>
            </div>
          </Panel>
        )}
      </ReactFlow>
    </div>
  );
}

const icons: Record<NodeKind, React.ReactNode> = {
  start: <FlagOutlined aria-hidden />,
  approve: <CheckCircleOutlined aria-hidden />,
  copy: <MailOutlined aria-hidden />,
  branch: <BranchesOutlined aria-hidden />,
  fork: <ApartmentOutlined aria-hidden />,
  join: <MergeCellsOutlined aria-hidden />,
  end: <FlagOutlined aria-hidden />,
};
const palette = (['approve', 'copy', 'branch', 'fork', 'join', 'end'] as const).map((kind) => ({ kind, icon: icons[kind] }));

function StepNode({ data, selected }: NodeProps<Node<Data>>) {
  const { t } = useTranslation();
  const { say, tree, shown } = useDesign();
  const n = data.flow;
  const number = tree.numbers.get(n.id);
  const station = shown?.stations.get(n.id);
  const asked = (station?.approvers ?? []).filter((a) => !(typeof a.dropped === 'string' ? a.dropped : say.words(a.dropped)));
  const named = say.words(n.name) !== '';
  const below =
    asked.length > 0
      ? asked.map((a) => a.name).join(t('approvalflows.and'))
      : n.kind === 'approve'
        ? named
          ? `${peopleWords(say, n)}${t('approvalflows.dot')}${modeWords(say, n)}`
          : modeWords(say, n)
        : n.kind === 'copy'
          ? named
            ? peopleWords(say, n)
            : t('approvalflows.copyNote')
          : '';
  return (
    <div className={`fc-af-node ${n.kind}${selected ? ' on' : ''}${shown && !station?.taken ? ' off' : ''}`}>
      {n.kind !== 'start' && <Handle type="target" position={Position.Top} />}
      <span className="head">
        {icons[n.kind]}
        <b>{number ? `${number}. ${nodeName(say, n)}` : nodeName(say, n)}</b>
        <Taken node={n.id} />
        <Mark node={n.id} />
      </span>
      {below && <small title={below}>{below}</small>}
      {n.kind !== 'end' && <Handle type="source" position={Position.Bottom} />}
    </div>
  );
}

/** A line with its condition at the end; an empty part goes round the others. */
function Way({ id, sourceX, sourceY, targetX, targetY, selected, data, markerEnd }: EdgeProps<Edge<WayData>>) {
  const { dispatch, flow } = useDesign();
  const via = data?.via;
  let path: string;
  let label = { x: targetX, y: targetY - 18 };
  if (via !== undefined && targetY > sourceY + 60) {
    const y1 = sourceY + 24;
    const y2 = targetY - 24;
    path = `M${sourceX},${sourceY} V${y1} H${via} V${y2} H${targetX} V${targetY}`;
    label = { x: via, y: y1 + 20 };
  } else {
    [path] = getSmoothStepPath({
      sourceX,
      sourceY,
      sourcePosition: Position.Bottom,
      targetX,
      targetY,
      targetPosition: Position.Top,
      borderRadius: 6,
    });
    const many = flow.lines.filter((l) => l.to === lineOf(flow, id)?.to).length > 1;
    if (many) label = { x: (sourceX + targetX) / 2, y: (sourceY + targetY) / 2 };
  }
  return (
    <>
      <BaseEdge
        id={id}
        path={path}
        interactionWidth={20}
        className={`fc-af-way${selected ? ' on' : ''}${data?.off ? ' off' : ''}`}
        markerEnd={markerEnd}
      />
      {data?.label && (
        <EdgeLabelRenderer>
          <button
            type="button"
            tabIndex={-1}
            title={data.label}
            className={`fc-af-label nodrag nopan${selected ? ' on' : ''}${data.missing ? ' missing' : ''}`}
            style={{ transform: `translate(-50%, -50%) translate(${label.x}px, ${label.y}px)` }}
            onClick={() => dispatch({ type: 'select', selected: { line: id } })}
          >
            {data.label} <Mark line={id} />
          </button>
        </EdgeLabelRenderer>
      )}
    </>
  );
}

const nodeTypes = { step: StepNode };
const edgeTypes = { way: Way };
