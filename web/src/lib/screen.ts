import { useSyncExternalStore } from 'react';

const query = () => window.matchMedia('(max-width: 767.98px)');

export const usePhone = () =>
  useSyncExternalStore(
    (on) => {
      const q = query();
      q.addEventListener('change', on);
      return () => q.removeEventListener('change', on);
    },
    () => query().matches,
  );

// A list with a row at its side needs room for both.
const room = () => window.matchMedia('(min-width: 1280px)');

export const useWide = () =>
  useSyncExternalStore(
    (on) => {
      const q = room();
      q.addEventListener('change', on);
      return () => q.removeEventListener('change', on);
    },
    () => room().matches,
  );
