import { ApartmentOutlined, BranchesOutlined, CheckCircleOutlined, MailOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Dropdown } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { chosen, useDesign } from './design';
import { ArmHead, ItemMenu, Mark, Taken } from './ListParts';
import { MoveDialog } from './MoveDialog';
import { addArm, connect, insert, type Part, removeItem } from './model/edit';
import type { Arm, Gap, Item } from './model/tree';
import { modeWords, nodeName, peopleWords } from './model/words';

/** The flow as an office instruction, with everything in it to change it. */
export function ListForm() {
  const { t } = useTranslation();
  const { tree, edit, flow } = useDesign();
  const [moving, setMoving] = useState<string>();
  return (
    <div className="fc-af-list">
      <div className="fc-af-edge">{t('approvalflows.begins')}</div>
      {tree.begin.lines.length > 0 ? (
        <AddHere gap={tree.begin} at={t('approvalflows.begins')} />
      ) : (
        tree.start && <Dangling id={tree.start.id} />
      )}
      <Items items={tree.items} move={setMoving} />
      {tree.loose.length > 0 && (
        <section className="fc-af-loose">
          <h3>{t('approvalflows.loose')}</h3>
          {tree.loose.map((n) => (
            <StepCard
              key={n.id}
              item={{ type: 'step', node: n, number: 0, entry: { lines: [], to: '' }, after: { lines: [], to: '' } }}
              move={setMoving}
              loose
            />
          ))}
        </section>
      )}
      {moving && edit && flow && <MoveDialog id={moving} close={() => setMoving(undefined)} />}
    </div>
  );
}

function Items({ items, move }: { items: Item[]; move: (id: string) => void }) {
  return (
    <ol className="fc-af-items">
      {items.map((i) => (
        <li key={i.type === 'jump' ? `jump-${i.to}-${i.entry.lines.join()}` : i.node.id}>
          <Entry item={i} move={move} />
        </li>
      ))}
    </ol>
  );
}

function Entry({ item, move }: { item: Item; move: (id: string) => void }) {
  const { t } = useTranslation();
  const { tree, say, flow, dispatch } = useDesign();
  switch (item.type) {
    case 'end':
      return (
        <div className="fc-af-edge end">
          <Taken node={item.node.id} />
          {say.words(item.node.name) || t('approvalflows.ends')} <Mark node={item.node.id} />
        </div>
      );
    case 'jump': {
      const node = flow.nodes.find((n) => n.id === item.to);
      const number = tree.numbers.get(item.to);
      const name = node ? nodeName(say, node) : '';
      return (
        <button type="button" className="fc-af-jump" onClick={() => dispatch({ type: 'select', selected: { node: item.to } })}>
          {number ? t('approvalflows.jumpStep', { number, name }) : t('approvalflows.jump', { name })}
        </button>
      );
    }
    case 'step':
      return (
        <>
          <StepCard item={item} move={move} />
          {item.after.lines.length > 0 ? <AddHere gap={item.after} at={nodeName(say, item.node)} /> : <Dangling id={item.node.id} />}
        </>
      );
    case 'block':
      return <Block item={item} move={move} />;
  }
}

function StepCard({ item, move, loose = false }: { item: Item & { type: 'step' }; move: (id: string) => void; loose?: boolean }) {
  const { t } = useTranslation();
  const { say, selected, dispatch, edit } = useDesign();
  const n = item.node;
  const named = say.words(n.name) !== '';
  return (
    <div className={`fc-af-card ${n.kind}${chosen(selected) === n.id ? ' on' : ''}`}>
      <button
        type="button"
        className="main"
        aria-pressed={chosen(selected) === n.id}
        onClick={() => dispatch({ type: 'select', selected: { node: n.id } })}
      >
        <span className="head">
          <Taken node={n.id} />
          {n.kind === 'copy' ? <MailOutlined aria-hidden /> : <CheckCircleOutlined aria-hidden />}
          <b>{item.number ? t('approvalflows.stepNamed', { number: item.number, name: nodeName(say, n) }) : nodeName(say, n)}</b>
          <Mark node={n.id} />
        </span>
        {(n.kind === 'approve' || n.kind === 'copy') && (
          <small>
            {named && `${peopleWords(say, n)}${t('approvalflows.dot')}`}
            {n.kind === 'approve' ? modeWords(say, n) : t('approvalflows.copyNote')}
          </small>
        )}
        <Reason node={n.id} />
      </button>
      {edit && <ItemMenu id={n.id} kind={n.kind} move={move} loose={loose} />}
    </div>
  );
}

/** What the rehearsal said about a step: who would be asked, and why. */
function Reason({ node }: { node: string }) {
  const { t } = useTranslation();
  const { shown, say } = useDesign();
  const s = shown?.stations.get(node);
  if (!s) return null;
  const said = (w: typeof s.why) => (typeof w === 'string' ? w : say.words(w));
  const asked = (s.approvers ?? []).filter((a) => !said(a.dropped)).map((a) => a.name);
  const text = asked.length ? t('approvalflows.asked', { names: asked.join(t('approvalflows.and')) }) : said(s.why);
  return text ? <small className={s.taken ? 'said' : 'said off'}>{text}</small> : null;
}

function Block({ item, move }: { item: Item & { type: 'block' }; move: (id: string) => void }) {
  const { t } = useTranslation();
  const { say, selected, dispatch, edit } = useDesign();
  const n = item.node;
  const fork = n.kind === 'fork';
  return (
    <>
      <div className={`fc-af-block ${n.kind}`}>
        <div className={`fc-af-card ${n.kind}${chosen(selected) === n.id ? ' on' : ''}`}>
          <button
            type="button"
            className="main"
            aria-pressed={chosen(selected) === n.id}
            onClick={() => dispatch({ type: 'select', selected: { node: n.id } })}
          >
            <span className="head">
              <Taken node={n.id} />
              {fork ? <ApartmentOutlined aria-hidden /> : <BranchesOutlined aria-hidden />}
              <b>{nodeName(say, n)}</b>
              <Mark node={n.id} />
            </span>
            <small>{t(fork ? 'approvalflows.forkNote' : 'approvalflows.branchNote')}</small>
          </button>
          {edit && <ItemMenu id={n.id} kind={n.kind} move={item.after.to ? move : undefined} />}
        </div>
        <div className="fc-af-arms">
          {item.arms.map((a, i) => (
            <ArmPart key={a.line.id} arm={a} index={i} fork={fork} last={item.arms.length} move={move} />
          ))}
          {edit && (
            <Button
              size="small"
              type="dashed"
              icon={<PlusOutlined aria-hidden />}
              onClick={() => dispatch({ type: 'add', make: (f) => addArm(f, n.id) })}
            >
              {t(fork ? 'approvalflows.addPart' : 'approvalflows.addCase')}
            </Button>
          )}
        </div>
        {item.after.to !== '' && <div className="fc-af-meet">{t(fork ? 'approvalflows.joined' : 'approvalflows.met')}</div>}
        {fork && item.join === undefined && <div className="fc-af-meet fc-late">{t('approvalflows.noJoin')}</div>}
      </div>
      {item.after.to !== '' && <AddHere gap={item.after} at={t('approvalflows.afterBlock', { name: nodeName(say, n) })} />}
    </>
  );
}

function ArmPart({ arm, index, fork, last, move }: { arm: Arm; index: number; fork: boolean; last: number; move: (id: string) => void }) {
  const { t } = useTranslation();
  const at = fork ? t('approvalflows.part', { n: index + 1 }) : t('approvalflows.case', { n: index + 1 });
  return (
    <section className="fc-af-arm" aria-label={at}>
      <ArmHead line={arm.line} index={index} fork={fork} count={last} />
      <AddHere gap={{ lines: [arm.line.id], to: arm.line.to }} at={at} />
      {arm.items.length > 0 && <Items items={arm.items} move={move} />}
      {arm.items.length === 0 && <small className="fc-soft">{t('approvalflows.straight')}</small>}
    </section>
  );
}

const parts: { part: Part; icon: React.ReactNode }[] = [
  { part: 'approve', icon: <CheckCircleOutlined aria-hidden /> },
  { part: 'copy', icon: <MailOutlined aria-hidden /> },
  { part: 'branch', icon: <BranchesOutlined aria-hidden /> },
  { part: 'fork', icon: <ApartmentOutlined aria-hidden /> },
];

/** The place between two entries, where something can be put in. */
export function AddHere({ gap, at }: { gap: Gap; at: string }) {
  const { t } = useTranslation();
  const { edit, dispatch } = useDesign();
  if (!edit || gap.lines.length === 0) return null;
  const add = (part: Part) => dispatch({ type: 'add', make: (f) => insert(f, gap, part) });
  return (
    <div className="fc-af-add">
      <Dropdown
        trigger={['click']}
        menu={{
          items: parts.map(({ part, icon }) => ({
            key: part,
            icon,
            label: t(`approvalflows.add.${part}`),
            extra: t(`approvalflows.add.${part}.hint`),
          })),
          onClick: ({ key }) => add(key as Part),
        }}
      >
        <Button size="small" shape="circle" icon={<PlusOutlined />} aria-label={t('approvalflows.addAfter', { at })} />
      </Dropdown>
    </div>
  );
}

/** A step that leads nowhere can be led to the end, or go. */
function Dangling({ id }: { id: string }) {
  const { t } = useTranslation();
  const { edit, dispatch, flow } = useDesign();
  const end = flow.nodes.find((n) => n.kind === 'end');
  return (
    <div className="fc-af-meet fc-late">
      {t('approvalflows.dangling')}
      {edit && end && (
        <Button size="small" type="link" onClick={() => dispatch({ type: 'change', make: (f) => connect(f, id, end.id) })}>
          {t('approvalflows.toEnd')}
        </Button>
      )}
      {edit && flow.nodes.find((n) => n.id === id)?.kind !== 'start' && (
        <Button size="small" type="link" danger onClick={() => dispatch({ type: 'change', make: (f) => removeItem(f, id) })}>
          {t('approvalflows.remove')}
        </Button>
      )}
    </div>
  );
}
