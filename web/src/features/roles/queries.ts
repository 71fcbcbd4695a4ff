import { useQuery } from '@tanstack/react-query';
import { get } from '../../api/client';
import type { Permission, ProtectedField, Role } from './grants';

export const useRoleList = () =>
  useQuery({ queryKey: ['roles'], queryFn: async ({ signal }) => (await get<{ items: Role[] }>('/roles', undefined, signal)).items });

export const usePermissions = () =>
  useQuery({
    queryKey: ['permissions'],
    queryFn: async ({ signal }) => (await get<{ items: Permission[] }>('/access/permissions', undefined, signal)).items,
    staleTime: Number.POSITIVE_INFINITY,
  });

export const useProtectedFields = () =>
  useQuery({
    queryKey: ['protected-fields'],
    queryFn: async ({ signal }) => (await get<{ items: ProtectedField[] }>('/access/fields', undefined, signal)).items,
    staleTime: Number.POSITIVE_INFINITY,
  });
