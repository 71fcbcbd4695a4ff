import type { FieldInfo, Filter, KindInfo, Lang, Option, Row, Term } from '../api/types';
import { mobile, money, percent } from './format';

/** A kind's name for a list: English takes the plural from the address, "vehicle-models" gives "Vehicle models". */
export function many(kind: KindInfo, lang: Lang): string {
  if (lang === 'zh') return kind.label.zh;
  const words = kind.path.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A name inside a sentence: English does not capitalise it, unless it is an abbreviation such as VIN. */
export const inner = (name: string) => (/^[A-Z][a-z]/.test(name) ? name.charAt(0).toLowerCase() + name.slice(1) : name);

export const fieldOf = (fields: FieldInfo[], name: string) => fields.find((f) => f.name === name);

/** The fields of a list that also has to name its rows: the columns, the title and the line beneath it. */
export const namedFields = (kind: KindInfo) =>
  [...new Set([...kind.list, kind.title, kind.subtitle ?? ''])].filter((n) => fieldOf(kind.fields, n)).join(',');

/** The JSON name of a reference's title: ownerId gives ownerName, createdBy gives createdByName. */
export const titleName = (name: string) => (name.endsWith('Id') ? `${name.slice(0, -2)}Name` : `${name}Name`);

export const optionOf = (f: FieldInfo | undefined, value: unknown): Option | undefined => f?.options?.find((o) => o.value === value);

/** The options that can be chosen: those that are off stay only where they are held. */
export const offered = (f: FieldInfo, value: unknown): Option[] =>
  (f.options ?? []).filter((o) => !o.off || o.value === value || (Array.isArray(value) && value.includes(o.value)));

/** The words by which people know a record. */
export function titleOf(kind: KindInfo, row: Row | undefined): string {
  if (!row) return '';
  const f = fieldOf(kind.fields, kind.title);
  const value = f?.type === 'ref' ? row[titleName(f.name)] : row[kind.title];
  return String(value ?? row.number ?? row.name ?? row.id);
}

/** A value as plain text, for sentences and second lines; the page's own form of it is components/Value. */
export function plain(f: FieldInfo | undefined, v: unknown): string {
  if (f?.type === 'money') return money(v);
  if (f?.format === 'basis_points') return percent(v);
  if (f?.format === 'mobile') return mobile(String(v));
  return String(v);
}

/** A second line that tells namesakes apart. */
export function hintOf(kind: KindInfo, row: Row): string {
  const name = kind.subtitle || (kind.title === 'number' ? '' : 'number');
  const f = fieldOf(kind.fields, name);
  const v = f?.type === 'ref' ? row[titleName(name)] : row[name];
  return v === undefined || v === null ? '' : plain(f, v);
}

/** Puts the record's id where a declaration writes "@id". */
export function withId(filter: Filter, id: string): Filter {
  const put = (v: unknown): unknown => (v === '@id' ? id : Array.isArray(v) ? v.map(put) : v);
  return filter.map((t) => put(t) as Term);
}

export const filterText = (...filters: (Filter | undefined)[]): string | undefined => {
  const all = filters.flatMap((f) => f ?? []);
  return all.length ? JSON.stringify(all) : undefined;
};

/** A filter out of the address bar; what is none is dropped. */
export function readFilter(v: unknown): Filter | undefined {
  let raw = v;
  if (typeof raw === 'string') {
    try {
      raw = JSON.parse(raw);
    } catch {
      return undefined;
    }
  }
  if (!Array.isArray(raw)) return undefined;
  const terms = raw.filter((t): t is Term => Array.isArray(t) && typeof t[0] === 'string' && t.length >= 2);
  return terms.length ? terms : undefined;
}
