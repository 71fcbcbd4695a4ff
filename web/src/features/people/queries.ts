import { useQuery, useQueryClient } from '@tanstack/react-query';
import { get } from '../../api/client';
import type { Words } from '../../api/types';

export type Role = {
  code: string;
  name: Words;
  shipped: boolean;
  givenBy?: 'group' | 'company';
  mayGive?: boolean;
  grants: { permission: string; scope: string }[];
};
export type Held = {
  id: string;
  unitId: string;
  unitName: string;
  companyName: string;
  title: string;
  validFrom: string;
  validTo?: string;
  roles: { code: string; name: Words }[];
  current: boolean;
};

export const useRoles = (enabled = true) =>
  useQuery({
    queryKey: ['roles'],
    queryFn: async ({ signal }) => (await get<{ items: Role[] }>('/roles', undefined, signal)).items,
    enabled,
  });

export const usePostings = (user: string) =>
  useQuery({
    queryKey: ['records', 'user', 'postings', user],
    queryFn: async ({ signal }) => (await get<{ items: Held[] }>(`/users/${user}/postings`, undefined, signal)).items,
  });

export function usePeopleChanged() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: ['records', 'user'] });
}
