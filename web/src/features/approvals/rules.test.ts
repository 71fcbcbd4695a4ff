import { expect, test } from 'vitest';
import type { FieldInfo, Row } from '../../api/types';
import {
  around,
  asksMore,
  barred,
  calls,
  choicesOf,
  duration,
  edits,
  following,
  inOrder,
  kept,
  keyFacts,
  marked,
  mentioned,
  mustSay,
  shownAs,
  waitingFor,
} from './rules';
import type { Fact, Lines, Station, Task } from './types';

const row = (id: string, approvalId = id): Row => ({ id, approvalId });
const task = (t: Partial<Task> = {}): Task => ({
  id: 't',
  version: 1,
  node: 'a1',
  step: { zh: '经理', en: 'Manager' },
  may: ['approve', 'reject'],
  returns: [],
  commentRule: 'optional',
  signature: false,
  edit: [],
  ...t,
});
const field = (name: string, type = 'text'): FieldInfo => ({ name, type, label: { zh: name, en: name }, visibility: 'shown' }) as FieldInfo;

const fact = (name: string, type: Fact['type'], value: unknown, format?: string) =>
  ({ ...field(name, type), text: '', changed: false, value, format }) as unknown as Fact;

test('agreeing is one tap unless the step wants words, a signature or a name', () => {
  expect(asksMore(task())).toBe(false);
  expect(asksMore(task({ commentRule: 'on_reject' }))).toBe(false);
  expect(asksMore(task({ commentRule: 'always' }))).toBe(true);
  expect(asksMore(task({ signature: true }))).toBe(true);
  expect(asksMore(task({ choose: { node: 'b', name: { zh: '', en: '' } } }))).toBe(true);
});

test('a reason is needed where the step says so', () => {
  expect(mustSay(task({ commentRule: 'on_reject' }), 'reject')).toBe(true);
  expect(mustSay(task({ commentRule: 'on_reject' }), 'approve')).toBe(false);
  expect(mustSay(task({ commentRule: 'always' }), 'approve')).toBe(true);
  expect(mustSay(task(), 'reject')).toBe(false);
});

test('what is closed or must be decided alone cannot be chosen', () => {
  expect(barred({ id: '1', status: 'open', bulk: true })).toBeUndefined();
  expect(barred({ id: '1', status: 'open', bulk: false })).toBe('approval.noBulk');
  expect(barred({ id: '1', status: 'approved', bulk: true })).toBe('approval.notOpen');
});

test('after a decision the next one follows, and the first after the last', () => {
  const rows = [row('1', 'a'), row('2', 'b'), row('3', 'b'), row('4', 'c')];
  expect(around(rows, 'b')).toEqual({ previous: 'a', next: 'c', at: 2, all: 3 });
  expect(around(rows, 'x')).toEqual({ previous: undefined, next: 'a', at: 0, all: 3 });
  expect(following(rows, 'a')).toBe('b');
  expect(following(rows, 'c')).toBe('a');
  expect(following([row('1', 'a')], 'a')).toBeUndefined();
});

test('the queue keeps the one that is read, loses what others decided and takes on what is new', () => {
  const known = [row('1'), row('2'), row('3')];
  expect(kept(known, [row('4'), row('1')], '2').map((r) => r.id)).toEqual(['1', '2', '4']);
});

test('only changed fields of a step are sent', () => {
  const fields = [fact('price', 'money', '10.00'), fact('remark', 'text', 'old'), fact('on', 'date', '2026-01-01')];
  expect(edits(fields, { price: '10.00', remark: 'old' })).toBeUndefined();
  expect(edits(fields, { price: '9.00', remark: undefined, on: undefined })).toEqual({ price: '9.00', remark: '', on: null });
  expect(edits([fact('empty', 'text', undefined)], { empty: '' })).toBeUndefined();
});

test('a mention counts while its name stands in the text, once', () => {
  const li = { id: 'u1', name: '李强' };
  expect(mentioned('@李强 请看', [li, li])).toEqual(['u1']);
  expect(mentioned('请看', [li])).toEqual([]);
});

test('a text shows the longest name that it calls', () => {
  expect(calls('请@李强国 和@李强 看', ['李强', '李强国'])).toEqual([
    { at: 0, text: '请', call: false },
    { at: 1, text: '@李强国', call: true },
    { at: 5, text: ' 和', call: false },
    { at: 7, text: '@李强', call: true },
    { at: 10, text: ' 看', call: false },
  ]);
});

test('lines say what became of them', () => {
  const part: Lines = {
    name: 'lines',
    label: { zh: '', en: '' },
    fields: [field('name'), field('price', 'money')],
    changed: true,
    rows: [
      { id: '1', name: 'a', price: '1.00' },
      { id: '2', name: 'b', price: '3.00' },
      { id: '4', name: 'd', price: '4.00' },
    ],
    submittedRows: [
      { id: '1', name: 'a', price: '1.00' },
      { id: '2', name: 'b', price: '2.00' },
      { id: '3', name: 'c', price: '3.00' },
    ],
  };
  expect(marked(part).map((m) => [m.row.id, m.mark])).toEqual([
    ['1', undefined],
    ['2', 'changed'],
    ['4', 'added'],
    ['3', 'removed'],
  ]);
  expect(marked({ ...part, changed: false }).map((m) => m.mark)).toEqual([undefined, undefined, undefined]);
});

test('sums and rates stand first among the facts, empty ones nowhere', () => {
  const fields = [
    fact('a', 'text', 'x'),
    fact('b', 'money', ''),
    fact('c', 'money', '1.00'),
    fact('d', 'text', 'long', 'multiline'),
    fact('e', 'int', 120, 'basis_points'),
  ];
  expect(
    keyFacts({ fields: [fact('z', 'money', '0.00'), fact('number', 'text', 'n'), ...fields], parts: [], files: [], related: [] }).map(
      (f) => f.name,
    ),
  ).toEqual(['c', 'e', 'a']);
});

test('who is waited for is told once each', () => {
  const person = (userName: string, status: string) => ({ userName, status });
  const stations = [
    { status: 'approved', tasks: [person('x', 'approved')] },
    { status: 'open', tasks: [person('a', 'open'), person('b', 'waiting'), person('a', 'open')] },
  ] as unknown as Station[];
  expect(waitingFor(stations).map((w) => w.names)).toEqual([['a']]);
});

test('time is told in the unit that people would use', () => {
  expect(duration(0.5)).toEqual({ key: 'approval.minutes', n: '30' });
  expect(duration(5.26)).toEqual({ key: 'approval.hours', n: '5.3' });
  expect(duration(72)).toEqual({ key: 'approval.days', n: '3' });
});

test('pictures and PDF are shown, anything else is saved', () => {
  expect(shownAs({ name: 'a', type: 'image/png' })).toBe('image');
  expect(shownAs({ name: 'a.svg', type: 'image/svg+xml' })).toBeUndefined();
  expect(shownAs({ name: 'a.PDF' })).toBe('pdf');
  expect(shownAs({ name: 'a.pdf', type: 'text/plain; charset=utf-8' })).toBeUndefined();
});

test('a refusal names the steps that want approvers', () => {
  const errors = [
    { field: 'choices.a1', message: '店长' },
    { field: 'reason', message: 'x' },
  ];
  expect(choicesOf({ errors })).toEqual([{ node: 'a1', label: '店长' }]);
});

test('facts stand in the order of the form, where the document belongs at last', () => {
  const fields = ['status', 'number', 'total', 'b', 'a'].map((n) => fact(n, 'text', 'x'));
  expect(inOrder(fields, ['a', 'b']).map((f) => f.name)).toEqual(['a', 'b', 'total', 'number', 'status']);
});
