import type { Flow } from '../types';
import { lineOf, nodeOf } from './tree';

export type Selected = { node: string } | { line: string } | undefined;
/** The flow that is being designed, what it was before, and what was undone. Drawing and list both read and change this alone. */
export type Design = { now: Flow; past: Flow[]; future: Flow[]; key?: string; selected: Selected };

export type Change =
  | { type: 'load'; flow: Flow }
  /** Changes with the same key one after the other, such as letters of a name or a drag, are undone together. */
  | { type: 'change'; make: (flow: Flow) => Flow; key?: string; select?: Selected }
  /** Makes a node, and selects it. */
  | { type: 'add'; make: (flow: Flow) => [Flow, string] }
  | { type: 'undo' }
  | { type: 'redo' }
  | { type: 'select'; selected: Selected };

const most = 200;

export const begin = (flow: Flow): Design => ({ now: flow, past: [], future: [], selected: undefined });

/** A selection of what is gone is none. */
function present(flow: Flow, s: Selected): Selected {
  if (!s) return undefined;
  return ('node' in s ? nodeOf(flow, s.node) : lineOf(flow, s.line)) ? s : undefined;
}

export function reduce(d: Design, c: Change): Design {
  switch (c.type) {
    case 'load':
      return { ...begin(c.flow), selected: present(c.flow, d.selected) };
    case 'select':
      return { ...d, selected: present(d.now, c.selected), key: undefined };
    case 'undo': {
      const was = d.past.at(-1);
      if (!was) return d;
      return { now: was, past: d.past.slice(0, -1), future: [d.now, ...d.future], selected: present(was, d.selected) };
    }
    case 'redo': {
      const [next, ...rest] = d.future;
      if (!next) return d;
      return { now: next, past: [...d.past, d.now], future: rest, selected: present(next, d.selected) };
    }
    case 'add': {
      const [now, id] = c.make(d.now);
      return reduce(d, { type: 'change', make: () => now, select: { node: id } });
    }
    case 'change': {
      const now = c.make(d.now);
      const selected = present(now, c.select ?? d.selected);
      if (now === d.now) return { ...d, selected };
      const along = c.key !== undefined && c.key === d.key;
      return { now, past: along ? d.past : [...d.past, d.now].slice(-most), future: [], key: c.key, selected };
    }
  }
}
