import { expect, test } from 'vitest';
import type { KindInfo } from '../../api/types';
import type { PrintElement, PrintLayout } from '../../lib/print';
import type { PlaceVersions } from './layouts';
import { blankForm, blockOf, elementOf, latest, resized, shifted } from './prints';

const l = { ...blankForm() };
const e: PrintElement = { type: 'text', x: 10, y: 10, width: 40, height: 7 };

test('an element moves in halves of a millimetre and stays on the paper', () => {
  expect(shifted(l, e, 1.3, 0.2)).toMatchObject({ x: 11.5, y: 10 });
  expect(shifted(l, e, -99, 999)).toMatchObject({ x: 0, y: 133 });
  expect(shifted(l, { ...e, type: 'column', rows: 5 }, 0, 999)).toMatchObject({ y: 105 });
});

test('an element keeps a size that can be read', () => {
  expect(resized(l, e, -99, -99)).toMatchObject({ width: 2, height: 2 });
  expect(resized(l, e, 999, 999)).toMatchObject({ width: 231, height: 130 });
  expect(resized(l, { ...e, type: 'column', rows: 5 }, 0, 10)).toMatchObject({ height: 9 });
});

test('a copy begins with the draft, else with what counts, else with the shipped one', () => {
  const shipped = { paper: 'a4', margin: l.margin } as PrintLayout;
  const version = (n: number, current: boolean, print: Partial<PrintLayout>) => ({
    version: n,
    current,
    at: '',
    by: '',
    print: { ...shipped, ...print },
  });
  const place = (...versions: ReturnType<typeof version>[]) => ({ part: 'print', level: 'group', versions }) as PlaceVersions;
  expect(latest(undefined, shipped)).toBe(shipped);
  expect(latest(place(version(0, false, { size: 9 }), version(1, true, { size: 12 })), shipped).size).toBe(9);
  expect(latest(place(version(1, true, { size: 12 })), shipped).size).toBe(12);
  expect(latest(place(version(1, true, { off: true })), shipped)).toBe(shipped);
});

test('what is added stands for something that the kind has', () => {
  const kind = {
    fields: [
      { name: 'id', type: 'id' },
      { name: 'number', type: 'text', visibility: 'shown' },
      { name: 'margin', type: 'money', visibility: 'hidden' },
      { name: 'total', type: 'money', visibility: 'shown' },
    ],
    parts: [{ name: 'lines', label: { zh: '行', en: 'Lines' }, fields: [{ name: 'what', type: 'text', visibility: 'shown' }] }],
  } as unknown as KindInfo;
  expect(blockOf('sums', kind).fields).toEqual(['total']);
  expect(blockOf('lines', kind)).toMatchObject({ part: 'lines', fields: ['what'] });
  expect(elementOf('capitals', kind).field).toBe('total');
  expect(elementOf('field', kind).field).toBe('number');
  expect(elementOf('column', kind)).toMatchObject({ part: 'lines', field: 'what' });
});
