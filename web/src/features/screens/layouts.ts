import type { Column, FieldInfo, KindInfo, Words } from '../../api/types';
import type { PrintLayout } from '../../lib/print';

export type ListLayout = { columns: Column[]; sort?: string; filters?: string[] };
export type FormField = { name: string; required?: boolean; start?: string; when?: { field: string; values: string[] } };
export type FormLayout = { sections: { label: Words; fields: FormField[] }[]; hidden?: string[] };
export type MenuLayout = { sections: { label: Words; items: { code: string; label?: Words }[] }[]; hidden?: string[] };
export type Part = 'list' | 'form' | 'print' | 'menu';
export type Place = { part: Part; level: 'group' | 'company' | 'role'; target?: string; name?: string };
/** What a layout holds: that of its part. */
export type Content = { list?: ListLayout; form?: FormLayout; print?: PrintLayout; menu?: MenuLayout };
export type Version = Content & { version: number; current: boolean; at: string; by: string };
export type PlaceVersions = Place & { versions: Version[] };

export const isPlace = (a: Place, b: Place) =>
  a.part === b.part && a.level === b.level && (a.target ?? '') === (b.target ?? '') && (a.name ?? '') === (b.name ?? '');

/** What can stand in a list. */
export const columnFields = (kind: KindInfo) =>
  kind.fields.filter((f) => f.type !== 'id' && f.type !== 'json' && !f.retired && f.name !== 'version');

/** The list as it is now, to begin with. */
export const listOf = (kind: KindInfo): ListLayout => ({
  columns: kind.list.map((name) => ({ name, ...(kind.widths?.[name] && { width: kind.widths[name] }) })),
  sort: kind.sort,
  filters: kind.filters ?? [],
});

/** What a form can hold, whatever the reader's own form shows. */
export const formableOf = (kind: KindInfo) => kind.fields.filter((f) => f.enter && !f.readOnly && !f.retired);

/** The form as it is now, to begin with: what it does not show is hidden. */
export function formOf(kind: KindInfo): FormLayout {
  const field = (name: string): FormField => {
    const f = kind.fields.find((x) => x.name === name);
    return { name, ...(f?.required && !f.must && { required: true }), ...(f?.when && { when: f.when }) };
  };
  const shown = new Set(kind.form.flatMap((s) => s.fields));
  const enter = new Set(formableOf(kind).map((f) => f.name));
  return {
    sections: kind.form.map((s) => ({
      label: { zh: s.label.zh, en: s.label.en },
      fields: s.fields.filter((n) => enter.has(n)).map(field),
    })),
    hidden: [...enter].filter((n) => !shown.has(n)),
  };
}

export function moved<T>(list: T[], i: number, by: number): T[] {
  const to = i + by;
  if (to < 0 || to >= list.length) return list;
  const out = [...list];
  const [x] = out.splice(i, 1);
  if (x !== undefined) out.splice(to, 0, x);
  return out;
}

/** Puts a field of one section at the end of another; -1 hides it, from -1 shows it again. */
export function put(form: FormLayout, name: string, to: number): FormLayout {
  const known = form.sections.flatMap((s) => s.fields).find((f) => f.name === name) ?? { name };
  const sections = form.sections.map((s, i) => {
    const rest = s.fields.filter((f) => f.name !== name);
    return { ...s, fields: i === to ? [...rest, known] : rest };
  });
  const hidden = (form.hidden ?? []).filter((n) => n !== name);
  return { sections, hidden: to < 0 ? [...hidden, name] : hidden };
}

/** The fields that a form can hold and that stand nowhere in it yet. */
export const unplaced = (formable: FieldInfo[], form: FormLayout) => {
  const placed = new Set([...form.sections.flatMap((s) => s.fields.map((f) => f.name)), ...(form.hidden ?? [])]);
  return formable.filter((f) => !placed.has(f.name));
};

/** The kind as its form will be: what stands nowhere comes at the end, as the server does it. */
export function formed(kind: KindInfo, form: FormLayout): KindInfo {
  const placed = new Map(form.sections.flatMap((s) => s.fields.map((f) => [f.name, f] as const)));
  const rest = unplaced(formableOf(kind), form).map((f) => f.name);
  return {
    ...kind,
    form: [
      ...form.sections.map((s) => ({ label: s.label, fields: s.fields.map((f) => f.name) })),
      ...(rest.length ? [{ label: { zh: '其他信息', en: 'More' }, fields: rest }] : []),
    ],
    fields: kind.fields.map((f) => {
      const x = placed.get(f.name);
      return { ...f, required: Boolean(f.must || x?.required), start: x?.start || f.start, when: x?.when };
    }),
  };
}
