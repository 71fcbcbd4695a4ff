import { expect, it } from 'vitest';
import type { FieldInfo, KindInfo } from '../../api/types';
import { type FormLayout, formed, isPlace, moved, put, unplaced } from './layouts';

const form: FormLayout = {
  sections: [
    { label: { zh: '甲', en: '' }, fields: [{ name: 'a', required: true }, { name: 'b' }] },
    { label: { zh: '乙', en: '' }, fields: [{ name: 'c' }] },
  ],
  hidden: [],
};

it('a field moves to another section with what was decided about it', () => {
  const next = put(form, 'a', 1);
  expect(next.sections.map((s) => s.fields.map((f) => f.name))).toEqual([['b'], ['c', 'a']]);
  expect(next.sections[1]?.fields[1]).toEqual({ name: 'a', required: true });
});

it('a field is hidden and shown again', () => {
  const hidden = put(form, 'c', -1);
  expect(hidden.hidden).toEqual(['c']);
  expect(hidden.sections[1]?.fields).toEqual([]);
  expect(put(hidden, 'c', 0).hidden).toEqual([]);
});

it('rows move within their list', () => {
  expect(moved(['a', 'b', 'c'], 0, 1)).toEqual(['b', 'a', 'c']);
  expect(moved(['a', 'b'], 0, -1)).toEqual(['a', 'b']);
});

it('what stands nowhere is offered', () => {
  const f = (name: string) => ({ name }) as FieldInfo;
  expect(unplaced([f('a'), f('d')], form).map((x) => x.name)).toEqual(['d']);
});

it('places are the same with and without an empty target', () => {
  expect(isPlace({ part: 'list', level: 'group' }, { part: 'list', level: 'group', target: '' })).toBe(true);
  expect(isPlace({ part: 'list', level: 'role', target: 'a' }, { part: 'form', level: 'role', target: 'a' })).toBe(false);
});

it('the preview follows the draft: sections, required, default, condition, and what stands nowhere at the end', () => {
  const field = (name: string, more = {}) => ({ name, enter: true, type: 'text', required: false, readOnly: false, ...more }) as FieldInfo;
  const kind = {
    fields: [field('a'), field('b', { must: true }), field('c', { required: true }), field('d')],
    form: [],
  } as unknown as KindInfo;
  const when = { field: 'a', values: ['1'] };
  const out = formed(kind, {
    sections: [
      {
        label: { zh: '甲', en: '' },
        fields: [
          { name: 'c', when },
          { name: 'b', start: 'x' },
        ],
      },
    ],
    hidden: ['d'],
  });
  expect(out.form.map((s) => s.fields)).toEqual([['c', 'b'], ['a']]);
  expect(out.fields.map((f) => [f.required, f.start, f.when])).toEqual([
    [false, undefined, undefined],
    [true, 'x', undefined],
    [false, undefined, when],
    [false, undefined, undefined],
  ]);
});
