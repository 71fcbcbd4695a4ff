import type { Words } from '../../api/types';

export type Visibility = 'hidden' | 'masked' | 'shown' | 'editable';
export type FieldRule = { kind: string; field: string; visibility: Visibility };
export type Role = {
  code: string;
  name: Words;
  shipped: boolean;
  givenBy: 'group' | 'company';
  grants: { permission: string; scope: string }[];
  fields: FieldRule[];
};
export type Permission = { permission: string; resource: string; resourceLabel: Words; label: Words };
export type ProtectedField = {
  kind: string;
  kindLabel: Words;
  field: string;
  label: Words;
  default: Visibility;
  editable: boolean;
  sample: string;
  masked: string;
};
/** The scope of every permission that a role gives. */
export type Grants = Record<string, string>;
export type Difference = { permission: string; was?: string; now?: string };

/** The scopes that have a name, from the narrowest to the widest; any other is a list of units. */
export const scopes = ['self', 'department', 'company', 'subtree', 'group'];

/** The widest scope of every permission: a role may hold one twice, and the narrower says nothing. */
export function grantsOf(role: Pick<Role, 'grants'>): Grants {
  const out: Grants = {};
  for (const g of role.grants) {
    const has = out[g.permission];
    if (has === undefined || scopes.indexOf(g.scope) > scopes.indexOf(has)) out[g.permission] = g.scope;
  }
  return out;
}

/** The visibility that a role's rules give, by "kind.field". */
export const rulesOf = (role: Role): Grants => Object.fromEntries(role.fields.map((f) => [`${f.kind}.${f.field}`, f.visibility]));

export const toGrants = (g: Grants) => Object.entries(g).map(([permission, scope]) => ({ permission, scope }));

export const toRules = (rules: Grants) =>
  Object.entries(rules).map(([name, visibility]) => ({ kind: name.split('.')[0], field: name.split('.')[1], visibility }));

/** What differs between two sets of grants. */
export function difference(was: Grants, now: Grants): Difference[] {
  const all = [...new Set([...Object.keys(was), ...Object.keys(now)])].sort();
  return all.filter((p) => was[p] !== now[p]).map((permission) => ({ permission, was: was[permission], now: now[permission] }));
}

/** What somebody reads in a field: its value, its mask, or nothing. */
export function seen(f: ProtectedField, visibility: string | undefined): string {
  const v = visibility ?? f.default;
  return v === 'hidden' ? '' : v === 'masked' ? f.masked : f.sample;
}
