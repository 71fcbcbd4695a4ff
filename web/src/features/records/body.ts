import type { FieldInfo, KindInfo, PartInfo } from '../../api/types';
import { fileIds } from '../../lib/files';
import { begun, empty, formFields, stands, type Values } from '../../lib/form';
import { toMoney } from '../../lib/format';
import { fieldOf } from '../../lib/kind';
import type { Place } from '../../lib/problems';

/** The kind with a form of nothing but the group's own fields, for a record that nobody edits. */
export function ownForm(kind: KindInfo): KindInfo {
  const own = (name: string) => fieldOf(kind.fields, name)?.own;
  const form = kind.form.map((s) => ({ ...s, fields: s.fields.filter(own) })).filter((s) => s.fields.length > 0);
  const all = kind.fields.filter((f) => f.own && !f.readOnly && f.visibility !== 'hidden').map((f) => f.name);
  return { ...kind, form: kind.form.length ? form : [{ label: { zh: '', en: '' }, fields: all }], parts: [] };
}

/** The columns of a table of lines that are typed. A contract line names its thing by itemId, which is a key and yet typed. */
export function partFields(kind: KindInfo, part: PartInfo): FieldInfo[] {
  if (kind.name === 'contract' && part.name === 'lines') {
    return ['kind', 'itemId', 'name', 'quantity', 'price'].flatMap((n) => fieldOf(part.fields, n) ?? []);
  }
  return part.fields.filter((f) => !f.readOnly && f.type !== 'id');
}

export const editableParts = (kind: KindInfo) => kind.parts.filter((p) => p.editable);

const lines = (kind: KindInfo, part: PartInfo, value: unknown): Values[] => {
  const fields = partFields(kind, part);
  return (Array.isArray(value) ? (value as Values[]) : []).map((l) =>
    Object.fromEntries(fields.filter((f) => !empty(l?.[f.name])).map((f) => [f.name, l[f.name]])),
  );
};

/** What the form starts with, out of a record. */
export function startValues(kind: KindInfo, row: Values): Values {
  const out: Values = {};
  for (const f of formFields(kind)) if (!empty(row[f.name])) out[f.name] = row[f.name];
  for (const p of editableParts(kind)) out[p.name] = lines(kind, p, row[p.name]);
  return out;
}

/** What a new form starts with: what the declaration begins with, and what the address brings. */
export const freshValues = (kind: KindInfo, given: Values): Values => ({ ...begun(formFields(kind)), ...given });

/** What a new line starts with. */
export const freshLine = (kind: KindInfo, part: PartInfo): Values => begun(partFields(kind, part));

const sent = (f: FieldInfo, v: unknown) => (f.type === 'file' ? fileIds(v) : v);

/** The body of a POST: empty inputs are absent; a switch that is off says so. */
export function createBody(kind: KindInfo, values: Values): Values {
  const out: Values = {};
  for (const f of formFields(kind)) {
    if (!stands(f, values)) continue;
    if (f.type === 'bool') out[f.name] = Boolean(values[f.name]);
    else if (!empty(values[f.name])) out[f.name] = sent(f, values[f.name]);
  }
  for (const p of editableParts(kind)) {
    const rows = lines(kind, p, values[p.name]);
    if (rows.length) out[p.name] = rows;
  }
  return out;
}

/** The body of a PATCH: only what changed. Masked values that nobody touched stay away; an emptied text is "", any other value null. */
export function editBody(kind: KindInfo, before: Values, values: Values): Values {
  const out: Values = {};
  for (const f of formFields(kind)) {
    if (!stands(f, values)) continue;
    const was = before[f.name];
    const now = values[f.name];
    if (empty(was) && empty(now)) continue;
    if (was === now || ((f.type === 'multi' || f.type === 'file') && JSON.stringify(was) === JSON.stringify(now))) continue;
    if (f.type === 'bool' && Boolean(was) === Boolean(now)) continue;
    out[f.name] = empty(now) ? (f.type === 'text' ? '' : null) : sent(f, now);
  }
  for (const p of editableParts(kind)) {
    const rows = lines(kind, p, values[p.name]);
    if (JSON.stringify(rows) !== JSON.stringify(lines(kind, p, before[p.name]))) out[p.name] = rows;
  }
  return out;
}

/** Whether the form has an input at this place, so that a message can stand there. */
export function hasInput(kind: KindInfo, values: Values) {
  const names = new Set(formFields(kind).map((f) => f.name));
  return (at: Place): boolean => {
    const [first, index, name] = at;
    if (at.length === 1) return names.has(String(first));
    const part = editableParts(kind).find((p) => p.name === first);
    const rows = part ? values[part.name] : undefined;
    return Boolean(
      part &&
        at.length === 3 &&
        typeof index === 'number' &&
        Array.isArray(rows) &&
        index < rows.length &&
        partFields(kind, part).some((f) => f.name === name),
    );
  };
}

/** The sum of price × quantity, in whole fen: a sum is never a floating number. */
export function total(rows: Values[]): string {
  let fen = 0n;
  for (const r of rows) {
    const price = toMoney(r?.price);
    if (!price) continue;
    const n = Number(r.quantity ?? 1);
    fen += BigInt(price.replace('.', '')) * BigInt(Number.isInteger(n) ? n : 0);
  }
  const sign = fen < 0n ? '-' : '';
  const text = String(fen < 0n ? -fen : fen).padStart(3, '0');
  return `${sign}${text.slice(0, -2)}.${text.slice(-2)}`;
}
