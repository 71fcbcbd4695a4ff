import { useSyncExternalStore } from 'react';
import type { KindInfo, Lang } from '../api/types';
import { inner, many } from './kind';

export type Theme = 'light' | 'dark' | 'auto';
export type Prefs = { lang: Lang; theme: Theme; folded: boolean };

const key = 'fc.prefs';

function read(): Prefs {
  const base: Prefs = { lang: 'zh', theme: 'auto', folded: false };
  try {
    return { ...base, ...JSON.parse(localStorage.getItem(key) ?? '{}') };
  } catch {
    return base;
  }
}

let current = read();
const listeners = new Set<() => void>();

/** What a person chose for this browser. */
export const prefs = {
  get: () => current,
  set(change: Partial<Prefs>) {
    current = { ...current, ...change };
    localStorage.setItem(key, JSON.stringify(current));
    for (const l of listeners) l();
  },
  subscribe(l: () => void) {
    listeners.add(l);
    return () => {
      listeners.delete(l);
    };
  },
};

export const usePrefs = () => useSyncExternalStore(prefs.subscribe, prefs.get);

/** The names of a kind: one record inside a sentence, many as a title, and many inside a sentence. */
export function useNames() {
  const { lang } = usePrefs();
  return {
    one: (k: KindInfo) => inner(k.label[lang] || k.label.zh),
    many: (k: KindInfo) => many(k, lang),
    some: (k: KindInfo) => inner(many(k, lang)),
  };
}

/** Reads a declared text in the language of the page. */
export function useWords() {
  const { lang } = usePrefs();
  return (w?: { zh: string; en: string }) => (w ? w[lang] || w.zh : '');
}
