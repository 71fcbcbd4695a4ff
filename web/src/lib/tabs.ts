import { useEffect, useSyncExternalStore } from 'react';

export type Tab = { key: string; href: string; title: string };

const store = 'fc.tabs';
const most = 14;

function read(): Tab[] {
  try {
    return JSON.parse(sessionStorage.getItem(store) ?? '[]');
  } catch {
    return [];
  }
}

let open = read();
const listeners = new Set<() => void>();

function keep(next: Tab[]) {
  open = next;
  sessionStorage.setItem(store, JSON.stringify(open));
  for (const l of listeners) l();
}

/** The pages a person has open: one a path, with the address it was left at. */
export const tabs = {
  get: () => open,
  visit(key: string, href: string) {
    const known = open.find((t) => t.key === key);
    if (known?.href === href) return;
    if (known) keep(open.map((t) => (t === known ? { ...t, href } : t)));
    else keep([...open, { key, href, title: '' }].slice(-most));
  },
  name(key: string, title: string) {
    if (!open.some((t) => t.key === key)) keep([...open, { key, href: location.pathname + location.search, title }].slice(-most));
    else if (open.some((t) => t.key === key && t.title !== title)) keep(open.map((t) => (t.key === key ? { ...t, title } : t)));
  },
  close(key: string): Tab | undefined {
    const at = open.findIndex((t) => t.key === key);
    keep(open.filter((t) => t.key !== key));
    return open[Math.min(at, open.length - 1)];
  },
  only: (key: string) => keep(open.filter((t) => t.key === key)),
  clear: () => keep([]),
};

export const useTabs = () =>
  useSyncExternalStore(
    (l) => {
      listeners.add(l);
      return () => {
        listeners.delete(l);
      };
    },
    () => open,
  );

/** Names the page's tab and the browser's. */
export function usePageTitle(title: string) {
  useEffect(() => {
    if (!title) return;
    document.title = `${title} · 车枢`;
    tabs.name(location.pathname, title);
  }, [title]);
}
