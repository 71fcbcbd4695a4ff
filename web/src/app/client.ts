import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { ProblemError } from '../api/client';

let leave: () => void = () => {};

/** Says what happens when the session has ended. */
export const onSignedOut = (fn: () => void) => {
  leave = fn;
};

/** What the server demands of whoever is signed in already: their own account is read again, and leads to it. */
const demands = ['password.change_needed', 'two_step.needed'];
let obey: () => void = () => {};
export const onDemand = (fn: () => void) => {
  obey = fn;
};

function watch(e: unknown) {
  if (e instanceof ProblemError && e.status === 403 && demands.includes(e.code)) obey();
  if (e instanceof ProblemError && e.status === 401) leave();
}

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: (e, q) => q.queryKey[0] !== 'me' && q.queryKey[0] !== 'platform' && watch(e) }),
  mutationCache: new MutationCache({ onError: watch }),
  defaultOptions: {
    queries: {
      staleTime: 20_000,
      retry: (n, e) => n < 2 && !(e instanceof ProblemError && e.status >= 400 && e.status < 500),
    },
  },
});
