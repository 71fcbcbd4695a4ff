import {
  CheckCircleFilled,
  CloseCircleFilled,
  DeleteOutlined,
  DownOutlined,
  MoreOutlined,
  UpOutlined,
  WarningFilled,
} from '@ant-design/icons';
import { Button, Dropdown, Tooltip } from 'antd';
import { useTranslation } from 'react-i18next';
import { chosen, useDesign, worst } from './design';
import { duplicate, moveArm, moveItem, removeArm, removeItem, stepKey } from './model/edit';
import { lineWords } from './model/words';
import { useSaid } from './queries';
import type { FlowLine, NodeKind } from './types';

/** A sign at what the check found something about, with its words. */
export function Mark({ node, line }: { node?: string; line?: string }) {
  const said = useSaid();
  const { problems } = useDesign();
  const level = worst(problems, { node, line });
  if (!level) return null;
  const here = problems.filter((p) => (node !== undefined && p.node === node && !p.line) || (line !== undefined && p.line === line));
  const text = here.map((p) => said(p.text)).join('；');
  const Icon = level === 'error' ? CloseCircleFilled : WarningFilled;
  return (
    <Tooltip title={text}>
      <span className={`fc-af-mark ${level}`} role="img" aria-label={text}>
        <Icon aria-hidden />
      </span>
    </Tooltip>
  );
}

/** Whether the rehearsed document came here. */
export function Taken({ node, line }: { node?: string; line?: string }) {
  const { t } = useTranslation();
  const { shown } = useDesign();
  if (!shown) return null;
  const on = node ? shown.stations.get(node)?.taken : line ? shown.lines.has(line) : false;
  if (!on) return null;
  return <CheckCircleFilled className="fc-af-taken" role="img" aria-label={t('approvalflows.taken')} />;
}

type MenuProps = { id: string; kind: NodeKind; move?: (id: string) => void; loose?: boolean };

/** What can be done with an entry of the list. */
export function ItemMenu({ id, kind, move, loose }: MenuProps) {
  const { t } = useTranslation();
  const { flow, dispatch } = useDesign();
  const up = loose ? undefined : stepKey(flow, id, -1);
  const down = loose ? undefined : stepKey(flow, id, 1);
  const block = kind === 'branch' || kind === 'fork';
  const go = (key: string) => dispatch({ type: 'change', make: (f) => moveItem(f, id, key), select: { node: id } });
  return (
    <Dropdown
      trigger={['click']}
      placement="bottomRight"
      menu={{
        items: [
          { key: 'up', label: t('approvalflows.up'), disabled: !up },
          { key: 'down', label: t('approvalflows.down'), disabled: !down },
          ...(loose || !move ? [] : [{ key: 'move', label: t('approvalflows.moveTo') }]),
          ...(block || loose ? [] : [{ key: 'copy', label: t('approvalflows.duplicate') }]),
          { key: 'remove', danger: true, label: t(block ? 'approvalflows.removeBlock' : 'approvalflows.remove') },
        ],
        onClick: ({ key }) => {
          if (key === 'up' && up) go(up);
          if (key === 'down' && down) go(down);
          if (key === 'move') move?.(id);
          if (key === 'remove') dispatch({ type: 'change', make: (f) => removeItem(f, id) });
          if (key === 'copy') dispatch({ type: 'add', make: (f) => duplicate(f, id) });
        },
      }}
    >
      <Button type="text" size="small" icon={<MoreOutlined />} aria-label={t('approvalflows.more')} />
    </Dropdown>
  );
}

/** The head of one way: its condition in words, its place in the order, and away with it. */
export function ArmHead({ line, index, fork, count }: { line: FlowLine; index: number; fork: boolean; count: number }) {
  const { t } = useTranslation();
  const { flow, say, selected, dispatch, edit, tree } = useDesign();
  const own = flow.lines.filter((l) => l.from === line.from);
  const next = own[own.findIndex((l) => l.id === line.id) + 1];
  const text = lineWords(say, flow, line);
  const missing = !fork && !line.else && !text;
  // The words of all other cases are no condition.
  const said = fork ? text || t('approvalflows.part', { n: index + 1 }) : line.else ? text : t('approvalflows.if', { text });
  const number = tree.numbers.get(line.to);
  return (
    <div className={`fc-af-armhead${chosen(selected) === line.id ? ' on' : ''}${missing ? ' missing' : ''}`}>
      <button
        type="button"
        className="main"
        aria-pressed={chosen(selected) === line.id}
        onClick={() => dispatch({ type: 'select', selected: { line: line.id } })}
      >
        <Taken line={line.id} /> {said} {number ? <span className="fc-soft">{t('approvalflows.goesTo', { number })}</span> : null}{' '}
        <Mark line={line.id} />
      </button>
      {edit && !fork && !line.else && (
        <>
          <Button
            type="text"
            size="small"
            icon={<UpOutlined />}
            disabled={index === 0}
            aria-label={t('approvalflows.askEarlier')}
            onClick={() => dispatch({ type: 'change', make: (f) => moveArm(f, line.id, -1) })}
          />
          <Button
            type="text"
            size="small"
            icon={<DownOutlined />}
            disabled={!next || next.else}
            aria-label={t('approvalflows.askLater')}
            onClick={() => dispatch({ type: 'change', make: (f) => moveArm(f, line.id, 1) })}
          />
        </>
      )}
      {edit && count > 1 && (
        <Button
          type="text"
          size="small"
          icon={<DeleteOutlined />}
          aria-label={t(fork ? 'approvalflows.removePart' : 'approvalflows.removeCase')}
          onClick={() => dispatch({ type: 'change', make: (f) => removeArm(f, line.id) })}
        />
      )}
    </div>
  );
}
