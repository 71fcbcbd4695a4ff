/** Unsaved input, kept in this tab over a reload. */
export const drafts = {
  read(key: string): Record<string, unknown> | undefined {
    try {
      const text = sessionStorage.getItem(`fc.draft.${key}`);
      return text ? JSON.parse(text) : undefined;
    } catch {
      return undefined;
    }
  },
  write(key: string, values: unknown) {
    try {
      sessionStorage.setItem(`fc.draft.${key}`, JSON.stringify(values));
    } catch {
      // A full store only loses the draft.
    }
  },
  drop: (key: string) => sessionStorage.removeItem(`fc.draft.${key}`),
  clear() {
    for (const k of Object.keys(sessionStorage)) if (k.startsWith('fc.')) sessionStorage.removeItem(k);
  },
};
