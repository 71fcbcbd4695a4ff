import { HolderOutlined, PlusOutlined } from '@ant-design/icons';
import {
  DndContext,
  type DragEndEvent,
  KeyboardSensor,
  PointerSensor,
  useDraggable,
  useDroppable,
  useSensor,
  useSensors,
} from '@dnd-kit/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button, Dropdown, Modal, Select, Switch, Tag } from 'antd';
import { type CSSProperties, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError, request } from '../../api/client';
import { useMe } from '../../api/queries';
import { Order } from '../../components/Order';
import { Problem, Waiting } from '../../components/Problem';
import { useTell } from '../../components/tell';
import { useWords } from '../../lib/prefs';
import { usePageTitle } from '../../lib/tabs';
import { isEmpty } from './model/facts';
import { conditionWords } from './model/words';
import { NewFlowDialog } from './NewFlowDialog';
import { flowsQuery, subjectsQuery, useRefreshFlows, useSay } from './queries';
import type { FlowItem, NoMatch, Subject } from './types';
import './flows.css';

/** Who agrees to what: the kinds of document, their actions, and the flows of each. */
export function OverviewPage() {
  const { t } = useTranslation();
  const words = useWords();
  const me = useMe();
  const subjects = useQuery(subjectsQuery);
  const flows = useQuery(flowsQuery);
  const [making, setMaking] = useState<{ subject: Subject; from?: FlowItem }>();
  usePageTitle(t('approvalflows.title'));
  if (me && me.grants['approval_flow:read'] === undefined) return <Problem error={new ProblemError(403, 'client.denied', '')} />;
  if (subjects.isError) return <Problem error={subjects.error} retry={() => subjects.refetch()} />;
  if (flows.isError) return <Problem error={flows.error} retry={() => flows.refetch()} />;
  if (!subjects.data || !flows.data) return <Waiting />;
  const may = me?.grants['approval_flow:edit'] !== undefined;
  const whole = me?.grants['approval_flow:edit'] === 'group';
  const kinds = new Map<string, Subject[]>();
  for (const s of subjects.data) kinds.set(s.kind, [...(kinds.get(s.kind) ?? []), s]);
  const all = [...kinds.values()];
  const ready = all.filter((k) => k.some((s) => s.ready));
  const later = all.filter((k) => k.every((s) => !s.ready));
  return (
    <div className="fc-page fc-af-overview">
      <div className="fc-head">
        <h1>{t('approvalflows.title')}</h1>
      </div>
      <p className="fc-soft">{t('approvalflows.hint')}</p>
      {ready.map((k) => (
        <KindPart
          key={k[0]?.kind}
          subjects={k}
          flows={flows.data}
          may={may}
          whole={whole}
          make={(subject, from) => setMaking({ subject, from })}
        />
      ))}
      {later.length > 0 && (
        <section className="fc-card fc-section fc-af-later">
          <h2 className="fc-h2">{t('approvalflows.later')}</h2>
          <p className="fc-soft">{t('approvalflows.later.hint')}</p>
          <ul>
            {later.flat().map((s) => (
              <li key={`${s.kind}.${s.action}`}>
                <span>
                  {words(s.kindLabel)} · {words(s.label)}
                </span>
                <Tag>{t('approvalflows.withDocument')}</Tag>
              </li>
            ))}
          </ul>
        </section>
      )}
      {making && <NewFlowDialog subject={making.subject} from={making.from} whole={whole} close={() => setMaking(undefined)} />}
    </div>
  );
}

type PartProps = { subjects: Subject[]; flows: FlowItem[]; may: boolean; whole: boolean; make: (s: Subject, from?: FlowItem) => void };

function KindPart({ subjects, flows, may, whole, make }: PartProps) {
  const words = useWords();
  return (
    <section className="fc-card fc-section">
      <h2 className="fc-h2">{words(subjects[0]?.kindLabel)}</h2>
      {[...subjects.filter((s) => s.ready), ...subjects.filter((s) => !s.ready)].map((s) => (
        <SubjectPart
          key={s.action}
          subject={s}
          flows={flows.filter((f) => f.kind === s.kind && f.action === s.action)}
          may={may}
          whole={whole}
          make={make}
        />
      ))}
    </section>
  );
}

function SubjectPart({
  subject,
  flows,
  may,
  whole,
  make,
}: {
  subject: Subject;
  flows: FlowItem[];
  may: boolean;
  whole: boolean;
  make: PartProps['make'];
}) {
  const { t } = useTranslation();
  const words = useWords();
  const tell = useTell();
  const refresh = useRefreshFlows();
  const say = useSay(
    subject.facts,
    [],
    flows.map((f) => f.when),
  );
  const sensors = useSensors(useSensor(PointerSensor, { activationConstraint: { distance: 6 } }), useSensor(KeyboardSensor));
  const rows = [...flows].sort((a, b) => a.position - b.position);
  const act = async (work: Promise<unknown>) => {
    try {
      await work;
    } catch (e) {
      if (e instanceof ProblemError && e.status === 412) tell.warn(t('approvalflows.staleRow'));
      else tell.failed(e);
    }
    await refresh();
  };
  // The order is written down whole: flows that were never moved may share a number.
  const move = (flow: FlowItem, to: number) => {
    const order = rows.filter((f) => f.id !== flow.id).toSpliced(to, 0, flow);
    const renumber = async () => {
      for (const [i, f] of order.entries()) {
        if (f.position !== i + 1) await request('PATCH', `/approval-flows/${f.id}`, { body: { position: i + 1 }, version: f.version });
      }
    };
    if (rows[to]?.id !== flow.id) void act(renumber());
  };
  const dropped = (e: DragEndEvent) => {
    const flow = rows.find((f) => f.id === e.active.id);
    if (flow && e.over) move(flow, Number(e.over.id));
  };
  if (!subject.ready)
    return (
      <div className="fc-af-subject off">
        <h3>{words(subject.label)}</h3>
        <Tag>{t('approvalflows.withDocument')}</Tag>
      </div>
    );
  return (
    <div className="fc-af-subject">
      <div className="line">
        <h3>{words(subject.label)}</h3>
        {may && (
          <Button size="small" icon={<PlusOutlined aria-hidden />} onClick={() => make(subject)}>
            {t('approvalflows.new')}
          </Button>
        )}
      </div>
      <DndContext sensors={sensors} onDragEnd={dropped}>
        {rows.map((f, i) => (
          <FlowRow
            key={f.id}
            flow={f}
            index={i}
            condition={isEmpty(f.when) ? t('approvalflows.allDocuments') : t('approvalflows.if', { text: conditionWords(say, f.when) })}
            copy={may ? () => make(subject, f) : undefined}
            up={f.editable && i > 0 ? () => move(f, i - 1) : undefined}
            down={f.editable && i < rows.length - 1 ? () => move(f, i + 1) : undefined}
            act={act}
          />
        ))}
      </DndContext>
      <div className="fc-af-default">
        <span>{t(rows.length ? 'approvalflows.noneMatches' : 'approvalflows.noFlows')}</span>
        <Select
          size="small"
          aria-label={t('approvalflows.noneMatches')}
          disabled={!whole}
          value={subject.default}
          options={(['pass', 'refuse', 'administrator'] as NoMatch[]).map((value) => ({
            value,
            label: t(`approvalflows.default.${value}`),
          }))}
          popupMatchSelectWidth={false}
          onChange={(value) =>
            void act(request('PUT', `/approval-subjects/${subject.kind}/${subject.action}/default`, { body: { default: value } }))
          }
        />
      </div>
    </div>
  );
}

type RowProps = {
  flow: FlowItem;
  index: number;
  condition: string;
  copy?: () => void;
  up?: () => void;
  down?: () => void;
  act: (work: Promise<unknown>) => Promise<void>;
};

function FlowRow({ flow, index, condition, copy, up, down, act }: RowProps) {
  const { t } = useTranslation();
  const words = useWords();
  const [modal, holder] = Modal.useModal();
  const drag = useDraggable({ id: flow.id, disabled: !flow.editable });
  const drop = useDroppable({ id: String(index) });
  const name = words(flow.name);
  const style: CSSProperties = drag.transform ? { transform: `translate(0, ${drag.transform.y}px)`, position: 'relative', zIndex: 2 } : {};
  const set = (body: Record<string, unknown>) => act(request('PATCH', `/approval-flows/${flow.id}`, { body, version: flow.version }));
  const remove = () =>
    modal.confirm({
      title: t('approvalflows.delete.sure', { name }),
      content: t('approvalflows.delete.hint'),
      okText: t('approvalflows.delete'),
      okButtonProps: { danger: true },
      cancelText: t('form.cancel'),
      onOk: () => act(request('DELETE', `/approval-flows/${flow.id}`, { version: flow.version })),
    });
  return (
    <div ref={drop.setNodeRef} className={`fc-af-row${drop.isOver ? ' over' : ''}${flow.enabled ? '' : ' off'}`}>
      <div ref={drag.setNodeRef} className="inner" style={style}>
        {holder}
        {flow.editable && (
          <Button
            type="text"
            size="small"
            icon={<HolderOutlined />}
            aria-label={t('approvalflows.drag', { name })}
            {...drag.listeners}
            {...drag.attributes}
          />
        )}
        <span className="order">{index + 1}</span>
        <div className="what">
          <Link to="/approval-flows/$id" params={{ id: flow.id }}>
            {name}
          </Link>
          <small className="fc-soft">
            {flow.unitName || t('approvalflows.wholeGroup')} · {condition}
          </small>
        </div>
        <span className="tags">
          {flow.published > 0 ? (
            <Tag>{t('approvalflows.version', { n: flow.published })}</Tag>
          ) : (
            <Tag>{t('approvalflows.unpublished')}</Tag>
          )}
          {flow.draft && <Tag color="gold">{t('approvalflows.draft')}</Tag>}
          {flow.running > 0 && <Tag color="blue">{t('approvalflows.running', { count: flow.running })}</Tag>}
        </span>
        <Switch
          size="small"
          aria-label={t('approvalflows.enabledOf', { name })}
          checked={flow.enabled}
          disabled={!flow.editable}
          checkedChildren={t('approvalflows.on')}
          unCheckedChildren={t('approvalflows.off')}
          onChange={(enabled) => void set({ enabled })}
        />
        {flow.editable && (
          <Order labels={[t('approvalflows.earlier', { name }), t('approvalflows.laterOf', { name })]} up={up} down={down} />
        )}
        {(copy || flow.editable) && (
          <Dropdown
            trigger={['click']}
            menu={{
              items: [
                ...(copy ? [{ key: 'copy', label: t('approvalflows.copyFlow') }] : []),
                ...(flow.editable && flow.running === 0 ? [{ key: 'delete', danger: true, label: t('approvalflows.delete') }] : []),
              ],
              onClick: ({ key }) => (key === 'copy' ? copy?.() : void remove()),
            }}
          >
            <Button size="small" type="text" aria-label={t('approvalflows.moreOf', { name })}>
              …
            </Button>
          </Dropdown>
        )}
      </div>
    </div>
  );
}
