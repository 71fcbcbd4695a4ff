import { useSyncExternalStore } from 'react';
import type { Words } from '../api/types';

/** What the operators say while the platform is closed, and when it should be over. */
export type Closure = { text: Words; until?: string };

let now: Closure | null = null;
const listeners = new Set<() => void>();

export const maintenance = {
  code: 'platform.maintenance',
  get: () => now,
  set(closure: Closure | null) {
    now = closure;
    for (const l of listeners) l();
  },
  subscribe(l: () => void) {
    listeners.add(l);
    return () => {
      listeners.delete(l);
    };
  },
};

export const useMaintenance = () => useSyncExternalStore(maintenance.subscribe, maintenance.get);
