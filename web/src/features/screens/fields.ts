import type { FieldInfo, FieldType, Words } from '../../api/types';

export type OwnOption = { value: string; label: Words; off?: boolean };

/** A field that the group added, as the server keeps it. */
export type OwnField = {
  id: string;
  version: number;
  key: string;
  type: FieldType;
  label: Words;
  help: Words;
  required: boolean;
  start?: string;
  options?: OwnOption[];
  ref?: string;
  maxLength?: number;
  decimals?: number;
  filterable: boolean;
  searchable?: boolean;
  protect?: string;
  formula?: string;
  maxFiles?: number;
  accept?: string[];
  retired: boolean;
  usedBy: Words[];
};

export type Slots = { types: FieldType[]; used: number; total: number };
/** recompute is there while a changed formula is computed in existing records. */
export type OwnFields = { items: OwnField[]; slots: Slots[]; recompute?: { total?: number; seen: number } };

/** What a person chooses: a user is a reference, and a formula has a type of its result. */
export const shapes = ['text', 'number', 'money', 'date', 'choice', 'multi', 'file', 'user', 'ref', 'formula'] as const;
export type Shape = (typeof shapes)[number];

export const shapeOf = (f: Pick<OwnField, 'type' | 'ref' | 'formula'>): Shape =>
  f.formula ? 'formula' : f.type === 'ref' ? (f.ref === 'user' ? 'user' : 'ref') : (f.type as Shape);

export const slotsFor = (slots: Slots[], type: FieldType) => slots.find((s) => s.types.includes(type));

/** A key that no field has: x_f1, x_f2, … */
export function freeKey(fields: { key: string }[]): string {
  let n = 1;
  while (fields.some((f) => f.key === `x_f${n}`)) n++;
  return `x_f${n}`;
}

/** The same for a new option: a, b, … would be taken for words, so o1, o2, … */
export function freeCode(options: { value?: string }[]): string {
  let n = 1;
  while (options.some((o) => o?.value === `o${n}`)) n++;
  return `o${n}`;
}

export type Values = {
  shape: Shape;
  key: string;
  zh: string;
  en?: string;
  helpZh?: string;
  result?: FieldType;
  ref?: string;
  decimals?: number;
  maxLength?: number;
  required?: boolean;
  start?: unknown;
  options?: { value?: string; zh?: string; en?: string; off?: boolean }[];
  filterable?: boolean;
  searchable?: boolean;
  protect?: string;
  formula?: string;
  maxFiles?: number;
  accept?: string[];
};

export const typeOf = (v: Pick<Values, 'shape' | 'result'>): FieldType =>
  v.shape === 'formula' ? (v.result ?? 'number') : v.shape === 'user' ? 'ref' : v.shape;

export function valuesOf(f: OwnField): Values {
  return {
    shape: shapeOf(f),
    key: f.key,
    zh: f.label.zh,
    en: f.label.en,
    helpZh: f.help?.zh,
    result: f.type,
    ref: f.ref,
    decimals: f.decimals,
    maxLength: f.maxLength || undefined,
    required: f.required,
    start: f.start === undefined ? undefined : f.type === 'number' ? Number(f.start) : f.type === 'multi' ? f.start.split(',') : f.start,
    options: f.options?.map((o) => ({ value: o.value, zh: o.label.zh, en: o.label.en, off: o.off })),
    filterable: f.filterable,
    searchable: f.searchable,
    protect: f.protect ?? '',
    formula: f.formula,
    maxFiles: f.maxFiles || undefined,
    accept: f.accept,
  };
}

/** The body of a POST or PATCH. An edit leaves out what stays for ever: key, type, target and decimals. */
export function bodyOf(v: Values, fresh: boolean): Record<string, unknown> {
  const type = typeOf(v);
  const listed = type === 'choice' || type === 'multi';
  const codes: { value?: string }[] = [...(v.options ?? [])];
  const options = (v.options ?? []).map((o, i) => {
    const value = o.value ?? freeCode(codes);
    codes[i] = { value };
    return { value, label: { zh: o.zh?.trim() ?? '', en: o.en?.trim() ?? '' }, off: Boolean(o.off) };
  });
  const start =
    v.start === undefined || v.start === null || v.shape === 'formula' || v.shape === 'file'
      ? ''
      : Array.isArray(v.start)
        ? v.start.join(',')
        : String(v.start);
  return {
    ...(fresh && { key: v.key.trim(), type }),
    ...(fresh && type === 'ref' && { ref: v.shape === 'user' ? 'user' : v.ref }),
    ...(fresh && type === 'number' && { decimals: v.decimals ?? 0 }),
    label: { zh: v.zh?.trim() ?? '', en: v.en?.trim() ?? '' },
    help: { zh: v.helpZh?.trim() ?? '', en: '' },
    required: v.shape !== 'formula' && Boolean(v.required),
    start,
    ...(listed && { options }),
    ...(type === 'text' && { maxLength: v.maxLength ?? 0, searchable: Boolean(v.searchable) }),
    ...(type === 'file' && { maxFiles: v.maxFiles ?? 1, accept: v.accept ?? [] }),
    filterable: Boolean(v.filterable),
    protect: v.protect ?? '',
    formula: v.shape === 'formula' ? (v.formula?.trim() ?? '') : '',
  };
}

/** What the server decides after the formulas ran. */
const decidedLast = ['version', 'updatedAt', 'number'];

/** What a formula can read: plain values of the record, no personal data. */
export const readable = (fields: FieldInfo[], self?: string) =>
  fields.filter(
    (f) =>
      f.name !== self &&
      !decidedLast.includes(f.name) &&
      !f.personal &&
      !f.retired &&
      ['text', 'int', 'money', 'date', 'time', 'bool', 'choice', 'number'].includes(f.type),
  );

const places: Record<string, keyof Values> = { 'label.zh': 'zh', 'label.en': 'en', 'help.zh': 'helpZh', type: 'shape' };

/** Where the form shows a message of the server. */
export const placeOf = (field: string): keyof Values => places[field] ?? (field.split('[')[0] as keyof Values);
