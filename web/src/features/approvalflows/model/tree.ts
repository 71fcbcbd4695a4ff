import type { Flow, FlowLine, FlowNode } from '../types';

/** Lines that come from one part and lead to the same node: the place between two entries of the list. */
export type Gap = { lines: string[]; to: string };
export type Arm = { line: FlowLine; items: Item[]; end: Gap };
/** One entry of the list form. */
export type Item =
  | { type: 'step'; node: FlowNode; number: number; entry: Gap; after: Gap }
  | { type: 'block'; node: FlowNode; join?: FlowNode; arms: Arm[]; entry: Gap; after: Gap }
  | { type: 'end'; node: FlowNode; entry: Gap }
  | { type: 'jump'; to: string; entry: Gap };
/** A flow as an office instruction: entries in order, and what no line leads to. */
export type Tree = { start?: FlowNode; items: Item[]; begin: Gap; loose: FlowNode[]; numbers: Map<string, number> };

const exit = '';

export const linesFrom = (flow: Flow, id: string) => flow.lines.filter((l) => l.from === id);
export const linesTo = (flow: Flow, id: string) => flow.lines.filter((l) => l.to === id);
export const nodeOf = (flow: Flow, id: string | undefined) => flow.nodes.find((n) => n.id === id);
export const lineOf = (flow: Flow, id: string | undefined) => flow.lines.find((l) => l.id === id);

/** The nodes that a document can come to, each before those behind it as far as there is no circle. */
export function reached(flow: Flow): string[] {
  const start = flow.nodes.find((n) => n.kind === 'start');
  const seen = new Set<string>();
  const order: string[] = [];
  const visit = (id: string) => {
    if (seen.has(id) || !nodeOf(flow, id)) return;
    seen.add(id);
    for (const l of linesFrom(flow, id).toReversed()) visit(l.to);
    order.push(id);
  };
  if (start) visit(start.id);
  return order.reverse();
}

/**
 * Where the ways that part at a node meet again at the latest: for every node, the nodes that lie on all its ways to an end. The way
 * out of the flow is one more node, named ''.
 */
function meetings(flow: Flow, order: string[]): Map<string, string> {
  const all = new Set([...order, exit]);
  const on = new Map<string, Set<string>>([[exit, new Set([exit])]]);
  for (const id of order) on.set(id, all);
  const next = (id: string) => {
    const to = linesFrom(flow, id)
      .map((l) => l.to)
      .filter((t) => on.has(t));
    return to.length ? to : [exit];
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (const id of order.toReversed()) {
      const sets = next(id).map((t) => on.get(t) ?? all);
      const both = new Set([...(sets[0] ?? all)].filter((x) => sets.every((s) => s.has(x))));
      both.add(id);
      if (both.size !== on.get(id)?.size) {
        on.set(id, both);
        changed = true;
      }
    }
  }
  const nearest = new Map<string, string>();
  for (const id of order) {
    const mine = [...(on.get(id) ?? [])].filter((x) => x !== id);
    // The nearest is the one from which all the others are still to come.
    nearest.set(id, mine.find((x) => (on.get(x)?.size ?? 0) === mine.length) ?? exit);
  }
  return nearest;
}

/** Reads a graph as a list. What is no block of its own, such as a line that leads back, becomes a jump. */
export function treeOf(flow: Flow): Tree {
  const order = reached(flow);
  const meet = meetings(flow, order);
  const placed = new Set<string>();
  const numbers = new Map<string, number>();
  const start = flow.nodes.find((n) => n.kind === 'start');

  /** The entries from a gap on, until one of the nodes where an outer part goes on. */
  const read = (from: Gap, stops: Set<string>): { items: Item[]; end: Gap } => {
    const items: Item[] = [];
    let gap = from;
    for (;;) {
      const node = nodeOf(flow, gap.to);
      if (!node || stops.has(node.id)) return { items, end: gap };
      if (placed.has(node.id)) {
        items.push({ type: 'jump', to: node.id, entry: gap });
        return { items, end: { lines: [], to: '' } };
      }
      placed.add(node.id);
      const out = linesFrom(flow, node.id);
      if (node.kind === 'end') {
        items.push({ type: 'end', node, entry: gap });
        return { items, end: { lines: [], to: '' } };
      }
      if (node.kind !== 'branch' && node.kind !== 'fork') {
        if (node.kind === 'approve' || node.kind === 'copy') numbers.set(node.id, numbers.size + 1);
        const after = { lines: out.map((l) => l.id), to: out[0]?.to ?? '' };
        items.push({ type: 'step', node, number: numbers.get(node.id) ?? 0, entry: gap, after });
        gap = after;
        continue;
      }
      const meets = meet.get(node.id) ?? exit;
      const inner = new Set([...stops, meets]);
      const arms = out.map((line): Arm => {
        const body = read({ lines: [line.id], to: line.to }, inner);
        return { line, items: body.items, end: body.end };
      });
      const merge = nodeOf(flow, meets);
      const join = node.kind === 'fork' && merge?.kind === 'join' ? merge : undefined;
      let after: Gap;
      if (join) {
        placed.add(join.id);
        const on = linesFrom(flow, join.id);
        after = { lines: on.map((l) => l.id), to: on[0]?.to ?? '' };
      } else {
        after = { lines: arms.flatMap((a) => (a.end.to === meets ? a.end.lines : [])), to: meets };
      }
      items.push({ type: 'block', node, join, arms, entry: gap, after });
      gap = after;
    }
  };

  const out = start ? linesFrom(flow, start.id) : [];
  const begin: Gap = { lines: out.map((l) => l.id), to: out[0]?.to ?? '' };
  if (start) placed.add(start.id);
  const { items } = read(begin, new Set());
  return { start, items, begin, loose: flow.nodes.filter((n) => !placed.has(n.id)), numbers };
}

/** The entry of a node and the list that it stands in. */
export function find(items: Item[], id: string): { list: Item[]; at: number; item: Item; arm?: Arm; block?: Item } | undefined {
  for (const [at, item] of items.entries()) {
    if ('node' in item && item.node.id === id) return { list: items, at, item };
    if (item.type !== 'block') continue;
    for (const arm of item.arms) {
      const inside = find(arm.items, id);
      if (inside) return { ...inside, arm: inside.arm ?? arm, block: inside.block ?? item };
    }
  }
  return undefined;
}

/** The ids of all nodes of an entry, with its branches. */
export function nodesIn(item: Item): string[] {
  if (item.type === 'jump') return [];
  if (item.type !== 'block') return [item.node.id];
  return [item.node.id, ...(item.join ? [item.join.id] : []), ...item.arms.flatMap((a) => a.items.flatMap(nodesIn))];
}

/** The approvals that lie before a node on some way to it: where it can send a document back to. */
export function approvalsBefore(flow: Flow, id: string): FlowNode[] {
  const seen = new Set<string>([id]);
  const visit = (at: string) => {
    for (const l of linesTo(flow, at)) {
      if (seen.has(l.from)) continue;
      seen.add(l.from);
      visit(l.from);
    }
  };
  visit(id);
  seen.delete(id);
  return reached(flow)
    .filter((x) => seen.has(x))
    .flatMap((x) => nodeOf(flow, x) ?? [])
    .filter((n) => n.kind === 'approve');
}
