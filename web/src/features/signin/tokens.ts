import { useQuery } from '@tanstack/react-query';
import { get } from '../../api/client';
import type { Words } from '../../api/types';

export type Token = {
  id: string;
  name: string;
  userName: string;
  unitName: string;
  title: string;
  readOnly: boolean;
  permissions: string[];
  networks: string[];
  createdAt: string;
  expiresAt: string;
  usedAt?: string;
  usedFrom?: string;
  status: 'live' | 'expired' | 'revoked' | 'ended';
};

export type OwnGrant = { permission: string; scope: string; label: Words; resourceLabel: Words };

export const useTokens = (path: '/session/tokens' | '/tokens') =>
  useQuery({
    queryKey: ['tokens', path],
    queryFn: async ({ signal }) => (await get<{ items: Token[] }>(path, undefined, signal)).items,
  });

export const useOwnGrants = () =>
  useQuery({
    queryKey: ['own-grants'],
    queryFn: async ({ signal }) => (await get<{ items: OwnGrant[] }>('/access/grants', undefined, signal)).items,
  });
