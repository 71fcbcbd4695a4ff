import { describe, expect, it, test } from 'vitest';
import type { FieldInfo, FieldType, KindInfo } from '../../api/types';
import { formFields, stands } from '../../lib/form';
import { createBody, editBody, hasInput, ownForm, startValues, total } from './body';

const f = (name: string, type: FieldType, more: Partial<FieldInfo> = {}): FieldInfo => ({
  name,
  type,
  label: { zh: name, en: name },
  required: false,
  sortable: false,
  searchable: false,
  personal: false,
  visibility: 'shown',
  readOnly: false,
  ops: [],
  ...more,
});

const kind: KindInfo = {
  name: 'contract',
  path: 'contracts',
  label: { zh: '合同', en: 'Contract' },
  title: 'number',
  searchable: true,
  shapes: true,
  fields: [
    f('number', 'text', { readOnly: true }),
    f('remark', 'text'),
    f('deposit', 'money'),
    f('deliverBy', 'date'),
    f('loan', 'bool'),
    f('mobile', 'text'),
  ],
  list: [],
  sort: '-createdAt',
  form: [{ label: { zh: '', en: '' }, fields: ['number', 'remark', 'deposit', 'deliverBy', 'loan', 'mobile'] }],
  views: [],
  parts: [
    {
      name: 'lines',
      label: { zh: '明细', en: 'Lines' },
      editable: true,
      fields: [
        f('id', 'id', { readOnly: true }),
        f('kind', 'choice'),
        f('itemId', 'id', { readOnly: true }),
        f('name', 'text'),
        f('quantity', 'int'),
        f('price', 'money'),
      ],
    },
  ],
  related: [],
  prints: [],
  steps: [],
  actions: [],
  can: { create: true, edit: true, export: false, reveal: false, print: false },
};

test('a file field sends the ids of its files, and only when they changed', () => {
  const scans = { ...kind, parts: [], fields: [f('x_scan', 'file')], form: [{ label: { zh: '', en: '' }, fields: ['x_scan'] }] };
  const [a, b] = [
    { id: 'a', name: '1.png' },
    { id: 'b', name: '2.png' },
  ];
  expect(createBody(scans, { x_scan: [a] })).toEqual({ x_scan: ['a'] });
  expect(editBody(scans, { x_scan: [a] }, { x_scan: [{ ...a }] })).toEqual({});
  expect(editBody(scans, { x_scan: [a] }, { x_scan: [a, b] })).toEqual({ x_scan: ['a', 'b'] });
  expect(editBody(scans, { x_scan: [a] }, {})).toEqual({ x_scan: null });
});

test('a new record sends what is filled in, and its lines under the name of the part', () => {
  expect(
    createBody(kind, {
      number: 'x',
      remark: '',
      deposit: '5000.00',
      lines: [{ kind: 'accessory', itemId: 'a', name: '脚垫', quantity: 1, price: '380.00', id: 'z' }],
    }),
  ).toEqual({
    deposit: '5000.00',
    loan: false,
    lines: [{ kind: 'accessory', itemId: 'a', name: '脚垫', quantity: 1, price: '380.00' }],
  });
});

test('an edit sends only what changed; a masked value stays away', () => {
  const before = startValues(kind, {
    remark: '急',
    deposit: '1.00',
    deliverBy: '2026-12-01',
    mobile: '138****8000',
    lines: [{ id: 'z', name: 'a', quantity: 1, price: '1.00' }],
  });
  expect(editBody(kind, before, { ...before })).toEqual({});
  expect(editBody(kind, before, { ...before, remark: undefined, deliverBy: undefined, deposit: '2.00' })).toEqual({
    remark: '',
    deliverBy: null,
    deposit: '2.00',
  });
  expect(editBody(kind, before, { ...before, lines: [] })).toEqual({ lines: [] });
});

test('a message finds its input only where there is one', () => {
  const has = hasInput(kind, { lines: [{ name: 'a' }] });
  expect(has(['remark'])).toBe(true);
  expect(has(['number'])).toBe(false);
  expect(has(['lines', 0, 'price'])).toBe(true);
  expect(has(['lines', 1, 'price'])).toBe(false);
  expect(has(['lines'])).toBe(false);
});

test('totals are exact', () => {
  expect(total([{ price: '0.10', quantity: 3 }, { price: '199800.00', quantity: 1 }, { price: undefined }])).toBe('199800.30');
  expect(total([{ price: '-0.05', quantity: 1 }])).toBe('-0.05');
});

describe('a field that stands only when another one has a value', () => {
  const when = { field: 'loan', values: ['true'] };
  const conditional: KindInfo = { ...kind, fields: kind.fields.map((x) => (x.name === 'remark' ? { ...x, when } : x)), parts: [] };
  it('is sent only then', () => {
    expect(createBody(conditional, { remark: 'x', loan: false })).not.toHaveProperty('remark');
    expect(createBody(conditional, { remark: 'x', loan: true })).toMatchObject({ remark: 'x', loan: true });
    expect(editBody(conditional, {}, { remark: 'x' })).toEqual({});
  });
  it('stands for a choice, one of several, and a switch that is off', () => {
    const field = (w: { field: string; values: string[] }) => f('a', 'text', { when: w });
    expect(stands(field({ field: 'tags', values: ['b'] }), { tags: ['a', 'b'] })).toBe(true);
    expect(stands(field({ field: 'tags', values: ['b'] }), { tags: [] })).toBe(false);
    expect(stands(field({ field: 'loan', values: ['false'] }), {})).toBe(true);
    expect(stands(f('a', 'text'), {})).toBe(true);
  });
});

test('a record that nobody edits has a form of its own fields alone', () => {
  const own = [
    f('x_slip', 'text', { own: true }),
    f('x_twice', 'number', { own: true, readOnly: true }),
    f('x_secret', 'text', { own: true, visibility: 'hidden' }),
  ];
  const names = (k: KindInfo) => formFields(ownForm(k)).map((x) => x.name);
  const more = { label: { zh: '', en: '' }, fields: ['x_slip'] };
  expect(names({ ...kind, fields: [...kind.fields, ...own], form: [...kind.form, more] })).toEqual(['x_slip']);
  expect(names({ ...kind, fields: [...kind.fields, ...own], form: kind.form })).toEqual([]); // the group's form leaves it out
  expect(names({ ...kind, fields: [...kind.fields, ...own], form: [] })).toEqual(['x_slip']);
  expect(ownForm(kind).parts).toEqual([]);
});
