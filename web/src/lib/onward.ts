import type { KeyboardEvent } from 'react';

/** Enter goes on to the next input; only Ctrl-S and the button save. */
export function onward(e: KeyboardEvent<HTMLFormElement>) {
  const from = e.target as HTMLElement;
  if (e.key !== 'Enter' || from.tagName !== 'INPUT' || from.getAttribute('role') === 'combobox' || e.nativeEvent.isComposing) return;
  e.preventDefault();
  const all = [...e.currentTarget.querySelectorAll<HTMLElement>('input:not([disabled]), textarea:not([disabled]), button[role=switch]')];
  all[all.indexOf(from) + 1]?.focus();
}
