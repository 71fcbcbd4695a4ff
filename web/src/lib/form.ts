import type { FieldInfo, KindInfo } from '../api/types';
import { instant, now, today, wall } from './clock';
import { fieldOf } from './kind';

export type Values = Record<string, unknown>;

/** Whether nothing is filled in. */
export const empty = (v: unknown) => v === undefined || v === null || v === '' || (Array.isArray(v) && v.length === 0);

export type FormSection = { label?: { zh: string; en: string }; fields: FieldInfo[] };

/** The sections of the form with the fields that its reader can write. */
export const formSections = (kind: KindInfo): FormSection[] =>
  kind.form
    .map((s) => ({ label: s.label, fields: s.fields.flatMap((n) => fieldOf(kind.fields, n) ?? []).filter((f) => !f.readOnly) }))
    .filter((s) => s.fields.length > 0);

export const formFields = (kind: KindInfo) => formSections(kind).flatMap((s) => s.fields);

/** Whether the form shows the field, by what the other fields hold now. */
export function stands(f: FieldInfo, values: Values): boolean {
  if (!f.when) return true;
  const v = values[f.when.field];
  if (Array.isArray(v)) return v.some((x) => f.when?.values.includes(String(x)));
  return f.when.values.includes(empty(v) ? 'false' : String(v));
}

/** What a declaration lets an input begin with. */
export function begin(f: FieldInfo): unknown {
  switch (f.start) {
    case undefined:
      return undefined;
    case '@now':
      return instant(wall(now().toISOString()).second(0));
    case '@today':
      return today().format('YYYY-MM-DD');
  }
  if (f.type === 'multi') return f.start.split(',');
  return f.type === 'int' || f.type === 'number' ? Number(f.start) : f.start;
}

/** What the inputs of fields begin with, by name. */
export const begun = (fields: FieldInfo[]): Values => Object.fromEntries(fields.filter((f) => f.start).map((f) => [f.name, begin(f)]));
