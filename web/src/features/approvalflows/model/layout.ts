import type { Flow } from '../types';
import { type Item, treeOf } from './tree';

/** The size of a node in the drawing; its place is its upper left corner. */
export const size = { width: 216, height: 76 };
const gapX = 40;
const gapY = 68;
const column = size.width + gapX;
const row = size.height + gapY;

type Measured = { width: number; rows: number };

function measure(items: Item[]): Measured {
  let width = 1;
  let rows = 0;
  for (const i of items) {
    const m = measureItem(i);
    width = Math.max(width, m.width);
    rows += m.rows;
  }
  return { width, rows };
}

function measureItem(i: Item): Measured {
  if (i.type === 'jump') return { width: 1, rows: 0 };
  if (i.type !== 'block') return { width: 1, rows: 1 };
  const arms = i.arms.map((a) => measure(a.items));
  const width = arms.reduce((n, a) => n + a.width, 0) || 1;
  const rows = Math.max(1, ...arms.map((a) => a.rows));
  return { width, rows: 1 + rows + (i.join ? 1 : 0) };
}

/** Places every node: entries one under the other, the ways of a block side by side, what no line leads to at the right. */
export function arranged(flow: Flow): Flow {
  const tree = treeOf(flow);
  const at = new Map<string, { x: number; y: number }>();
  const put = (id: string, center: number, line: number) =>
    at.set(id, { x: Math.round(center * column - size.width / 2), y: Math.round(line * row) });

  const place = (items: Item[], left: number, width: number, top: number): void => {
    let line = top;
    const center = left + width / 2;
    for (const i of items) {
      const m = measureItem(i);
      if (i.type === 'step' || i.type === 'end') put(i.node.id, center, line);
      if (i.type === 'block') {
        put(i.node.id, center, line);
        let x = center - m.width / 2;
        for (const a of i.arms) {
          const w = measure(a.items).width;
          place(a.items, x, w, line + 1);
          x += w;
        }
        if (i.join) put(i.join.id, center, line + m.rows - 1);
      }
      line += m.rows;
    }
  };

  const all = measure(tree.items);
  if (tree.start) put(tree.start.id, all.width / 2, 0);
  place(tree.items, 0, all.width, 1);
  for (const [i, n] of tree.loose.entries()) put(n.id, all.width + 0.5, i);
  return { ...flow, nodes: flow.nodes.map((n) => ({ ...n, ...at.get(n.id) })) };
}
