import {
  DndContext,
  type DragEndEvent,
  DragOverlay,
  PointerSensor,
  useDraggable,
  useDroppable,
  useSensor,
  useSensors,
} from '@dnd-kit/core';
import { Link } from '@tanstack/react-router';
import { Alert, Form, Modal, Skeleton } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError, post } from '../../api/client';
import { useList, useRefresh } from '../../api/queries';
import type { FieldInfo, KindInfo, Option, Row } from '../../api/types';
import { FieldInput } from '../../components/FieldInput';
import { Problem } from '../../components/Problem';
import { useTell } from '../../components/tell';
import { Value } from '../../components/Value';
import { fieldOf, namedFields, titleOf } from '../../lib/kind';
import { onward } from '../../lib/onward';
import { useWords } from '../../lib/prefs';
import { sortErrors } from '../../lib/problems';

const most = 200;
type Move = { row: Row; stage: Option };

/** Intents by stage. A drop asks when to follow up next, and then moves the intent. */
export function Board({ kind, filter, q }: { kind: KindInfo; filter?: string; q?: string }) {
  const { t } = useTranslation();
  const sensors = useSensors(useSensor(PointerSensor, { activationConstraint: { distance: 6 } }));
  const stage = fieldOf(kind.fields, 'stage');
  const extra = ['stage', 'nextFollowUp'].filter((n) => !kind.list.includes(n) && fieldOf(kind.fields, n));
  const list = useList(kind, { filter, q, limit: most, fields: [namedFields(kind), ...extra].join(',') });
  const [dragged, setDragged] = useState<Row>();
  const [move, setMove] = useState<Move>();
  // Where a card is shown until the server has answered.
  const [ahead, setAhead] = useState<Record<string, string>>({});
  if (list.isError && !list.data) return <Problem error={list.error} retry={() => list.refetch()} />;
  if (list.isPending || !stage) return <Skeleton active style={{ padding: 16 }} />;
  const rows = list.data.items;
  const stageOf = (r: Row) => ahead[r.id] ?? r.stage;
  const drop = ({ active, over }: DragEndEvent) => {
    setDragged(undefined);
    const row = rows.find((r) => r.id === active.id);
    const to = stage.options?.find((o) => o.value === over?.id);
    if (!row || !to || to.value === row.stage) return;
    setAhead({ [row.id]: to.value });
    setMove({ row, stage: to });
  };
  return (
    <DndContext
      sensors={sensors}
      onDragStart={(e) => setDragged(rows.find((r) => r.id === e.active.id))}
      onDragEnd={drop}
      onDragCancel={() => setDragged(undefined)}
    >
      {list.data.next && <Alert banner type="info" title={t('board.more', { n: most })} />}
      <div className="fc-board">
        {(stage.options ?? []).map((o) => (
          <Lane key={o.value} kind={kind} stage={o} rows={rows.filter((r) => stageOf(r) === o.value)} />
        ))}
      </div>
      <DragOverlay>{dragged && <Card kind={kind} row={dragged} />}</DragOverlay>
      {move && (
        <MoveDialog
          kind={kind}
          move={move}
          done={() => {
            setMove(undefined);
            setAhead({});
          }}
        />
      )}
    </DndContext>
  );
}

function Lane({ kind, stage, rows }: { kind: KindInfo; stage: Option; rows: Row[] }) {
  const { t } = useTranslation();
  const words = useWords();
  const { setNodeRef, isOver } = useDroppable({ id: stage.value });
  return (
    <section ref={setNodeRef} className={isOver ? 'fc-lane over' : 'fc-lane'} aria-label={words(stage.label)}>
      <header>
        <span>{words(stage.label)}</span>
        <span className="fc-soft fc-num">{rows.length}</span>
      </header>
      {rows.map((r) => (
        <Draggable key={r.id} kind={kind} row={r} />
      ))}
      {!rows.length && <span className="fc-soft">{t('board.empty')}</span>}
    </section>
  );
}

function Draggable({ kind, row }: { kind: KindInfo; row: Row }) {
  const { setNodeRef, listeners, attributes, isDragging } = useDraggable({ id: row.id });
  return (
    <div ref={setNodeRef} {...listeners} {...attributes} style={isDragging ? { opacity: 0.35 } : undefined}>
      <Card kind={kind} row={row} />
    </div>
  );
}

function Card({ kind, row }: { kind: KindInfo; row: Row }) {
  const words = useWords();
  const shown = kind.list.filter((n) => n !== 'stage' && n !== kind.title && n !== kind.status && n !== 'number' && row[n] !== undefined);
  const names = [...new Set(['nextFollowUp', ...shown])].filter((n) => row[n] !== undefined).slice(0, 4);
  return (
    <article className="fc-card one">
      <Link to="/r/$path/$id" params={{ path: kind.path, id: row.id }} draggable={false}>
        {titleOf(kind, row)}
      </Link>
      {names.map((n) => {
        const f = fieldOf(kind.fields, n);
        return (
          f && (
            <small key={n}>
              {words(f.label)} <Value field={f} row={row} link={false} />
            </small>
          )
        );
      })}
    </article>
  );
}

function MoveDialog({ kind, move, done }: { kind: KindInfo; move: Move; done: () => void }) {
  const { t } = useTranslation();
  const words = useWords();
  const tell = useTell();
  const refresh = useRefresh();
  const [form] = Form.useForm();
  const [busy, setBusy] = useState(false);
  const input = (name: string, zhen: { zh: string; en: string }, type: FieldInfo['type'], format?: string): FieldInfo =>
    fieldOf(kind.fields, name) ?? {
      name,
      label: zhen,
      type,
      format,
      required: false,
      sortable: false,
      searchable: false,
      personal: false,
      visibility: 'shown',
      readOnly: false,
      ops: [],
    };
  const followUp = input('nextFollowUp', { zh: '', en: '' }, 'date');
  const note = { ...input('', { zh: '', en: '' }, 'text', 'multiline'), name: 'note', maxLength: 1000 };
  const submit = async (values: { nextFollowUp: string; note?: string }) => {
    setBusy(true);
    try {
      await post(`/${kind.path}/${move.row.id}/move`, { stage: move.stage.value, ...values }, move.row.version);
      await refresh(kind.name);
      done();
    } catch (e) {
      if (e instanceof ProblemError && e.status === 412) {
        tell.warn(t('record.stale'));
        await refresh(kind.name);
        done();
        return;
      }
      const { fields, rest } = sortErrors(e, (at) => at[0] === 'nextFollowUp' || at[0] === 'note');
      form.setFields(fields);
      if (rest.length) tell.failed(e);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      open
      title={`${titleOf(kind, move.row)} · ${t('board.move', { stage: words(move.stage.label) })}`}
      okText={t('form.save')}
      confirmLoading={busy}
      onOk={form.submit}
      onCancel={done}
    >
      <Form form={form} layout="vertical" onFinish={submit} onKeyDown={onward}>
        <Form.Item
          name="nextFollowUp"
          label={t('board.nextFollowUp')}
          rules={[{ required: true, message: t('form.required', { label: t('board.nextFollowUp') }) }]}
        >
          <FieldInput field={followUp} autoFocus />
        </Form.Item>
        <Form.Item name="note" label={t('board.note')}>
          <FieldInput field={note} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
