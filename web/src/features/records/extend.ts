import type { ComponentType } from 'react';
import type { ProblemError } from '../../api/client';
import type { FieldInfo, KindInfo, Lang, Open, Row } from '../../api/types';
import type { Key } from '../../lib/i18n';

/** What a feature adds to the pages of one kind, beyond what its declaration gives. */
export type Extension = {
  /** The page that makes a new record, for whoever holds needs. */
  create?: { path: '/people/new'; needs: string };
  /** The page that makes many at once, for whoever holds needs. */
  bulk?: { path: '/people/import'; label: Key; needs: string };
  /** Further buttons in the head of a record. */
  Actions?: ComponentType<{ kind: KindInfo; row: Open }>;
  /** A further section of a record. */
  Section?: ComponentType<{ kind: KindInfo; row: Open }>;
  /** The page of a record, in place of the one that all kinds have, and the field that holds its id. */
  page?: { to: '/approvals/$id'; id: string };
  list?: ListExtension;
};

/** What a feature adds to the list of a kind. */
export type ListExtension = {
  /** Fields that are read with every row, shown or not. */
  fields: string[];
  /** Why a row cannot be chosen; nothing when it can. */
  barred?: (row: Row) => Key | undefined;
  /** What can be done with the rows that are chosen. */
  Chosen?: ComponentType<{ kind: KindInfo; rows: Row[]; clear: () => void }>;
  /** One row at the side of the list, where there is room. */
  Preview?: ComponentType<{ kind: KindInfo; row: Row }>;
  /** The fields that hold the English words of others. */
  english?: Record<string, string>;
  /** What stands on the card of a row, on a phone. */
  Card?: ComponentType<{ row: Row }>;
  /** The columns beside a preview, where there is room for few. */
  columns?: string[];
  /** Of columns, in pixels, where the kind says nothing. */
  widths?: Record<string, number>;
  /** Whether a value of a row is shown as late. */
  late?: (field: FieldInfo, row: Row) => boolean;
};

/** Asks for what an action was refused for, and repeats the action with it. */
export type Answer = ComponentType<{
  kind: KindInfo;
  row: Open;
  error: ProblemError;
  again: (more: object) => Promise<void>;
  close: () => void;
}>;

const extensions: Record<string, Extension> = {};
const answers: Record<string, Answer> = {};
const panels: ComponentType<{ kind: KindInfo; row: Open }>[] = [];

/** Only app/ calls it, so that features stay apart. */
export const extend = (kind: string, e: Extension) => {
  extensions[kind] = e;
};

export const extensionOf = (kind: string): Extension => extensions[kind] ?? {};

/** What is asked when an action is refused with a code. Only app/ calls it. */
export const answer = (code: string, a: Answer) => {
  answers[code] = a;
};

export const answerOf = (code: string): Answer | undefined => answers[code];

/** What stands beside the records of every kind. Only app/ calls it. */
export const beside = (panel: ComponentType<{ kind: KindInfo; row: Open }>) => {
  panels.push(panel);
};

export const panelsBeside = () => panels;

/** A row in the language of the page, where it holds the words of both. */
export function spoken(kind: string, row: Row, lang: Lang): Row {
  const english = extensionOf(kind).list?.english;
  if (!english || lang !== 'en') return row;
  return { ...row, ...Object.fromEntries(Object.entries(english).flatMap(([to, from]) => (row[from] ? [[to, row[from]]] : []))) };
}

/** Where the page of a record is. */
export function linkOf(kind: KindInfo, row: Row) {
  const { page } = extensionOf(kind.name);
  if (page) return { to: page.to, params: { id: String(row[page.id]) } } as const;
  return { to: '/r/$path/$id', params: { path: kind.path, id: row.id } } as const;
}
