import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { ProblemError, request } from '../../api/client';
import { flowQuery } from './queries';
import type { Flow, FlowPage } from './types';

export type Saving = 'saved' | 'waiting' | 'saving' | 'stale' | 'failed';
export type Draft = {
  state: Saving;
  error?: unknown;
  /** Saves what is not saved yet; false when that did not work. */
  flush: () => Promise<boolean>;
  /** Changes the flow itself, after its draft: every change carries the version that the last one answered. */
  call: <T>(method: string, path: string, body?: unknown) => Promise<T>;
  /** Puts this draft over what somebody else saved. */
  insist: () => Promise<boolean>;
};

const pause = 800;

/** Keeps the draft of a flow on the server: a moment after each change, one request at a time, never over somebody else's. */
export function useDraft(page: FlowPage, flow: Flow, edit: boolean): Draft {
  const client = useQueryClient();
  const [state, setState] = useState<Saving>('saved');
  const [error, setError] = useState<unknown>();
  const version = useRef(page.version);
  const saved = useRef(flow);
  const latest = useRef(flow);
  const queue = useRef<Promise<unknown>>(Promise.resolve());
  const stale = useRef(false);
  latest.current = flow;
  const id = page.id;

  const inTurn = useCallback(<T>(work: () => Promise<T>): Promise<T> => {
    const next = queue.current.then(work, work);
    queue.current = next.catch(() => undefined);
    return next;
  }, []);

  const flush = useCallback(
    () =>
      inTurn(async () => {
        const what = latest.current;
        if (what === saved.current) return true;
        if (stale.current) return false;
        setState('saving');
        try {
          const answer = await request<{ version: number }>('PUT', `/approval-flows/${id}/draft`, {
            body: { definition: what },
            version: version.current,
          });
          version.current = answer.version;
          saved.current = what;
          client.setQueryData(
            flowQuery(id).queryKey,
            (old: FlowPage | undefined) => old && { ...old, version: answer.version, draft: true, draftDefinition: what },
          );
          setState(latest.current === what ? 'saved' : 'waiting');
          return true;
        } catch (e) {
          stale.current = e instanceof ProblemError && e.status === 412;
          setError(e);
          setState(stale.current ? 'stale' : 'failed');
          return false;
        }
      }),
    [client, id, inTurn],
  );

  useEffect(() => {
    if (!edit || flow === saved.current) return;
    setState((s) => (s === 'stale' ? s : 'waiting'));
    const timer = setTimeout(() => void flush(), pause);
    return () => clearTimeout(timer);
  }, [edit, flow, flush]);

  // Whoever leaves the page takes nothing unsaved along.
  useEffect(() => {
    const warn = (e: BeforeUnloadEvent) => latest.current !== saved.current && e.preventDefault();
    window.addEventListener('beforeunload', warn);
    return () => {
      window.removeEventListener('beforeunload', warn);
      if (edit) void flush();
    };
  }, [edit, flush]);

  const call = useCallback(
    <T>(method: string, path: string, body?: unknown): Promise<T> =>
      inTurn(async () => {
        const answer = await request<T>(method, `/approval-flows/${id}${path}`, { body, version: version.current });
        const next = (answer as { version?: number } | undefined)?.version;
        if (next !== undefined) version.current = next;
        return answer;
      }),
    [id, inTurn],
  );

  const insist = useCallback(async () => {
    const now = await client.fetchQuery({ ...flowQuery(id), staleTime: 0 });
    version.current = now.version;
    stale.current = false;
    return flush();
  }, [client, id, flush]);

  return { state, error, flush, call, insist };
}
