import type { FieldInfo, FieldType, Option, Row, Words } from '../../api/types';

export type Status = 'running' | 'returned' | 'approved' | 'rejected' | 'withdrawn';
export type TaskStatus = 'waiting' | 'open' | 'approved' | 'rejected' | 'handed_over' | 'answered' | 'copied' | 'cancelled';
export type StepStatus = 'open' | 'approved' | 'rejected' | 'passed' | 'cancelled';
export type May = 'approve' | 'reject' | 'hand_over' | 'ask' | 'answer' | 'add' | 'take_back';
export type Where = 'before' | 'after' | 'beside';

export type Approval = {
  id: string;
  version: number;
  status: Status;
  kind: string;
  action: string;
  label: Words;
  kindLabel: Words;
  recordId: string;
  recordPath: string;
  number: string;
  title: string;
  companyName: string;
  submitterId: string;
  submitterName: string;
  submittedAt: string;
  closedAt?: string;
  currentStep?: Words;
  flow?: { name: Words; number: number };
  reason?: string;
};

/** A value of the document as it stands, and as it was submitted where that differs. */
export type Fact = {
  name: string;
  label: Words;
  type: FieldType;
  format?: string;
  options?: Option[];
  ref?: string;
  refPath?: string;
  value?: unknown;
  text: string;
  submitted?: unknown;
  submittedText?: string;
  changed: boolean;
};

export type PaperFile = { id: string; name: string; type?: string; size: number; at?: string; by?: string };
export type Lines = { name: string; label: Words; fields: FieldInfo[]; rows: Row[]; submittedRows?: Row[]; changed: boolean };
export type Attached = { kind: string; label: Words; items: { id: string; path: string; title: string }[] };
export type Paper = { fields: Fact[]; parts: Lines[]; files: PaperFile[]; related: Attached[] };

export type TaskInfo = {
  id: string;
  /** Absent: an administrator names somebody. */
  userId?: string;
  userName: string;
  byId?: string;
  byName?: string;
  status: TaskStatus;
  origin: string;
  where?: Where | '';
  comment?: string;
  files?: PaperFile[];
  signed?: boolean;
  opened?: string;
  closed?: string;
  why?: Words;
};

export type Station = {
  stepId: string;
  node: string;
  name: Words;
  /** Its people get a copy; they decide nothing. */
  copy?: boolean;
  status: StepStatus;
  opened: string;
  closed?: string;
  due?: string;
  late: boolean;
  round: number;
  why?: Words;
  mode: 'any' | 'all' | 'order' | 'share' | '';
  tasks: TaskInfo[];
};

export type Coming = { node: string; name: Words; approvers: string[] };

export type Remark = {
  id: string;
  userId: string;
  userName: string;
  at: string;
  text: string;
  mentions?: { id: string; name: string }[];
  files?: PaperFile[];
};

/** What the reader has to decide, and how they may. */
export type Task = {
  id: string;
  version: number;
  node: string;
  step: Words;
  forName?: string;
  may: May[];
  returns: { to: string; name: Words }[];
  commentRule: 'optional' | 'on_reject' | 'always' | '';
  signature: boolean;
  choose?: { node: string; name: Words };
  edit: Fact[];
};

export type ApprovalPage = {
  approval: Approval;
  document: Paper;
  stations: Station[];
  coming: Coming[];
  comments: Remark[];
  task: Task | null;
  may: { withdraw: boolean; urge: boolean; comment: boolean; reassign: boolean };
};

export type Person = { userId: string; name: string; title: string; unit: string };

export type BatchResult = { id: string; number: string; ok: boolean; status?: string; error?: { code: string; text: Words } };

export type Figures = {
  runs: number;
  running: number;
  approved: number;
  rejected: number;
  returned: number;
  withdrawn: number;
  medianHours: number;
  steps: StepFigure[];
  people: PersonFigure[];
  returns: ReturnFigure[];
};
export type StepFigure = {
  kind: string;
  action: string;
  flowName: Words;
  node: string;
  name: Words;
  count: number;
  medianHours: number;
  p90Hours: number;
  lateCount: number;
  returned: number;
};
export type PersonFigure = { userId: string; name: string; open: number; late: number; decided: number; medianHours: number };
export type ReturnFigure = { kind: string; action: string; name: Words; reasonTop?: string; count: number; share: number };
