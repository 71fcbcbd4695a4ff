import type { FieldInfo, Filter, KindInfo, Option, Row, Term } from '../api/types';

export const fieldOf = (fields: FieldInfo[], name: string) => fields.find((f) => f.name === name);

/** The JSON name of a reference's title: ownerId gives ownerName, createdBy gives createdByName. */
export const titleName = (name: string) => (name.endsWith('Id') ? `${name.slice(0, -2)}Name` : `${name}Name`);

export const optionOf = (f: FieldInfo | undefined, value: unknown): Option | undefined => f?.options?.find((o) => o.value === value);

/** The words by which people know a record. */
export function titleOf(kind: KindInfo, row: Row | undefined): string {
  if (!row) return '';
  const f = fieldOf(kind.fields, kind.title);
  const value = f?.type === 'ref' ? row[titleName(f.name)] : row[kind.title];
  return String(value ?? row.number ?? row.name ?? row.id);
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
