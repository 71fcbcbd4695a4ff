import type { Option, Words } from '../../api/types';

export type NodeKind = 'start' | 'approve' | 'copy' | 'branch' | 'fork' | 'join' | 'end';
export type RuleKind =
  | 'users'
  | 'role_company'
  | 'role_group'
  | 'role_unit'
  | 'posting'
  | 'head'
  | 'heads'
  | 'submitter_choice'
  | 'previous_choice'
  | 'field'
  | 'user_group'
  | 'expression';

/** How approvers are found; several rules of a step add up. */
export type Rule = {
  rule: RuleKind;
  users?: string[];
  role?: string;
  code?: string;
  unit?: string;
  levels?: number;
  field?: string;
  group?: string;
  cel?: string;
};

export type Op = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not_in' | 'contains' | 'empty' | 'not_empty';
/** One comparison: money in yuan ("1200.00"), a rate in percent ("3.5"), a day as 2026-11-25, a reference as its id. */
export type Term = { fact: string; op: Op; value?: unknown; than?: string };
/** Holds when all terms of one group hold, or when the expression does; one of the two is given. */
export type Condition = { any?: Term[][]; cel?: string };

export type Deadline = { hours: number; workdays?: boolean; then: 'remind' | 'escalate' | 'approve' | 'reject'; every?: number };

export type FlowNode = {
  id: string;
  kind: NodeKind;
  name?: Words;
  x: number;
  y: number;
  approvers?: Rule[];
  mode?: 'any' | 'all' | 'order' | 'share';
  share?: number;
  empty?: 'pass' | 'reject' | 'person' | 'administrator';
  emptyPerson?: string;
  self?: 'self' | 'skip' | 'head';
  again?: 'each' | 'first' | 'adjacent';
  deadline?: Deadline;
  returns?: string[];
  resume?: 'replay' | 'direct';
  comment?: 'optional' | 'on_reject' | 'always';
  signature?: boolean;
  hide?: string[];
  edit?: string[];
  noAdd?: boolean;
  noHandOver?: boolean;
};
export type FlowLine = { id: string; from: string; to: string; name?: Words; when?: Condition; else?: boolean };
/** One version of a flow: the one model that the drawing and the list both show. */
export type Flow = { nodes: FlowNode[]; lines: FlowLine[]; withdraw: 'before_first' | 'always'; bulk: boolean };

export type FactType =
  | 'text'
  | 'int'
  | 'number'
  | 'money'
  | 'basis_points'
  | 'date'
  | 'time'
  | 'bool'
  | 'choice'
  | 'multi'
  | 'ref'
  | 'lines';
export type Fact = { name: string; label: Words; type: FactType; options?: Option[]; refPath?: string; fields?: Fact[] };

export type NoMatch = 'pass' | 'refuse' | 'administrator';
/** An action of a kind of document that can be put under approval. */
export type Subject = {
  kind: string;
  action: string;
  label: Words;
  kindLabel: Words;
  group?: Words;
  ready: boolean;
  permission: string;
  facts: Fact[];
  editable: string[];
  hideable: string[];
  default: NoMatch;
  flows: number;
};

export type FlowItem = {
  id: string;
  version: number;
  kind: string;
  action: string;
  unitId?: string;
  unitName?: string;
  name: Words;
  position: number;
  enabled: boolean;
  when?: Condition;
  shipped: boolean;
  published: number;
  draft: boolean;
  running: number;
  editable: boolean;
};
export type VersionItem = {
  number: number;
  publishedAt: string;
  publishedBy?: string;
  publishedByName: string;
  note: string;
  running: number;
};
export type FlowPage = FlowItem & { definition?: Flow | null; draftDefinition?: Flow | null; versions: VersionItem[] };

export type FlowProblem = {
  severity: 'error' | 'warning';
  node?: string;
  line?: string;
  field?: string;
  code: string;
  text: Words | string;
};
export type Impact = { running: { number: number; count: number }[]; text: Words | string };

export type Said = Words | string | undefined;
export type Station = {
  node: string;
  kind: NodeKind;
  name?: Said;
  taken: boolean;
  why?: Said;
  mode?: string;
  due?: string;
  approvers?: { userId: string; name: string; why?: Said; dropped?: Said }[];
  lines?: string[];
  skipped?: { line: string; why: Said }[];
};
export type Rehearsed = {
  flow?: { id?: string; name: Said; number: number } | null;
  candidates?: { id: string; name: Said; matched: boolean; why?: Said }[];
  stations: Station[];
  outcome: string;
  /** Why it goes no further. */
  text?: Said;
  problems?: FlowProblem[];
};
