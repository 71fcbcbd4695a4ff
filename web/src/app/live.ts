import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';

/** Listens to the server: what changed is read again, and a new notice is told. */
export function useLive(onNotice: () => void) {
  const client = useQueryClient();
  const told = useRef(onNotice);
  told.current = onNotice;
  useEffect(() => {
    const source = new EventSource('/api/v1/live');
    const waiting = new Set<string>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const flush = () => {
      timer = undefined;
      // What kinds look like is told as a change of "kinds".
      for (const kind of waiting) void client.invalidateQueries({ queryKey: kind === 'kinds' ? ['kinds'] : ['records', kind] });
      waiting.clear();
    };
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
    return () => {
      source.close();
      clearTimeout(timer);
    };
  }, [client]);
}
