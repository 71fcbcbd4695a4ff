import { queryOptions } from '@tanstack/react-query';
import { get } from '../../api/client';
import type { Words } from '../../api/types';

export type Status = 'trial' | 'active' | 'suspended' | 'closed';
export type Resource = 'companies' | 'users' | 'storageBytes' | 'callsPerMinute';
export const resources: Resource[] = ['companies', 'users', 'storageBytes', 'callsPerMinute'];
export type Use = { resource: Resource; used: number | null; most: number | null; own: number | null };
export type Quotas = Partial<Record<Resource, number | null>>;

export type Tenant = {
  id: string;
  code: string;
  name: string;
  status: Status;
  startDate: string;
  endsOn?: string;
  zone: string;
  demo: boolean;
  plan: string;
  planName: Words;
  createdAt: string;
  uses: Use[];
};
export type Move = { name: string; label: Words; to: Status; danger: boolean; takesEnd: boolean; needsEnd: boolean };
export type TenantPage = Tenant & { today: string; actions: Move[] };
export type Plan = { code: string; version: number; name: Words; quotas: Quotas; tenants: number };
export type TemplateUnit = { key: string; kind: string; code: string; name: Words; below: TemplateUnit[] };
export type Template = { code: string; name: Words; about: Words; units: TemplateUnit[] };
export type UsageDay = {
  day: string;
  companies: number | null;
  users: number | null;
  activeUsers: number | null;
  storageBytes: number | null;
  changes: number | null;
  calls: number;
};
export type LogLine = { at: string; by?: string; action: string; detail: Record<string, unknown>; address: string };

const list = <T>(key: string[], path: string, query?: Record<string, number>) =>
  queryOptions({
    queryKey: ['platform', ...key],
    queryFn: async ({ signal }) => (await get<{ items: T[] }>(`/platform${path}`, query, signal)).items,
  });

export const tenantsQuery = list<Tenant>(['tenants'], '/tenants');
export const plansQuery = list<Plan>(['plans'], '/plans');
export const templatesQuery = list<Template>(['templates'], '/templates');
export const usageQuery = (id: string) => list<UsageDay>(['tenants', id, 'usage'], `/tenants/${id}/usage`, { days: 90 });
export const logQuery = (id: string) => list<LogLine>(['tenants', id, 'log'], `/tenants/${id}/log`);
export const tenantQuery = (id: string) =>
  queryOptions({
    queryKey: ['platform', 'tenants', id],
    queryFn: ({ signal }) => get<TenantPage>(`/platform/tenants/${id}`, undefined, signal),
  });

export const tones: Record<Status, string> = { trial: 'blue', active: 'green', suspended: 'orange', closed: 'default' };

/** A tenant that lets support in now. */
export type Door = { tenantId: string; writing: boolean; until: string; reason: string };
export const supportQuery = queryOptions({
  queryKey: ['platform', 'support'],
  queryFn: async ({ signal }) => (await get<{ items: Door[] }>('/platform/support', undefined, signal)).items,
  refetchInterval: 30_000,
});
