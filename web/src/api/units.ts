import { useQuery } from '@tanstack/react-query';
import { get } from './client';

export type Unit = {
  id: string;
  parentId?: string;
  companyId?: string;
  kind: string;
  code: string;
  name: string;
  status: string;
  version: number;
  startMonth?: string;
  openedOn?: string;
  headId?: string;
  headName?: string;
  mergedIntoId?: string;
  mergedIntoName?: string;
};
type Page = { items: Unit[]; next?: string };

/** The whole tree: a group of two hundred companies has some thousand units, which come page by page. */
export const useUnits = () =>
  useQuery({
    queryKey: ['records', 'org_unit', 'tree'],
    queryFn: async ({ signal }) => {
      const all: Unit[] = [];
      let cursor: string | undefined;
      do {
        const page: Page = await get<Page>(
          '/org-units',
          { limit: 100, sort: 'code', cursor, fields: 'parentId,companyId,kind,code,name,status,startMonth,openedOn,headId,mergedIntoId' },
          signal,
        );
        all.push(...page.items);
        cursor = page.next;
      } while (cursor);
      return all;
    },
  });

/** The tree as it stood on a day. */
export const usePastUnits = (at: string | undefined) =>
  useQuery({
    queryKey: ['records', 'org_unit', 'tree', at],
    queryFn: async ({ signal }) => (await get<{ items: Unit[] }>('/org-units/tree', { at }, signal)).items,
    enabled: at !== undefined,
  });

export type Node = { value: string; key: string; title: string; unit: Unit; children: Node[] };

/** Puts units under their parents; one whose parent is not seen stands at the top. */
export function treeOf(units: Unit[], open = false): Node[] {
  const shown = open ? units.filter((u) => u.status === 'open') : units;
  const nodes = new Map(shown.map((u) => [u.id, { value: u.id, key: u.id, title: u.name, unit: u, children: [] as Node[] }]));
  const top: Node[] = [];
  for (const n of nodes.values()) (nodes.get(n.unit.parentId ?? '')?.children ?? top).push(n);
  return top;
}

const below: Record<string, string[]> = {
  group: ['region', 'company', 'department'],
  region: ['region', 'company'],
  company: ['department'],
  department: ['team'],
};

/** Which kinds of unit stand directly below a kind. */
export const kindsBelow = (kind: string) => below[kind] ?? [];

/** Whether unit stands in the part of the tree that begins at root. */
export function within(units: Unit[], unit: Unit, root: string): boolean {
  for (let u: Unit | undefined = unit; u; u = units.find((x) => x.id === u?.parentId)) if (u.id === root) return true;
  return false;
}
