import { describe, expect, test } from 'vitest';
import { flowOf, listOf } from '../testing/flows';
import type { Flow } from '../types';
import {
  addArm,
  addNode,
  blank,
  connect,
  duplicate,
  gaps,
  insert,
  moveArm,
  moveItem,
  removeArm,
  removeItem,
  removeLine,
  removeNode,
  stepKey,
} from './edit';
import { arranged, size } from './layout';
import { approvalsBefore, lineOf, treeOf } from './tree';

describe('a graph read as a list', () => {
  test.each([
    ['nothing but the end', 's>e', 'e'],
    ['steps in a row', 's>a1 a1>c1 c1>a2 a2>e', 'a1 c1 a2 e'],
    ['a branch that meets again', 's>b1 b1>a1? b1>a2! a1>a2 a2>e', 'b1(a1 | ) a2 e'],
    ['a branch whose ways both have steps', 's>b1 b1>a1? b1>a2! a1>a3 a2>a3 a3>e', 'b1(a1 | a2) a3 e'],
    ['a way that ends early', 's>b1 b1>a1? b1>e2! a1>e', 'b1(a1 e | e2)'],
    ['parallel parts with their join', 's>f1 f1>a1 f1>a2 a1>j1 a2>j1 j1>a3 a3>e', 'f1(a1 | a2)j1 a3 e'],
    ['a branch in a parallel part', 's>f1 f1>b1 f1>a2 b1>a1? b1>j1! a1>j1 a2>j1 j1>e', 'f1(b1(a1 | ) | a2)j1 e'],
    ['a branch in a branch that meets at the same place', 's>b1 b1>b2? b1>e! b2>a1? b2>e! a1>e', 'b1(b2(a1 | ) | ) e'],
    ['a way back', 's>a1 a1>b1 b1>a1? b1>e!', 'a1 b1(→a1 | ) e'],
    ['a way across', 's>b1 b1>a1? b1>b2! b2>a1? b2>a3! a1>a2 a2>e a3>e', 'b1(a1 a2 | b2(→a1 | a3)) e'],
    ['a step that leads nowhere', 's>a1', 'a1'],
  ])('%s', (_, text, want) => expect(listOf(flowOf(text))).toBe(want));

  test('what no line leads to is told apart', () => {
    const [flow, node] = addNode(flowOf('s>e'), 'approve');
    expect(treeOf(flow).loose.map((n) => n.id)).toEqual([node.id]);
  });

  test('steps are numbered in the order of the list', () => {
    const flow = flowOf('s>f1 f1>a1 f1>a2 a1>j1 a2>j1 j1>a3 a3>e');
    expect([...treeOf(flow).numbers]).toEqual([
      ['a1', 1],
      ['a2', 2],
      ['a3', 3],
    ]);
  });

  test('a rejection can lead to the approvals before, and to no other', () => {
    const flow = flowOf('s>a1 a1>b1 b1>a2? b1>a3! a2>a4 a3>a4 a4>e');
    expect(approvalsBefore(flow, 'a4').map((n) => n.id)).toEqual(['a1', 'a2', 'a3']);
    expect(approvalsBefore(flow, 'a2').map((n) => n.id)).toEqual(['a1']);
  });
});

const at = (flow: Flow, key: string) => {
  const found = gaps(flow).find((g) => g.key === key);
  if (!found) throw new Error(`no place ${key}`);
  return found.gap;
};

const branched = 's>a1 a1>b1 b1>a2? b1>a3! a2>a3 a3>e';
const parallel = 's>f1 f1>a1 f1>a2 a1>j1 a2>j1 j1>a3 a3>e';

describe('the list changes the graph and keeps its blocks', () => {
  test.each<[string, string, (f: Flow) => Flow, string]>([
    ['a step at the beginning', 's>e', (f) => insert(f, at(f, 'begin'), 'approve')[0], 'a1 e'],
    ['a copy after a step', 's>a1 a1>e', (f) => insert(f, at(f, 'after:a1'), 'copy')[0], 'a1 c1 e'],
    ['a branch comes with a step and all other cases', 's>a1 a1>e', (f) => insert(f, at(f, 'after:a1'), 'branch')[0], 'a1 b1(a2 | ) e'],
    ['parallel parts come with their join', 's>e', (f) => insert(f, at(f, 'begin'), 'fork')[0], 'f1(a1 | a2)j1 e'],
    ['a step after a branch takes all its ways', branched, (f) => insert(f, at(f, 'after:b1'), 'approve')[0], 'a1 b1(a2 | ) a4 a3 e'],
    ['a step in the empty way of a branch', branched, (f) => insert(f, at(f, 'arm:l4'), 'approve')[0], 'a1 b1(a2 | a4) a3 e'],
    ['a step at the head of a way with steps', branched, (f) => insert(f, at(f, 'arm:l3'), 'approve')[0], 'a1 b1(a4 a2 | ) a3 e'],
    ['a step after parallel parts', parallel, (f) => insert(f, at(f, 'after:f1'), 'approve')[0], 'f1(a1 | a2)j1 a4 a3 e'],
    ['a branch in a parallel part', parallel, (f) => insert(f, at(f, 'after:a1'), 'branch')[0], 'f1(a1 b1(a4 | ) | a2)j1 a3 e'],
    ['one more case stands before all others', branched, (f) => addArm(f, 'b1')[0], 'a1 b1(a2 | a4 | ) a3 e'],
    ['one more part comes to the join', parallel, (f) => addArm(f, 'f1')[0], 'f1(a1 | a2 | a4)j1 a3 e'],
    ['a removed step closes the gap', branched, (f) => removeItem(f, 'a2'), 'a1 b1( | ) a3 e'],
    ['a removed branch goes with its steps', branched, (f) => removeItem(f, 'b1'), 'a1 a3 e'],
    ['removed parallel parts go with their join', parallel, (f) => removeItem(f, 'f1'), 'a3 e'],
    ['a branch whose ways end by themselves can go', 's>b1 b1>a1? b1>e2! a1>e', (f) => removeItem(f, 'b1'), 'e2'],
    ['the end stays', 's>a1 a1>e', (f) => removeItem(f, 'e'), 'a1 e'],
    ['with one case left the branch is none', branched, (f) => removeArm(f, 'l4'), 'a1 a2 a3 e'],
    ['with all other cases left the branch is none', branched, (f) => removeArm(f, 'l3'), 'a1 a3 e'],
    ['with one part left it is no longer parallel', parallel, (f) => removeArm(f, 'l2'), 'a2 a3 e'],
    ['of three parts two stay parallel', parallel, (f) => removeArm(addArm(f, 'f1')[0], 'l2'), 'f1(a2 | a4)j1 a3 e'],
    ['a step moves into a way', branched, (f) => moveItem(f, 'a1', 'arm:l4'), 'b1(a2 | a1) a3 e'],
    ['a step moves out of its way', branched, (f) => moveItem(f, 'a2', 'after:a3'), 'a1 b1( | ) a3 a2 e'],
    ['a step moves behind the branch', branched, (f) => moveItem(f, 'a1', 'after:b1'), 'b1(a2 | ) a1 a3 e'],
    ['a branch moves with its steps', branched, (f) => moveItem(f, 'b1', 'begin'), 'b1(a2 | ) a1 a3 e'],
    ['parallel parts move with their join', parallel, (f) => moveItem(f, 'f1', 'after:a3'), 'a3 f1(a1 | a2)j1 e'],
    ['a branch cannot move into itself', branched, (f) => moveItem(f, 'b1', 'arm:l3'), 'a1 b1(a2 | ) a3 e'],
    ['a step stays where it is', branched, (f) => moveItem(f, 'a1', 'begin'), 'a1 b1(a2 | ) a3 e'],
    ['a copy of a step follows it', 's>a1 a1>e', (f) => duplicate(f, 'a1')[0], 'a1 a2 e'],
    ['a step goes down past a branch', branched, (f) => moveItem(f, 'a1', stepKey(f, 'a1', 1) ?? ''), 'b1(a2 | ) a1 a3 e'],
    ['the last of a way goes down out of it', branched, (f) => moveItem(f, 'a2', stepKey(f, 'a2', 1) ?? ''), 'a1 b1( | ) a2 a3 e'],
    ['the first of a way goes up out of it', branched, (f) => moveItem(f, 'a2', stepKey(f, 'a2', -1) ?? ''), 'a1 a2 b1( | ) a3 e'],
    ['a step goes up', branched, (f) => moveItem(f, 'a3', stepKey(f, 'a3', -1) ?? ''), 'a1 a3 b1(a2 | ) e'],
  ])('%s', (_, text, change, want) => {
    const next = change(flowOf(text));
    expect(listOf(next)).toBe(want);
    expect(whole(next)).toEqual([]);
  });

  test('nothing goes above the first and below the last', () => {
    const flow = flowOf(branched);
    expect(stepKey(flow, 'a1', -1)).toBeUndefined();
    expect(stepKey(flow, 'a3', 1)).toBeUndefined();
  });

  test('cases change places, and the one for all others stays last', () => {
    const flow = addArm(flowOf(branched), 'b1')[0];
    const [first, second, last] = flow.lines.filter((l) => l.from === 'b1');
    const order = (f: Flow) => f.lines.filter((l) => l.from === 'b1').map((l) => l.id);
    expect(order(moveArm(flow, first?.id ?? '', 1))).toEqual([second?.id, first?.id, last?.id]);
    expect(moveArm(flow, second?.id ?? '', 1)).toBe(flow);
    expect(moveArm(flow, last?.id ?? '', -1)).toBe(flow);
  });

  test('a step that is gone is no place to return to', () => {
    const flow = flowOf('s>a1 a1>a2 a2>e');
    const back = { ...flow, nodes: flow.nodes.map((n) => (n.id === 'a2' ? { ...n, returns: ['end', 'a1'] } : n)) };
    expect(removeItem(back, 'a1').nodes.find((n) => n.id === 'a2')?.returns).toEqual(['end']);
  });

  test('a condition stays at its case when steps come and go', () => {
    let flow = flowOf(branched);
    flow = insert(flow, at(flow, 'arm:l3'), 'approve')[0];
    flow = removeItem(flow, 'a2');
    expect(lineOf(flow, 'l3')?.when?.any?.[0]?.[0]?.value).toBe('3');
  });

  test('any order of edits leaves a whole flow', () => {
    let seed = 20261125;
    const dice = (n: number) => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return Math.floor((seed / 2147483648) * n);
    };
    let flow = blank();
    for (let i = 0; i < 400; i++) {
      const places = gaps(flow);
      const place = places[dice(places.length)];
      const inner = flow.nodes.filter((n) => n.kind !== 'start' && n.kind !== 'end' && n.kind !== 'join');
      const node = inner[dice(inner.length)];
      const line = flow.lines[dice(flow.lines.length)];
      const step = dice(8);
      const was = flow;
      if (step < 3 && place && inner.length < 30)
        flow = insert(flow, place.gap, (['approve', 'copy', 'branch', 'fork'] as const)[dice(4)] ?? 'approve')[0];
      else if (step === 3 && node) flow = removeItem(flow, node.id);
      else if (step === 4 && node && place) flow = moveItem(flow, node.id, place.key);
      else if (step === 5 && line && ['branch', 'fork'].includes(flow.nodes.find((n) => n.id === line.from)?.kind ?? ''))
        flow = removeArm(flow, line.id);
      else if (step === 6 && node) flow = addArm(flow, node.id)[0];
      else if (node) flow = moveItem(flow, node.id, stepKey(flow, node.id, dice(2) ? 1 : -1) ?? '');
      expect(whole(flow), `edit ${i}: ${listOf(was)} → ${listOf(flow)}`).toEqual([]);
    }
  });
});

/** What is wrong with the blocks of a flow. */
function whole(flow: Flow): string[] {
  const wrong: string[] = [];
  const ids = new Set(flow.nodes.map((n) => n.id));
  const tree = treeOf(flow);
  if (tree.loose.length) wrong.push(`loose ${tree.loose.map((n) => n.id)}`);
  if (listOf(flow).includes('→')) wrong.push('a jump');
  if (new Set(flow.lines.map((l) => l.id)).size !== flow.lines.length) wrong.push('a line twice');
  for (const l of flow.lines) if (!ids.has(l.from) || !ids.has(l.to)) wrong.push(`line ${l.id} to nothing`);
  for (const n of flow.nodes) {
    const out = flow.lines.filter((l) => l.from === n.id).length;
    if (n.kind === 'end' ? out !== 0 : n.kind === 'branch' || n.kind === 'fork' ? out < 2 : out !== 1)
      wrong.push(`${n.id} has ${out} lines`);
  }
  if (flow.nodes.filter((n) => n.kind === 'fork').length !== flow.nodes.filter((n) => n.kind === 'join').length)
    wrong.push('a fork without its join');
  return wrong;
}

describe('the drawing changes nodes and lines one by one', () => {
  test('a line is drawn once, never to itself, out of the end or into the start', () => {
    const flow = flowOf('s>b1 b1>a1? b1>e! a1>e');
    expect(connect(flow, 'b1', 'a1')).toBe(flow);
    expect(connect(flow, 'a1', 'a1')).toBe(flow);
    expect(connect(flow, 'e', 'a1')).toBe(flow);
    expect(connect(flow, 'a1', 's')).toBe(flow);
  });

  test('a new line of a step takes the place of the old, one of a branch comes before all other cases', () => {
    expect(listOf(connect(flowOf('s>a1 a1>a2 a2>e'), 's', 'a2'))).toBe('a2 e');
    const [flow, node] = addNode(flowOf('s>b1 b1>a1? b1>e! a1>e'), 'approve');
    expect(connect(flow, 'b1', node.id).lines.filter((l) => l.from === 'b1').map((l) => l.to)).toEqual(['a1', node.id, 'e']); // biome-ignore format: one line
  });

  test('a removed node joins what came and what follows; a removed line leaves the step alone', () => {
    expect(listOf(removeNode(flowOf('s>a1 a1>a2 a2>e'), 'a1'))).toBe('a2 e');
    expect(treeOf(removeLine(flowOf('s>a1 a1>e'), 'l1')).loose.map((n) => n.id)).toEqual(['a1', 'e']);
    expect(removeNode(flowOf('s>e'), 'e').nodes).toHaveLength(2);
  });

  test('an arranged drawing has no two nodes over each other', () => {
    const flow = arranged(flowOf('s>a1 a1>b1 b1>a2? b1>f1! f1>a3 f1>a4 f1>a5 a3>j1 a4>j1 a5>j1 j1>a6 a2>a6 a6>e'));
    for (const a of flow.nodes)
      for (const b of flow.nodes)
        if (a !== b) expect(Math.abs(a.x - b.x) >= size.width || Math.abs(a.y - b.y) >= size.height, `${a.id} and ${b.id}`).toBe(true);
  });
});
