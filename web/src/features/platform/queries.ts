import { queryOptions } from '@tanstack/react-query';
import { get } from '../../api/client';

export type Tenant = { id: string; code: string; name: string; status: string; startDate?: string; createdAt?: string };

export const tenantsQuery = queryOptions({
  queryKey: ['platform', 'tenants'],
  queryFn: async ({ signal }) => (await get<{ items: Tenant[] }>('/platform/tenants', undefined, signal)).items,
});

/** A tenant that lets support in now. */
export type Door = { tenantId: string; writing: boolean; until: string; reason: string };

export const supportQuery = queryOptions({
  queryKey: ['platform', 'support'],
  queryFn: async ({ signal }) => (await get<{ items: Door[] }>('/platform/support', undefined, signal)).items,
  refetchInterval: 30_000,
});
