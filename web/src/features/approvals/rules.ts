import dayjs from 'dayjs';
import type { FieldInfo, Row } from '../../api/types';
import { now } from '../../lib/clock';
import type { Key } from '../../lib/i18n';
import type { Fact, Lines, Paper, Station, Task } from './types';

/** How many can be decided together; the server refuses more. */
export const batchMost = 100;

/** Whether agreeing needs more than one tap: something to say, to sign, to choose. */
export const asksMore = (t: Task) => t.commentRule === 'always' || t.signature || t.choose !== undefined;

export const mustSay = (t: Task, decision: 'approve' | 'reject') =>
  t.commentRule === 'always' || (decision === 'reject' && t.commentRule === 'on_reject');

/** Why a task cannot be decided together with others. */
export function barred(row: Row): Key | undefined {
  if (row.status !== 'open') return 'approval.notOpen';
  if (row.bulk === false) return 'approval.noBulk';
  return undefined;
}

/** Whether a task should have been decided by now. */
export const isLateRow = (row: Row) =>
  row.status === 'open' && (row.late === true || (typeof row.dueAt === 'string' && dayjs(row.dueAt).isBefore(now())));

/** Whether a value of a row says until when a late task was to be decided. */
export const isLate = (f: FieldInfo, row: Row) => f.name === 'dueAt' && isLateRow(row);

/** The neighbours of an approval among those that wait, each approval once; one that is not among them stands before the first. */
export function around(rows: Row[], approval: string): { previous?: string; next?: string; at: number; all: number } {
  const ids = [...new Set(rows.map((r) => String(r.approvalId)))];
  const at = ids.indexOf(approval);
  return { previous: at > 0 ? ids[at - 1] : undefined, next: ids[at + 1], at: at + 1, all: ids.length };
}

/** Where to go on after a decision: the one behind it, else the first of those that are left. */
export function following(rows: Row[], decided: string): string | undefined {
  const { next } = around(rows, decided);
  return next ?? rows.map((r) => String(r.approvalId)).find((id) => id !== decided);
}

/** A queue read again: what is decided leaves it, save the approval that is being read; what is new comes last. */
export const kept = (known: Row[], rows: Row[], approval: string): Row[] => [
  ...known.filter((k) => k.approvalId === approval || rows.some((r) => r.id === k.id)),
  ...rows.filter((r) => !known.some((k) => k.id === r.id)),
];

const same = (a: unknown, b: unknown) => (a ?? '') === (b ?? '') || JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/** The fields of a step that were changed; an emptied one is null, an emptied text "". */
export function edits(fields: Task['edit'], values: Record<string, unknown>): Record<string, unknown> | undefined {
  const changed = fields.filter((f) => f.name in values && !same(f.value, values[f.name]));
  if (!changed.length) return undefined;
  return Object.fromEntries(changed.map((f) => [f.name, values[f.name] ?? (f.type === 'text' ? '' : null)]));
}

/** The people whom a text still mentions, of those that were picked. */
export const mentioned = (text: string, picked: { id: string; name: string }[]) => [
  ...new Set(picked.filter((p) => text.includes(`@${p.name}`)).map((p) => p.id)),
];

/** A text in pieces: the names that it calls, and what is between them. */
export function calls(text: string, names: string[]): { at: number; text: string; call: boolean }[] {
  // The longest first: "@李强" is not called where "@李强国" is.
  const words = names.map((n) => `@${n}`).sort((a, b) => b.length - a.length);
  const out: { at: number; text: string; call: boolean }[] = [];
  for (let at = 0; at < text.length; ) {
    const word = words.find((w) => text.startsWith(w, at));
    const last = out.at(-1);
    if (word) out.push({ at, text: word, call: true });
    else if (last && !last.call) last.text += text[at];
    else out.push({ at, text: text.charAt(at), call: false });
    at += word?.length ?? 1;
  }
  return out;
}

export type Mark = 'added' | 'removed' | 'changed' | undefined;
export type MarkedRow = { key: string; row: Row; was?: Row; mark: Mark };

/** The lines of a part with what became of each since the document was submitted; those that were removed come last. */
export function marked(part: Lines): MarkedRow[] {
  const before = part.submittedRows;
  const key = (r: Row, i: number) => r.id ?? String(i);
  if (!part.changed || !before) return part.rows.map((row, i) => ({ key: key(row, i), row, mark: undefined }));
  const differs = (a: Row, b: Row) => part.fields.some((f) => !same(a[f.name], b[f.name]));
  const now = part.rows.map((row, i): MarkedRow => {
    const was = before.find((b) => b.id !== undefined && b.id === row.id);
    if (!was) return { key: key(row, i), row, mark: 'added' };
    return differs(row, was) ? { key: key(row, i), row, was, mark: 'changed' } : { key: key(row, i), row, mark: undefined };
  });
  const gone = before.filter((b) => !part.rows.some((r) => r.id === b.id));
  return [...now, ...gone.map((row, i): MarkedRow => ({ key: `gone${key(row, i)}`, row, mark: 'removed' }))];
}

export const isChanged = (paper: Paper) => paper.fields.some((f) => f.changed) || paper.parts.some((p) => p.changed);

const keeping = ['number', 'companyId', 'departmentId', 'ownerId', 'submittedBy', 'status', 'createdAt', 'createdBy', 'updatedAt'];

/** The facts in the order of the kind's form; then what is reckoned, and at last what says where the document belongs. */
export function inOrder(fields: Fact[], form: string[]): Fact[] {
  const place = (f: Fact) => {
    const at = form.indexOf(f.name);
    return keeping.includes(f.name) ? 2000 + keeping.indexOf(f.name) : at < 0 ? 1000 : at;
  };
  return [...fields].sort((a, b) => place(a) - place(b));
}

/** The facts that stand at the top: sums and rates first, then what else is filled in. A sum of nothing decides nothing. */
export function keyFacts(paper: Paper, most = 6) {
  const filled = paper.fields.filter((f) => f.value !== undefined && f.value !== null && f.value !== '' && !keeping.includes(f.name));
  const weighty = (f: Fact) => (f.type === 'money' || f.format === 'basis_points') && Number(f.value) !== 0;
  return [...filled.filter(weighty), ...filled.filter((f) => f.type !== 'money' && !weighty(f) && f.format !== 'multiline')].slice(0, most);
}

/** The steps that wait for somebody, with the names of those people. */
export const waitingFor = (stations: Station[]) =>
  stations
    .filter((s) => s.status === 'open')
    .map((s) => ({ step: s, names: [...new Set(s.tasks.filter((t) => t.status === 'open').map((t) => t.userName))] }));

/** Hours as people say them. */
export function duration(hours: number): { key: 'approval.minutes' | 'approval.hours' | 'approval.days'; n: string } {
  if (hours < 1) return { key: 'approval.minutes', n: String(Math.round(hours * 60)) };
  if (hours < 48) return { key: 'approval.hours', n: String(Number(hours.toFixed(1))) };
  return { key: 'approval.days', n: String(Number((hours / 24).toFixed(1))) };
}

/** The columns of a part: what is no key and may be seen. */
export const shownFields = (fields: FieldInfo[]) =>
  fields.filter((f) => f.type !== 'id' && f.visibility !== 'hidden' && !['id', 'version', 'position', 'itemId'].includes(f.name));

/** Whether a page shows the file itself: pictures and PDF; anything else is saved. */
export function shownAs(f: { name: string; type?: string }): 'image' | 'pdf' | undefined {
  const type = f.type?.split(';')[0];
  if (type ? /^image\/(png|jpeg|gif|webp)$/.test(type) : /\.(png|jpe?g|gif|webp)$/i.test(f.name)) return 'image';
  if (type ? type === 'application/pdf' : /\.pdf$/i.test(f.name)) return 'pdf';
  return undefined;
}

const gone = ['ended', 'not_open', 'not_yet', 'returned', 'only_answer', 'not_asked', 'not_approver', 'withdraw_too_late', 'too_late'];

/** Whether a refusal says that others were quicker: what the reader saw is no longer how it stands. */
export const overtaken = (e: { status: number; code: string }) =>
  e.status === 412 || e.status === 404 || gone.includes(e.code.replace(/^approval\./, ''));

/** The steps for which a flow wants names, out of its refusal: one error a node, at choices.<node>. */
export const choicesOf = (error: { errors: { field: string; message: string }[] }) =>
  error.errors.filter((e) => e.field.startsWith('choices.')).map((e) => ({ node: e.field.slice('choices.'.length), label: e.message }));
