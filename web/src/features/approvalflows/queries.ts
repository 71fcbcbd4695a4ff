import { queryOptions, useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { get } from '../../api/client';
import { useKinds } from '../../api/queries';
import type { Row, Words } from '../../api/types';
import { useUnits } from '../../api/units';
import { titleOf } from '../../lib/kind';
import { usePrefs, useWords } from '../../lib/prefs';
import type { Say } from './model/words';
import type { Condition, Fact, Flow, FlowItem, FlowPage, Impact, Said, Subject } from './types';

export const subjectsQuery = queryOptions({
  queryKey: ['approval-flows', 'subjects'],
  queryFn: async ({ signal }) => (await get<{ items: Subject[] }>('/approval-subjects', undefined, signal)).items,
});
export const flowsQuery = queryOptions({
  queryKey: ['approval-flows', 'list'],
  queryFn: async ({ signal }) => (await get<{ items: FlowItem[] }>('/approval-flows', undefined, signal)).items,
});
export const flowQuery = (id: string) =>
  queryOptions({
    queryKey: ['approval-flows', 'one', id],
    queryFn: ({ signal }) => get<FlowPage>(`/approval-flows/${id}`, undefined, signal),
  });
export const versionQuery = (id: string, number: number) =>
  queryOptions({
    queryKey: ['approval-flows', 'one', id, 'version', number],
    queryFn: ({ signal }) => get<{ number: number; definition: Flow }>(`/approval-flows/${id}/versions/${number}`, undefined, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
export const impactQuery = (id: string) =>
  queryOptions({
    queryKey: ['approval-flows', 'one', id, 'impact'],
    queryFn: ({ signal }) => get<Impact>(`/approval-flows/${id}/impact`, undefined, signal),
    staleTime: 0,
  });

export const useRefreshFlows = () => {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: ['approval-flows'] });
};

type Role = { code: string; name: Words };
export const useRoles = () =>
  useQuery({
    queryKey: ['roles'],
    queryFn: async ({ signal }) => (await get<{ items: Role[] }>('/roles', undefined, signal)).items,
    staleTime: 60_000,
  });
type Group = { id: string; name: string };
export const useGroups = () =>
  useQuery({
    queryKey: ['user-groups'],
    queryFn: async ({ signal }) => (await get<{ items: Group[] }>('/user-groups', undefined, signal)).items,
    staleTime: 60_000,
  });

/** What the server said, which is in both languages or in the reader's already. */
export function useSaid() {
  const words = useWords();
  return (s: Said) => (typeof s === 'string' ? s : words(s));
}

const termsOf = (c: Condition | undefined) => (c?.any ?? []).flat();

/** The users and records that flows name by id, each once, as path and id. */
export function mentioned(flows: Flow[], facts: Fact[], conditions: (Condition | undefined)[] = []): string[] {
  const out = new Set<string>();
  const paths = new Map(
    facts.flatMap((f) => [[f.name, f.refPath] as const, ...(f.fields ?? []).map((x) => [`${f.name}.${x.name}`, x.refPath] as const)]),
  );
  for (const f of flows) {
    for (const n of f.nodes) {
      if (n.emptyPerson) out.add(`users/${n.emptyPerson}`);
      for (const r of n.approvers ?? []) for (const u of r.users ?? []) out.add(`users/${u}`);
    }
  }
  const all = [...flows.flatMap((f) => f.lines.map((l) => l.when)), ...conditions];
  for (const term of all.flatMap(termsOf)) {
    const path = paths.get(term.fact);
    if (!path) continue;
    for (const v of Array.isArray(term.value) ? term.value : [term.value]) if (typeof v === 'string' && v) out.add(`${path}/${v}`);
  }
  return [...out].sort();
}

/** Sentences about flows, with the names of whom and what they mention. */
export function useSay(facts: Fact[], flows: Flow[], conditions: (Condition | undefined)[] = []): Say {
  const { t } = useTranslation();
  const words = useWords();
  const { lang } = usePrefs();
  const kinds = useKinds();
  const units = useUnits().data;
  const roles = useRoles().data;
  const groups = useGroups().data;
  const ids = mentioned(flows, facts, conditions);
  const found = useQueries({
    queries: ids.map((at) => {
      const path = at.slice(0, at.indexOf('/'));
      const kind = kinds.find((k) => k.path === path);
      return {
        queryKey: ['records', kind?.name ?? path, 'title', at.slice(at.indexOf('/') + 1)],
        queryFn: ({ signal }: { signal: AbortSignal }) => get<Row>(`/${at}`, undefined, signal),
        enabled: kind !== undefined,
        retry: false,
        staleTime: 60_000,
      };
    }),
  });
  const titles = new Map<string, string>();
  for (const [i, at] of ids.entries()) {
    const kind = kinds.find((k) => k.path === at.slice(0, at.indexOf('/')));
    const row = found[i]?.data;
    if (kind && row) titles.set(at, titleOf(kind, row));
  }
  const name: Say['name'] = (what, id, path) => {
    switch (what) {
      case 'role': {
        const role = roles?.find((r) => r.code === id);
        return role ? words(role.name) : id.includes('-') && id.length === 36 ? '…' : id;
      }
      case 'unit':
        return units?.find((u) => u.id === id)?.name ?? '…';
      case 'group':
        return groups?.find((g) => g.id === id)?.name ?? '…';
      case 'user':
        return titles.get(`users/${id}`) ?? '…';
      case 'record':
        return titles.get(`${path}/${id}`) ?? '…';
    }
  };
  return { t: t as Say['t'], words: (w) => (w ? w[lang] || w.zh : ''), facts, name };
}
