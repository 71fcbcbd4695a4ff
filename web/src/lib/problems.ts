import { type FieldError, ProblemError } from '../api/client';

export type Place = (string | number)[];

/** "lines[0].price" becomes ["lines", 0, "price"]. */
export function place(field: string): Place {
  const out: Place = [];
  for (const m of field.matchAll(/([^.[\]]+)|\[(\d+)\]/g)) out.push(m[2] !== undefined ? Number(m[2]) : (m[1] as string));
  return out;
}

/** Sorts a refusal into messages at their fields and the rest, which belongs at the top. */
export function sortErrors(e: unknown, has: (at: Place) => boolean): { fields: { name: Place; errors: string[] }[]; rest: string[] } {
  const fields = new Map<string, { name: Place; errors: string[] }>();
  const rest: string[] = [];
  if (!(e instanceof ProblemError)) return { fields: [], rest: [e instanceof Error ? e.message : String(e)] };
  const all: FieldError[] = e.errors.length ? e.errors : [{ field: '', message: e.detail }];
  for (const { field, message } of all) {
    const at = place(field);
    if (!at.length || !has(at)) {
      rest.push(message || e.detail);
      continue;
    }
    const key = JSON.stringify(at);
    const known = fields.get(key);
    if (known) known.errors.push(message || e.detail);
    else fields.set(key, { name: at, errors: [message || e.detail] });
  }
  return { fields: [...fields.values()], rest };
}
