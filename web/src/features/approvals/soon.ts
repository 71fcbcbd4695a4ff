import { useCallback, useEffect, useRef, useState } from 'react';

/** How long a decision can be undone before it is sent. */
export const undoTime = 3000;

/**
 * Carries something out after a moment in which it can be undone. Asking twice, or leaving the page, carries it out at once: whoever
 * has decided and goes on must not lose the decision.
 */
export function useSoon(run: () => void) {
  const [waiting, setWaiting] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latest = useRef(run);
  latest.current = run;
  const stop = useCallback(() => {
    const was = timer.current !== undefined;
    clearTimeout(timer.current);
    timer.current = undefined;
    setWaiting(false);
    return was;
  }, []);
  const now = useCallback(() => {
    if (stop()) latest.current();
  }, [stop]);
  useEffect(() => {
    window.addEventListener('pagehide', now);
    return () => {
      window.removeEventListener('pagehide', now);
      now();
    };
  }, [now]);
  const start = () => {
    if (timer.current !== undefined) return now();
    timer.current = setTimeout(now, undoTime);
    setWaiting(true);
  };
  return { waiting, start, undo: stop };
}
