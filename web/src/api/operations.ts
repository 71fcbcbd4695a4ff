import { useQuery } from '@tanstack/react-query';
import { useWords } from '../lib/prefs';
import { get } from './client';
import type { Words } from './types';

/** What an operation of the API is called, empty for what came through none; it is read once. */
export function useOperationName() {
  const words = useWords();
  const q = useQuery({
    queryKey: ['operations'],
    queryFn: async ({ signal }) => {
      const { items } = await get<{ items: { id: string; label: Words }[] }>('/access/operations', undefined, signal);
      return new Map(items.map((o) => [o.id, o.label]));
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (id: string) => words(q.data?.get(id));
}
