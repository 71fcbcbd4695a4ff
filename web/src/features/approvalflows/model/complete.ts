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

/** What conditions know of whoever submits. */
export const submitter: Fact = {
  name: 'submitter',
  label: { zh: '提交人', en: 'Submitter' },
  type: 'lines',
  fields: [
    { name: 'id', label: { zh: '编号', en: 'Id' }, type: 'text' },
    { name: 'name', label: { zh: '姓名', en: 'Name' }, type: 'text' },
    { name: 'roles', label: { zh: '角色', en: 'Roles' }, type: 'multi' },
    { name: 'company', label: { zh: '公司', en: 'Company' }, type: 'text' },
    { name: 'department', label: { zh: '部门', en: 'Department' }, type: 'text' },
  ],
};

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
  const typed = word.slice(dot + 1).toLowerCase();
  const from = cursor - typed.length;
  const fits = (name: string, label: Words) =>
    name.toLowerCase().startsWith(typed) || label.zh.includes(typed) || label.en.toLowerCase().startsWith(typed);
  const whole = facts.some((f) => f.name === submitter.name) ? facts : [...facts, submitter];
  if (dot >= 0) {
    const base = word.slice(0, dot);
    const fact = whole.find((f) => f.name === base);
    const lineFields = facts.filter((f) => f.type === 'lines').flatMap((f) => f.fields ?? []);
    const fields = fact?.name === 'submitter' ? (fact.fields ?? []) : fact ? [] : lineFields;
    const more =
      fact?.name === 'submitter' ? [] : fact?.type === 'lines' || fact?.type === 'multi' ? onLists : fact?.type === 'text' ? onTexts : [];
    return [...fields.map((f) => ({ insert: f.name, label: f.label })), ...more]
      .filter((f) => fits(f.insert, f.label))
      .map((f) => ({ ...f, from }));
  }
  return [...whole.map((f) => ({ insert: f.name, label: f.label })), ...functions]
    .filter((f) => fits(f.insert, f.label))
    .map((f) => ({ ...f, from }));
}
