import { useQueryClient } from '@tanstack/react-query';
import { useNavigate, useRouter } from '@tanstack/react-router';
import type { Me } from '../../api/types';
import { setNow } from '../../lib/clock';
import { tabs } from '../../lib/tabs';

const remembered = 'fc.tenant';

/** The company code with which somebody came to this browser's door last. */
export const lastTenant = () => localStorage.getItem(remembered) ?? '';

/** Keeps a company's code for the next time; the open pages of another company go. */
export function rememberTenant(code: string) {
  if (lastTenant() !== code) tabs.clear();
  localStorage.setItem(remembered, code);
}

/** Lets in whoever has just signed in, by whichever way, and takes them to where they were going. */
export function useEnter() {
  const client = useQueryClient();
  const router = useRouter();
  const navigate = useNavigate();
  return async (me: Me, next?: string) => {
    rememberTenant(me.tenant.code);
    client.setQueryData(['me'], me);
    setNow(me.tenant);
    // The way in is no place to go back to.
    if (next) router.history.replace(next);
    else await navigate({ to: '/', replace: true });
  };
}
