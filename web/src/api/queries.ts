import { keepPreviousData, queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { setNow } from '../lib/clock';
import { get } from './client';
import type { Attachment, HistoryEvent, KindInfo, Me, MenuInfo, Note, Notice, Open, Page } from './types';

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async ({ signal }) => {
    const me = await get<Me>('/session', undefined, signal);
    setNow(me.tenant);
    return me;
  },
  staleTime: 5 * 60_000,
});

export const kindsQuery = queryOptions({
  queryKey: ['kinds'],
  queryFn: async ({ signal }) => (await get<{ items: KindInfo[] }>('/kinds', undefined, signal)).items,
  staleTime: Number.POSITIVE_INFINITY,
});

export const menuQuery = queryOptions({
  queryKey: ['menu'],
  queryFn: ({ signal }) => get<MenuInfo>('/menu', undefined, signal),
  staleTime: Number.POSITIVE_INFINITY,
});

/** What a group shapes: it is read again when somebody publishes. */
export const shaped = [kindsQuery.queryKey, menuQuery.queryKey];

export const noticesQuery = queryOptions({
  queryKey: ['notices'],
  queryFn: ({ signal }) => get<{ items: Notice[]; unread: number }>('/notices', undefined, signal),
});

export const useMe = () => useQuery(meQuery).data;

const bare: MenuInfo = { arranged: false, sections: [] };
export const useMenu = () => useQuery(menuQuery).data ?? bare;

const none: KindInfo[] = [];
export const useKinds = () => useQuery(kindsQuery).data ?? none;

export type ListQuery = { filter?: string; sort?: string; q?: string; cursor?: string; limit?: number; count?: boolean; fields?: string };

/** Every query over a kind starts with ["records", kind], so that a live change can refresh them all. */
export const listQuery = (kind: KindInfo, query: ListQuery) =>
  queryOptions({
    queryKey: ['records', kind.name, 'list', query],
    queryFn: ({ signal }) => get<Page>(`/${kind.path}`, query, signal),
  });

export const useList = (kind: KindInfo, query: ListQuery, enabled = true) =>
  useQuery({ ...listQuery(kind, query), placeholderData: keepPreviousData, enabled });

export const useRecord = (kind: KindInfo, id: string, enabled = true) =>
  useQuery({
    queryKey: ['records', kind.name, 'one', id],
    queryFn: ({ signal }) => get<Open>(`/${kind.path}/${id}`, undefined, signal),
    enabled,
  });

export const useSide = <T extends HistoryEvent | Note | Attachment>(kind: KindInfo, id: string, part: 'history' | 'notes' | 'files') =>
  useQuery({
    queryKey: ['records', kind.name, part, id],
    queryFn: async ({ signal }) => (await get<{ items: T[] }>(`/${kind.path}/${id}/${part}`, undefined, signal)).items,
  });

export function useRefresh() {
  const client = useQueryClient();
  return (kind: string) => client.invalidateQueries({ queryKey: ['records', kind] });
}
