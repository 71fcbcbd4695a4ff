import type { Words } from '../../../api/types';
import type { Fact } from '../types';

/** One way to go on with an expression; it replaces what stands from `from` to the cursor. */
export type Completion = { insert: string; label: Words; from: number };

const functions: { insert: string; label: Words }[] = [
  { insert: 'empty(', label: { zh: '没有填', en: 'Has no value' } },
  { insert: 'day("', label: { zh: '某一天', en: 'A day' } },
  { insert: 'size(', label: { zh: '个数', en: 'How many' } },
  { insert: 'in', label: { zh: '是其中之一', en: 'Is one of' } },
  { insert: 'true', label: { zh: '是', en: 'Yes' } },
  { insert: 'false', label: { zh: '否', en: 'No' } },
];
const onLists: { insert: string; label: Words }[] = [
  { insert: 'exists(x, ', label: { zh: '有一行满足', en: 'Some line holds' } },
  { insert: 'all(x, ', label: { zh: '每一行都满足', en: 'Every line holds' } },
  { insert: 'size()', label: { zh: '行数', en: 'How many lines' } },
];
const onTexts: { insert: string; label: Words }[] = [
  { insert: 'contains("', label: { zh: '含有', en: 'Contains' } },
  { insert: 'startsWith("', label: { zh: '开头是', en: 'Begins with' } },
];

/** Suggests how an expression may go on at the cursor: facts, their fields and values, and functions. */
export function completions(facts: Fact[], text: string, cursor: number): Completion[] {
  const left = text.slice(0, cursor);
  const value = /([A-Za-z_]\w*)\s*(?:==|!=)\s*"?(\w*)$/.exec(left);
  const options = value && facts.find((f) => f.name === value[1])?.options;
  if (value && options) {
    const typed = value[2] ?? '';
    const from = cursor - typed.length - (left.endsWith(`"${typed}`) ? 1 : 0);
    return options.filter((o) => o.value.startsWith(typed)).map((o) => ({ insert: `"${o.value}"`, label: o.label, from }));
  }
  // Inside a text nothing is suggested.
  if ((left.match(/"/g) ?? []).length % 2) return [];
  const word = /[A-Za-z_][\w.]*$/.exec(left)?.[0] ?? '';
  const dot = word.lastIndexOf('.');
  const fits = (typed: string) => (c: { insert: string; label: Words }) =>
    c.insert.toLowerCase().startsWith(typed.toLowerCase()) ||
    c.label.zh.includes(typed) ||
    c.label.en.toLowerCase().startsWith(typed.toLowerCase());
  const all = facts.map((f) => ({ insert: f.name, label: f.label }));
  if (dot < 0) return [...all, ...functions].filter(fits(word)).map((c) => ({ ...c, from: cursor - word.length }));
  const base = word.slice(0, dot);
  const typed = word.slice(dot + 1);
  const fact = facts.find((f) => f.name === base);
  const within = all.filter((c) => c.insert.startsWith(`${base}.`)).map((c) => ({ ...c, insert: c.insert.slice(dot + 1) }));
  // What is no fact is the name of one line, as in exists(x, x.price > 0).
  const line =
    fact || within.length
      ? []
      : facts.flatMap((f) => (f.type === 'lines' ? (f.fields ?? []) : [])).map((f) => ({ insert: f.name, label: f.label }));
  const more = fact?.type === 'lines' || fact?.type === 'multi' ? onLists : fact?.type === 'text' ? onTexts : [];
  return [...within, ...line, ...more].filter(fits(typed)).map((c) => ({ ...c, from: cursor - typed.length }));
}
