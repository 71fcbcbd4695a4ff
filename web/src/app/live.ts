import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { shaped } from '../api/queries';

/** Listens to the server: what changed is read again, and a new notice is told. */
export function useLive(onNotice: () => void) {
  const client = useQueryClient();
  const told = useRef(onNotice);
  told.current = onNotice;
  useEffect(() => {
    let source: EventSource;
    let again: ReturnType<typeof setTimeout> | undefined;
    const waiting = new Set<string>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const flush = () => {
      timer = undefined;
      // What kinds and the menu look like is told as a change of "kinds".
      for (const kind of waiting)
        if (kind === 'kinds') for (const key of shaped) void client.invalidateQueries({ queryKey: key });
        else void client.invalidateQueries({ queryKey: ['records', kind] });
      waiting.clear();
    };
    const open = () => {
      source = new EventSource('/api/v1/live');
      source.addEventListener('change', (e) => {
        try {
          waiting.add((JSON.parse(e.data) as { kind: string }).kind);
        } catch {
          return;
        }
        // A burst of changes, such as an import, is one reading.
        timer ??= setTimeout(flush, 300);
      });
      source.addEventListener('notice', () => told.current());
      // A browser gives up at a refusal, such as that of maintenance. Asking who one is says why, and shows it.
      source.addEventListener('error', () => {
        if (source.readyState !== EventSource.CLOSED) return;
        void client.invalidateQueries({ queryKey: ['me'] });
        again = setTimeout(open, 5000);
      });
    };
    open();
    return () => {
      source.close();
      clearTimeout(again);
      clearTimeout(timer);
    };
  }, [client]);
}
