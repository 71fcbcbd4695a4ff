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
