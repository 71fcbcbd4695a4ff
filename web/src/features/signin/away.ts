const key = 'fc.next';

/** Keeps where a person was going while they are at their company account. */
export function keepNext(next?: string) {
  if (next) sessionStorage.setItem(key, next);
  else sessionStorage.removeItem(key);
}

export function takeNext(): string | undefined {
  const next = sessionStorage.getItem(key) ?? undefined;
  sessionStorage.removeItem(key);
  return next?.startsWith('/') && !next.startsWith('//') ? next : undefined;
}
