import type { Words } from '../../api/types';

export type Role = { code: string; name: Words; shipped: boolean; grants: { permission: string; scope: string }[] };
export type Permission = { permission: string; resource: string; resourceLabel: Words; label: Words };
/** The scope of every permission that a role gives. */
export type Grants = Record<string, string>;
export type Difference = { permission: string; was?: string; now?: string };

/** The scopes that have a name, from the narrowest to the widest; any other is a list of units. */
export const scopes = ['self', 'department', 'company', 'subtree', 'group'];

export const grantsOf = (role: Role): Grants => Object.fromEntries(role.grants.map((g) => [g.permission, g.scope]));

/** What differs between two sets of grants. */
export function difference(was: Grants, now: Grants): Difference[] {
  const all = [...new Set([...Object.keys(was), ...Object.keys(now)])].sort();
  return all.filter((p) => was[p] !== now[p]).map((permission) => ({ permission, was: was[permission], now: now[permission] }));
}
