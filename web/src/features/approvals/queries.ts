import { keepPreviousData, queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { get, post, request } from '../../api/client';
import { listQuery, useKinds } from '../../api/queries';
import type { KindInfo, Page, Row } from '../../api/types';
import { filterText } from '../../lib/kind';
import type { Approval, ApprovalPage, Figures, PaperFile, Person } from './types';

export const kindName = 'approval';
export const taskKind = 'approval_task';

// The keys begin as those of the kind's lists do, so that a live change reads them again.
export const pageQuery = (id: string) =>
  queryOptions({
    queryKey: ['records', kindName, 'page', id],
    queryFn: ({ signal }) => get<ApprovalPage>(`/approvals/${id}/page`, undefined, signal),
  });

/** The approvals of one record, the newest first. */
export const useApprovalsOf = (kind: string, record: string, enabled: boolean) =>
  useQuery({
    queryKey: ['records', kindName, 'of', kind, record],
    queryFn: async ({ signal }) => (await get<{ items: Approval[] }>('/approvals/of', { kind, record }, signal)).items,
    enabled,
  });

const active = '[["status","=","active"]]';

/** Who can be handed a task, asked about it or added to it; without a task, everybody who works here. */
export const usePeopleFor = (task: string | undefined, q: string, enabled = true) =>
  useQuery({
    queryKey: ['records', task ? taskKind : 'user', 'people', task, q],
    queryFn: async ({ signal }) => {
      if (task) return (await get<{ items: Person[] }>('/approvals/people', { task, q: q || undefined }, signal)).items;
      const found = await get<Page>('/users', { q: q || undefined, filter: active, limit: 20, fields: 'name,login' }, signal);
      return found.items.map((r): Person => ({ userId: r.id, name: String(r.name), title: String(r.login ?? ''), unit: '' }));
    },
    enabled,
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 15_000,
  });

export const useStandingIn = (enabled = true) =>
  useQuery({
    queryKey: ['records', taskKind, 'standing-in'],
    queryFn: async ({ signal }) => (await get<{ items: Row[] }>('/approval-tasks/standing-in', undefined, signal)).items,
    enabled,
  });

export type FiguresAsked = { from: string; to: string; kind?: string; companyId?: string };

export const useFigures = (asked: FiguresAsked) =>
  useQuery({
    queryKey: ['records', kindName, 'figures', asked],
    queryFn: ({ signal }) => get<Figures>('/approvals/figures', asked, signal),
    placeholderData: keepPreviousData,
  });

const none = { name: '', path: 'approval-tasks' } as KindInfo;
const queueLength = 50;

/** The tasks that wait for the reader, in the order of the list; and how many there are in all. */
export function useTodo() {
  const kind = useKinds().find((k) => k.name === taskKind);
  const view = kind?.views.find((v) => v.name === 'todo');
  const q = useQuery({
    ...listQuery(kind ?? none, {
      filter: filterText(view?.filter),
      sort: view?.sort || kind?.sort,
      limit: queueLength,
      count: true,
      fields: 'approvalId,bulk,title,number',
    }),
    enabled: kind !== undefined && view !== undefined,
  });
  return { rows: q.data?.items ?? [], count: q.data?.count?.value ?? q.data?.items.length ?? 0, more: q.data?.count?.more ?? false };
}

/** Everything that a decision changes is read again. */
export function useDecided() {
  const client = useQueryClient();
  return () =>
    Promise.all([
      client.invalidateQueries({ queryKey: ['records', kindName] }),
      client.invalidateQueries({ queryKey: ['records', taskKind] }),
    ]).then(() => undefined);
}

export const onTask = (task: { id: string; version: number }, what: string, body: object = {}) =>
  request<{ id: string; version: number }>('POST', `/approval-tasks/${task.id}/${what}`, { body, version: task.version, keepalive: true });

export const onApproval = (a: { id: string; version: number }, what: string, body: object = {}) =>
  post<{ id: string; version: number }>(`/approvals/${a.id}/${what}`, body, a.version);

/** Stores a file with the approval, such as a signature or what belongs to a comment. */
export function sendFile(approval: string, file: File): Promise<PaperFile> {
  const form = new FormData();
  form.set('file', file);
  return request<PaperFile>('POST', `/approvals/${approval}/files`, { form });
}
