export type Lang = 'zh' | 'en';
/** One sentence in both languages, as the server declares it. */
export type Words = { zh: string; en: string };
export type FieldType =
  | 'text'
  | 'int'
  | 'money'
  | 'date'
  | 'time'
  | 'bool'
  | 'choice'
  | 'ref'
  | 'id'
  | 'json'
  | 'number'
  | 'multi'
  | 'file';
export type Tone = 'grey' | 'blue' | 'amber' | 'green' | 'red';
export type Option = { value: string; label: Words; tone?: Tone; off?: boolean };

export type FieldInfo = {
  name: string;
  label: Words;
  type: FieldType;
  required: boolean;
  maxLength?: number;
  sortable: boolean;
  searchable: boolean;
  personal: boolean;
  visibility: 'hidden' | 'masked' | 'shown';
  readOnly: boolean;
  /** A field rule keeps the reader from changing it in a record that exists. */
  locked?: boolean;
  ops: string[];
  options?: Option[];
  ref?: string;
  refPath?: string;
  format?: string;
  /** What a new form holds here: a value, @now or @today. */
  start?: string;
  help?: Words;
  decimals?: number;
  /** The group added it. */
  own?: boolean;
  retired?: boolean;
  /** A form can hold it; whether it is required whatever the form says. */
  enter?: boolean;
  must?: boolean;
  /** The form shows it only when another field has one of these values. */
  when?: { field: string; values: string[] };
  /** Of a file field: how many, and of which kinds; without any, all. */
  maxFiles?: number;
  accept?: string[];
};

export type Term = [string, ...unknown[]];
export type Filter = Term[];

export type ViewInfo = { name: string; label: Words; filter: Filter; sort?: string; work: boolean; late: boolean; figure: boolean };
export type Column = { name: string; width?: number };
/** What a saved view asks the list for. */
export type ViewBody = { filter: Filter; sort?: string; columns?: Column[]; as?: '' | 'table' | 'board' | 'calendar'; date?: string };
export type SavedView = ViewBody & {
  id: string;
  version: number;
  mine: boolean;
  owner: string;
  name: string;
  sharing: 'private' | 'unit' | 'role' | 'group';
  unitId?: string;
  role?: string;
};
export type PartInfo = { name: string; label: Words; editable: boolean; fields: FieldInfo[] };
export type ActionInfo = { name: string; label: Words; from: string[]; to: string; danger: boolean; form?: FieldInfo[] };
export type SectionInfo = { label: Words; fields: string[] };
export type RelatedInfo = { kind: string; label: Words; filter: Filter };

export type KindInfo = {
  name: string;
  path: string;
  label: Words;
  title: string;
  subtitle?: string;
  searchable: boolean;
  fields: FieldInfo[];
  list: string[];
  sort: string;
  /** Of columns, in pixels. */
  widths?: Record<string, number>;
  /** The conditions that stand open. */
  filters?: string[];
  form: SectionInfo[];
  views: ViewInfo[];
  parts: PartInfo[];
  related: RelatedInfo[];
  status?: string;
  steps: string[];
  actions: ActionInfo[];
  /** The group can add fields of its own. */
  shapes: boolean;
  /** The papers that are offered; an empty name is the standard one. */
  prints: string[];
  can: { create: boolean; edit: boolean; export: boolean; reveal: boolean; print: boolean };
};

/** A record or one of its lines: what it holds is told by the declaration. */
export type Row = Record<string, unknown> & { id: string; version?: number };
/** canFill: nobody edits such a record, but the group's own fields can be filled in. */
export type Open = Row & { actions: ActionInfo[]; canEdit: boolean; canFill?: boolean };
export type Page = { items: Row[]; next?: string; count?: { value: number; more: boolean } };

/** An entry of the menu: the list of a kind, or a page by its path. */
export type MenuLink = { code: string; kind: boolean; label: Words; renamed: boolean };
export type MenuHeading = { label: Words; items: MenuLink[] };
export type MenuInfo = { arranged: boolean; sections: MenuHeading[] };

export type Posting = {
  id: string;
  unitName: string;
  companyName: string;
  title: string;
  roles: { code: string; name: Words }[];
};

export type Me = {
  user: { id: string; login: string; name: string };
  tenant: {
    id: string;
    code: string;
    name: string;
    status: string;
    demo: boolean;
    zone: string;
    now: string;
    endsOn?: string;
    daysLeft?: number;
  };
  posting: Posting;
  postings: Posting[];
  grants: Record<string, string>;
  mustChangePassword?: boolean;
  /** An operator of the platform reads this, with the tenant's consent. */
  support?: { writing: boolean; until: string; reason: string };
  mustSetUpTwoStep?: boolean;
};

export type Change = { field: string; label: Words; was?: unknown; now?: unknown };
export type HistoryEvent = {
  at: string;
  by: string;
  token?: string;
  address: string;
  operation: string;
  action: Words;
  version: number;
  changes: Change[];
};
export type Note = { id: string; text: string; at: string; by: string };
export type Attachment = { id: string; name: string; type: string; size: number; at: string; by: string };
export type Notice = { id: string; text: Words; kind: string; recordId: string; createdAt: string; readAt?: string };
