import type { Flow, FlowLine, FlowNode, NodeKind } from '../types';
import { arranged } from './layout';
import { find, type Gap, type Item, lineOf, linesFrom, linesTo, nodeOf, nodesIn, treeOf } from './tree';

/** What can be put into a flow at a place. */
export type Part = 'approve' | 'copy' | 'branch' | 'fork';

const letters: Record<NodeKind, string> = { start: 's', approve: 'a', copy: 'c', branch: 'b', fork: 'f', join: 'j', end: 'e' };

/** An id that the flow does not use yet: a letter for what it is, and a number. */
export function freeId(flow: Flow, letter: string): string {
  const taken = new Set([...flow.nodes.map((n) => n.id), ...flow.lines.map((l) => l.id)]);
  for (let i = 1; ; i++) if (!taken.has(letter + i)) return letter + i;
}

/** A flow with nothing but its beginning and its end. */
export const blank = (): Flow => ({
  nodes: [
    { id: 'start', kind: 'start', x: 0, y: 0 },
    { id: 'end', kind: 'end', x: 0, y: 120 },
  ],
  lines: [{ id: 'l1', from: 'start', to: 'end' }],
  withdraw: 'before_first',
  bulk: true,
});

/** What a new approval begins with: whoever leads the submitter's department, one of them is enough, nobody decides their own. */
const fresh = (id: string, kind: NodeKind): FlowNode => {
  const node: FlowNode = { id, kind, x: 0, y: 0 };
  if (kind === 'approve') {
    return {
      ...node,
      approvers: [{ rule: 'head', levels: 0 }],
      mode: 'any',
      empty: 'administrator',
      self: 'head',
      again: 'adjacent',
      comment: 'on_reject',
    };
  }
  return kind === 'copy' ? { ...node, approvers: [] } : node;
};

export function addNode(flow: Flow, kind: NodeKind, at?: { x: number; y: number }): [Flow, FlowNode] {
  const node = { ...fresh(freeId(flow, letters[kind]), kind), ...at };
  return [{ ...flow, nodes: [...flow.nodes, node] }, node];
}

function addLine(flow: Flow, from: string, to: string, rest: Partial<FlowLine> = {}): Flow {
  const line: FlowLine = { id: freeId(flow, 'l'), from, to, ...rest };
  // Of a branch the way for all other cases stays the last.
  const last = flow.lines.findIndex((l) => l.from === from && l.else);
  if (last < 0 || line.else) return { ...flow, lines: [...flow.lines, line] };
  return { ...flow, lines: flow.lines.toSpliced(last, 0, line) };
}

const retarget = (flow: Flow, lines: string[], to: string): Flow => ({
  ...flow,
  lines: flow.lines.map((l) => (lines.includes(l.id) ? { ...l, to } : l)),
});

/** Puts a new part between two entries; a branch and a fork come with their first ways, and a fork with its join. */
export function insert(flow: Flow, gap: Gap, part: Part): [Flow, string] {
  let [next, node] = addNode(flow, part);
  next = retarget(next, gap.lines, node.id);
  if (part === 'approve' || part === 'copy') return [arranged(addLine(next, node.id, gap.to)), node.id];
  let to = gap.to;
  if (part === 'fork') {
    const [joined, join] = addNode(next, 'join');
    next = addLine(joined, join.id, gap.to);
    to = join.id;
  }
  for (const other of part === 'fork' ? [false, false] : [false, true]) {
    if (other) {
      next = addLine(next, node.id, to, { else: true });
      continue;
    }
    const [grown, step] = addNode(next, 'approve');
    next = addLine(addLine(grown, node.id, step.id), step.id, to);
  }
  return [arranged(next), node.id];
}

/** Adds a way to a branch or a parallel part, with a step in it. */
export function addArm(flow: Flow, id: string): [Flow, string] {
  const at = find(treeOf(flow).items, id);
  if (at?.item.type !== 'block') return [flow, id];
  const to = at.item.join?.id ?? at.item.after.to;
  const [grown, step] = addNode(flow, 'approve');
  const end = to || (grown.nodes.find((n) => n.kind === 'end')?.id ?? '');
  const next = addLine(addLine(grown, id, step.id), step.id, end);
  return [arranged(next), step.id];
}

const without = (flow: Flow, ids: Set<string>): Flow => ({
  ...flow,
  nodes: flow.nodes.filter((n) => !ids.has(n.id)).map((n) => (n.returns?.some((r) => ids.has(r)) ? forget(n, ids) : n)),
  lines: flow.lines.filter((l) => !ids.has(l.from) && !ids.has(l.to)),
});
const forget = (n: FlowNode, ids: Set<string>): FlowNode => ({ ...n, returns: n.returns?.filter((r) => !ids.has(r)) });

/** Takes an entry out of the list; what came to it goes on to what followed. */
function cut(flow: Flow, item: Item): Flow {
  if (item.type === 'jump') return flow;
  if (item.type === 'end') return flow;
  const ids = new Set(nodesIn(item));
  const to = item.after.to || item.entry.to;
  return without(retarget(flow, item.entry.lines, to), ids);
}

/** Removes a node. In the list a branch goes with all its ways; in the drawing, see removeNode. */
export function removeItem(flow: Flow, id: string): Flow {
  const at = find(treeOf(flow).items, id);
  if (!at) return removeNode(flow, id);
  if (at.item.type === 'end' || at.item.type === 'jump') return flow;
  if (at.item.type === 'block' && !at.item.after.to) {
    // All its ways end by themselves: the document then goes straight to the first of those ends.
    const end = flow.nodes.find((n) => n.kind === 'end');
    if (!end) return flow;
    const ids = new Set(nodesIn(at.item));
    ids.delete(end.id);
    return arranged(without(retarget(flow, at.item.entry.lines, end.id), ids));
  }
  return arranged(cut(flow, at.item));
}

/** Removes one way of a branch or parallel part. With one way left there is nothing to choose, and the block goes. */
export function removeArm(flow: Flow, lineId: string): Flow {
  const line = lineOf(flow, lineId);
  const at = line && find(treeOf(flow).items, line.from);
  if (!line || at?.item.type !== 'block') return line ? removeLine(flow, lineId) : flow;
  const arm = at.item.arms.find((a) => a.line.id === lineId);
  const gone = new Set(arm?.items.flatMap(nodesIn));
  for (const id of [...gone])
    if (nodeOf(flow, id)?.kind === 'end' && at.item.arms.some((a) => a !== arm && leads(a.items, id))) gone.delete(id);
  let next = without({ ...flow, lines: flow.lines.filter((l) => l.id !== lineId) }, gone);
  if (!next.nodes.some((n) => n.kind === 'end')) return flow;
  const left = linesFrom(next, at.item.node.id);
  if (left.length === 1 && left[0]) next = dissolve(next, at.item, left[0]);
  return arranged(next);
}

const leads = (items: Item[], id: string): boolean =>
  items.some((i) => (i.type === 'jump' ? i.to === id : i.type === 'block' ? i.arms.some((a) => leads(a.items, id)) : i.node.id === id));

function dissolve(flow: Flow, item: Item & { type: 'block' }, only: FlowLine): Flow {
  let next = flow;
  // The join goes first: the only way may lead straight to it.
  if (item.join) {
    const id = item.join.id;
    const on = linesFrom(next, id)[0]?.to ?? '';
    next = without(
      retarget(
        next,
        linesTo(next, id).map((l) => l.id),
        on,
      ),
      new Set([id]),
    );
  }
  const to = lineOf(next, only.id)?.to ?? only.to;
  next = retarget(
    next,
    linesTo(next, item.node.id).map((l) => l.id),
    to,
  );
  return without(next, new Set([item.node.id]));
}

/** The places where an entry can be moved to: every gap that is not its own. */
export function gaps(flow: Flow): { key: string; gap: Gap; after?: string; arm?: string; block?: string }[] {
  const out: { key: string; gap: Gap; after?: string; arm?: string; block?: string }[] = [];
  const tree = treeOf(flow);
  const walk = (items: Item[]) => {
    for (const i of items) {
      if (i.type === 'block') {
        for (const a of i.arms) {
          out.push({ key: `arm:${a.line.id}`, gap: { lines: [a.line.id], to: a.line.to }, arm: a.line.id, block: i.node.id });
          walk(a.items);
        }
      }
      if (i.type === 'step' || (i.type === 'block' && i.after.to)) out.push({ key: `after:${i.node.id}`, gap: i.after, after: i.node.id });
    }
  };
  if (tree.begin.lines.length) out.push({ key: 'begin', gap: tree.begin });
  walk(tree.items);
  return out;
}

/** Moves an entry with all that is in it to another place, named by the key of gaps. */
export function moveItem(flow: Flow, id: string, key: string): Flow {
  const at = find(treeOf(flow).items, id);
  if (!at || at.item.type === 'end' || at.item.type === 'jump' || !at.item.after.to) return flow;
  const inside = new Set(nodesIn(at.item));
  const goal = gaps(flow).find((g) => g.key === key);
  if (!goal || (goal.after && inside.has(goal.after)) || (goal.block && inside.has(goal.block))) return flow;
  const { entry, after } = at.item;
  // Out first; then the goal is read anew, because its lines may have been those of the entry.
  const outside = retarget(flow, entry.lines, after.to);
  const bare: Flow = {
    ...outside,
    nodes: outside.nodes.filter((n) => !inside.has(n.id)),
    lines: outside.lines.filter((l) => !inside.has(l.from)),
  };
  const place = gaps(bare).find((g) => g.key === key)?.gap;
  if (!place) return flow;
  const put = retarget(outside, place.lines, at.item.node.id);
  return arranged(retarget(put, after.lines, place.to));
}

/** Where one step up or down leads: past a neighbour, or out of the part at its edge. Undefined at the very top and bottom. */
export function stepKey(flow: Flow, id: string, by: -1 | 1): string | undefined {
  const tree = treeOf(flow);
  const at = find(tree.items, id);
  if (!at || at.item.type === 'end' || at.item.type === 'jump') return undefined;
  const beforeOf = (list: Item[], i: number, arm?: string): string | undefined => {
    const prior = list[i - 1];
    if (prior && 'node' in prior) return `after:${prior.node.id}`;
    return arm ? `arm:${arm}` : 'begin';
  };
  if (by === 1) {
    const next = at.list[at.at + 1];
    if (next && (next.type === 'step' || next.type === 'block'))
      return next.type === 'block' && !next.after.to ? undefined : `after:${next.node.id}`;
    const block = owner(tree.items, id);
    return block && block.item.type === 'block' && block.item.after.to ? `after:${block.item.node.id}` : undefined;
  }
  if (at.at > 0) return beforeOf(at.list, at.at - 1, owner(tree.items, id)?.arm);
  const block = owner(tree.items, id);
  if (!block) return undefined;
  const outer = find(tree.items, block.item.node.id);
  return outer && beforeOf(outer.list, outer.at, owner(tree.items, block.item.node.id)?.arm);
}

/** The block in whose way a node stands directly. */
function owner(items: Item[], id: string): { item: Item & { type: 'block' }; arm: string } | undefined {
  for (const item of items) {
    if (item.type !== 'block') continue;
    for (const a of item.arms) {
      if (a.items.some((i) => 'node' in i && i.node.id === id)) return { item, arm: a.line.id };
      const inner = owner(a.items, id);
      if (inner) return inner;
    }
  }
  return undefined;
}

/** Copies a step behind itself. */
export function duplicate(flow: Flow, id: string): [Flow, string] {
  const at = find(treeOf(flow).items, id);
  const node = nodeOf(flow, id);
  if (!node || at?.item.type !== 'step') return [flow, id];
  const [next, made] = insert(flow, at.item.after, node.kind === 'copy' ? 'copy' : 'approve');
  return [{ ...next, nodes: next.nodes.map((n) => (n.id === made ? { ...node, id: made, x: n.x, y: n.y } : n)) }, made];
}

/** The order in which a branch asks its ways; the one for all other cases stays last. */
export function moveArm(flow: Flow, lineId: string, by: -1 | 1): Flow {
  const line = lineOf(flow, lineId);
  const own = line ? linesFrom(flow, line.from) : [];
  const i = own.findIndex((l) => l.id === lineId);
  const other = own[i + by];
  if (!line || !other || line.else || other.else) return flow;
  return { ...flow, lines: flow.lines.map((l) => (l.id === line.id ? other : l.id === other.id ? line : l)) };
}

// What the drawing alone does: nodes and lines one by one, without keeping blocks whole. The check says what is not right yet.

/** Draws a line; one that is there already, or from a node to itself, stays undone. */
export function connect(flow: Flow, from: string, to: string): Flow {
  const a = nodeOf(flow, from);
  const b = nodeOf(flow, to);
  if (!a || !b || from === to || a.kind === 'end' || b.kind === 'start' || flow.lines.some((l) => l.from === from && l.to === to))
    return flow;
  // What is no branch goes on over one line: a new one takes the place of the old.
  const single = a.kind !== 'branch' && a.kind !== 'fork';
  return addLine(single ? { ...flow, lines: flow.lines.filter((l) => l.from !== from) } : flow, from, to);
}

export const removeLine = (flow: Flow, id: string): Flow => ({ ...flow, lines: flow.lines.filter((l) => l.id !== id) });

/** Removes one node and joins what came to it with what followed, where that is one node. */
export function removeNode(flow: Flow, id: string): Flow {
  const node = nodeOf(flow, id);
  if (!node || node.kind === 'start' || (node.kind === 'end' && flow.nodes.filter((n) => n.kind === 'end').length === 1)) return flow;
  const out = linesFrom(flow, id);
  const into = linesTo(flow, id).map((l) => l.id);
  const joined = out.length === 1 && out[0] ? retarget(flow, into, out[0].to) : flow;
  return without(joined, new Set([id]));
}
