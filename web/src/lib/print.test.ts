import { expect, test } from 'vitest';
import type { FieldInfo, Row } from '../api/types';
import { columnOf, type PrintElement, type PrintLayout, pageCss, pairs, paperOf, printed, sheetsOf } from './print';

const layout = (l: Partial<PrintLayout>): PrintLayout => ({ paper: 'a4', margin: { top: 1, right: 2, bottom: 3, left: 4 }, ...l });
const field = (f: Partial<FieldInfo>) => ({ name: 'a', type: 'text', ...f }) as FieldInfo;

test.each([
  [layout({}), 210, 297],
  [layout({ landscape: true }), 297, 210],
  [layout({ paper: 'a5' }), 148, 210],
  [layout({ paper: 'triplicate', landscape: true }), 241, 140],
  [layout({ paper: 'custom', width: 80, height: 60 }), 80, 60],
])('a paper has its size', (l, width, height) => expect(paperOf(l)).toEqual({ width, height }));

test('a document has margins and numbers, a preprinted form counts from the corner', () => {
  const of = (page: string, pages: string) => `"${page} / ${pages}"`;
  expect(pageCss(layout({ pages: true }), of)).toContain('size: 210mm 297mm; margin: 1mm 2mm 3mm 4mm; @bottom-center');
  const placed = pageCss(layout({ pages: true, elements: [{ type: 'date', x: 1, y: 1, width: 1, height: 1 }] }), of);
  expect(placed).toContain('margin: 0');
  expect(placed).not.toContain('counter');
});

test('a column goes on on the next sheet', () => {
  const column: PrintElement = { type: 'column', part: 'lines', field: 'a', x: 0, y: 0, width: 1, height: 1, rows: 2 };
  const row = { id: '1', lines: [1, 2, 3].map((n) => ({ id: String(n) })) } as Row;
  expect(sheetsOf(layout({ elements: [column] }), row)).toBe(2);
  expect(columnOf(column, row, 1).map((r) => r.id)).toEqual(['3']);
  expect(sheetsOf(layout({ elements: [column] }), { id: '1' } as Row)).toBe(1);
});

test('fields stand in pairs, a long text in a row of its own', () => {
  const rows = pairs([field({ name: 'a' }), field({ name: 'b', format: 'multiline' }), field({ name: 'c' }), field({ name: 'd' })], 2);
  expect(rows.map((r) => r.map((x) => `${x.field.name}${x.span}`))).toEqual([['a2'], ['b2'], ['c1', 'd1']]);
});

test('values are plain text', () => {
  const words = (w?: { zh: string }) => w?.zh ?? '';
  const text = (f: Partial<FieldInfo>, v: unknown, more: object = {}) =>
    printed(field(f), { id: '1', a: v, ...more } as Row, words, '是', '否');
  expect(text({ type: 'money' }, '1234.50')).toBe('¥1,234.50');
  expect(text({ type: 'bool' }, false)).toBe('否');
  expect(text({ type: 'ref', name: 'aId' }, undefined)).toBe('');
  expect(printed(field({ type: 'ref', name: 'aId' }), { id: '1', aId: 'x', aName: '王敏' } as Row, words, '', '')).toBe('王敏');
  expect(text({ type: 'choice', options: [{ value: 'x', label: { zh: '甲', en: '' } }] }, 'x')).toBe('甲');
  expect(text({ type: 'multi', options: [{ value: 'x', label: { zh: '甲', en: '' } }] }, ['x', 'y'])).toBe('甲、y');
  expect(text({ format: 'mobile' }, '138****8000')).toBe('138 **** 8000');
});
