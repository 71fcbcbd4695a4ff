import { expect, test } from 'vitest';
import { treeOf, type Unit, within } from './units';

const unit = (id: string, parentId?: string, status = 'open'): Unit => ({
  id,
  parentId,
  kind: 'company',
  code: id,
  name: id,
  status,
  version: 1,
});
const units = [unit('a'), unit('b', 'a'), unit('c', 'b'), unit('d', 'a', 'closed'), unit('e', 'not-seen')];

test('units stand under their parents, and one whose parent is not seen at the top', () => {
  const tree = treeOf(units);
  expect(tree.map((n) => n.key)).toEqual(['a', 'e']);
  expect(tree[0]?.children.map((n) => n.key)).toEqual(['b', 'd']);
  expect(tree[0]?.children[0]?.children.map((n) => n.key)).toEqual(['c']);
});

test('closed units are left out where one is chosen', () => expect(treeOf(units, true)[0]?.children.map((n) => n.key)).toEqual(['b']));

test('a unit is within itself and what is above it', () => {
  const c = units[2] as Unit;
  expect([within(units, c, 'c'), within(units, c, 'a'), within(units, c, 'd')]).toEqual([true, true, false]);
});
