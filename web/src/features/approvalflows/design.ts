import { createContext, type Dispatch, useContext } from 'react';
import type { Change, Selected } from './model/reducer';
import type { Tree } from './model/tree';
import type { Say } from './model/words';
import type { Flow, FlowProblem, Station, Subject } from './types';

/** What a rehearsal showed, by node, and the lines that the document took. */
export type Shown = { stations: Map<string, Station>; lines: Set<string> };

/** What the list, the drawing and the panels share: one flow and one way to change it. */
export type DesignValue = {
  subject: Subject;
  flow: Flow;
  tree: Tree;
  say: Say;
  edit: boolean;
  selected: Selected;
  dispatch: Dispatch<Change>;
  problems: FlowProblem[];
  shown?: Shown;
};

export const DesignContext = createContext<DesignValue | undefined>(undefined);

export function useDesign(): DesignValue {
  const d = useContext(DesignContext);
  if (!d) throw new Error('no design around this');
  return d;
}

export const chosen = (s: Selected) => (s && 'node' in s ? s.node : s && 'line' in s ? s.line : undefined);

/** The worst of the problems at a node or line. */
export function worst(problems: FlowProblem[], at: { node?: string; line?: string }): 'error' | 'warning' | undefined {
  const here = problems.filter(
    (p) => (at.node !== undefined && p.node === at.node && !p.line) || (at.line !== undefined && p.line === at.line),
  );
  return here.some((p) => p.severity === 'error') ? 'error' : here.length ? 'warning' : undefined;
}
