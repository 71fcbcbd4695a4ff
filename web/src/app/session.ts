import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { post, request } from '../api/client';
import { meQuery } from '../api/queries';
import type { Me } from '../api/types';
import { useTell } from '../components/tell';
import { setNow } from '../lib/clock';
import { drafts } from '../lib/drafts';
import { tabs } from '../lib/tabs';

/** What a person does to their own session. */
export function useSession() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const tell = useTell();
  const guarded = (fn: () => Promise<void>) => fn().catch(tell.failed);
  return {
    signOut: () =>
      guarded(async () => {
        await request('DELETE', '/session');
        drafts.clear();
        tabs.clear();
        await navigate({ to: '/signin' });
        client.clear();
      }),
    actAs: (postingId: string) =>
      guarded(async () => {
        const me = await request<Me>('PUT', '/session/posting', { body: { postingId } });
        tabs.clear();
        await navigate({ to: '/' });
        client.setQueryData(['me'], me);
        // Another posting sees other kinds, fields and rows: everything is read again.
        await client.invalidateQueries({ predicate: (q) => q.queryKey[0] !== 'me' });
      }),
    moveClock: (days: number) =>
      guarded(async () => {
        await post('/demo/clock', { days });
        setNow((await client.fetchQuery({ ...meQuery, staleTime: 0 })).tenant);
        await client.invalidateQueries();
        tell.done(t('top.clockDone', { count: days }));
      }),
  };
}
