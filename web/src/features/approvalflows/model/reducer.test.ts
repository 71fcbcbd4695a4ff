import { describe, expect, test } from 'vitest';
import { flowOf, listOf } from '../testing/flows';
import { insert, removeItem } from './edit';
import { begin, type Change, type Design, reduce } from './reducer';
import { treeOf } from './tree';

const run = (d: Design, ...changes: Change[]) => changes.reduce(reduce, d);
const named = (id: string, zh: string): Change => ({
  type: 'change',
  key: `${id}.name`,
  make: (f) => ({ ...f, nodes: f.nodes.map((n) => (n.id === id ? { ...n, name: { zh, en: '' } } : n)) }),
});
const name = (d: Design, id: string) => d.now.nodes.find((n) => n.id === id)?.name?.zh;

describe('undo and redo', () => {
  const start = begin(flowOf('s>a1 a1>a2 a2>e'));
  const gone: Change = { type: 'change', make: (f) => removeItem(f, 'a1') };

  test('go back and forth', () => {
    const d = run(start, gone);
    expect(listOf(d.now)).toBe('a2 e');
    const back = run(d, { type: 'undo' });
    expect(listOf(back.now)).toBe('a1 a2 e');
    expect(listOf(run(back, { type: 'redo' }).now)).toBe('a2 e');
  });

  test('letters of one name are undone together, two names apart', () => {
    const d = run(start, named('a1', '销'), named('a1', '销售'), named('a2', '店'), named('a2', '店长'));
    expect([name(d, 'a1'), name(d, 'a2')]).toEqual(['销售', '店长']);
    const once = run(d, { type: 'undo' });
    expect([name(once, 'a1'), name(once, 'a2')]).toEqual(['销售', 'a2']);
    expect(name(run(once, { type: 'undo' }), 'a1')).toBe('a1');
  });

  test('a new change after undo drops what was undone', () => {
    const d = run(start, gone, { type: 'undo' }, named('a2', '店长'));
    expect(d.future).toEqual([]);
    expect(run(d, { type: 'redo' })).toBe(d);
  });

  test('a change that changes nothing is no step back', () => {
    expect(run(start, { type: 'change', make: (f) => f }).past).toEqual([]);
  });

  test('the ends of the history stay', () => {
    expect(run(start, { type: 'undo' })).toBe(start);
    expect(run(start, { type: 'redo' })).toBe(start);
  });
});

describe('the selection', () => {
  const start = begin(flowOf('s>a1 a1>a2 a2>e'));

  test('goes with what it selected', () => {
    const d = run(start, { type: 'select', selected: { node: 'a1' } }, { type: 'change', make: (f) => removeItem(f, 'a1') });
    expect(d.selected).toBeUndefined();
  });

  test('a made node is selected', () => {
    const d = run(start, { type: 'add', make: (f) => insert(f, treeOf(f).begin, 'copy') });
    expect(d.selected).toEqual({ node: 'c1' });
    expect(listOf(d.now)).toBe('c1 a1 a2 e');
  });

  test('of nothing that is there is none', () => {
    expect(run(start, { type: 'select', selected: { line: 'x' } }).selected).toBeUndefined();
  });
});
