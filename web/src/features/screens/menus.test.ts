import { expect, it } from 'vitest';
import type { MenuLayout } from './layouts';
import { dropSection, hide, type MenuGroup, place, preview, rename, step, whole } from './menus';

const text = (s: string) => ({ zh: s, en: s });
const item = (code: string) => ({ code, kind: true, label: text(code), needs: `${code}:read`, stays: false });
const groups: MenuGroup[] = [
  { label: text('甲'), items: [item('a'), item('b')] },
  { label: text('乙'), items: [item('c')] },
];
const drawn = (m: MenuLayout) => m.sections.map((s) => `${s.label.zh}:${s.items.map((x) => x.code).join('')}`).join(' ');
const shipped = whole(groups);

it('what an arrangement does not name stands under its own heading', () => {
  expect(drawn(shipped)).toBe('甲:ab 乙:c');
  const menu = { sections: [{ label: text('乙'), items: [{ code: 'b' }, { code: 'gone' }] }], hidden: [] };
  expect(drawn(whole(groups, menu))).toBe('乙:bc 甲:a');
  expect(drawn(whole(groups, { ...menu, hidden: ['a'] }))).toBe('乙:bc');
});

it('an entry is dropped before another, or at the end of a heading', () => {
  expect(drawn(place(shipped, 'c', 0, 'a'))).toBe('甲:cab 乙:');
  expect(drawn(place(shipped, 'a', 1))).toBe('甲:b 乙:ca');
});

it('a step crosses a heading at its edge, and stops at the ends', () => {
  expect(drawn(step(shipped, 'a', 1))).toBe('甲:ba 乙:c');
  expect(drawn(step(shipped, 'b', -1))).toBe('甲:ba 乙:c');
  expect(drawn(step(shipped, 'b', 1))).toBe('甲:a 乙:bc');
  expect(drawn(step(shipped, 'c', -1))).toBe('甲:abc 乙:');
  expect(drawn(step(shipped, 'a', -1))).toBe('甲:ab 乙:c');
});

it('an entry is hidden and shown again', () => {
  const hidden = hide(shipped, 'a');
  expect([drawn(hidden), hidden.hidden]).toEqual(['甲:b 乙:c', ['a']]);
  const back = place(hidden, 'a', 1);
  expect([drawn(back), back.hidden]).toEqual(['甲:b 乙:ca', []]);
});

it('an entry with neither name has its own again', () => {
  const named = rename(shipped, 'a', 'zh', '阿');
  expect(named.sections[0]?.items[0]).toEqual({ code: 'a', label: { zh: '阿', en: '' } });
  expect(rename(named, 'a', 'zh', '').sections[0]?.items[0]).toEqual({ code: 'a' });
});

it('entries of a heading that is removed go to its neighbour', () => {
  expect(drawn(dropSection(shipped, 0))).toBe('乙:cab');
  expect(drawn(dropSection(shipped, 1))).toBe('甲:abc');
});

it('the preview shows own names, and nothing without permission', () => {
  const shown = preview(groups, rename(shipped, 'a', 'zh', '阿'), (needs) => needs !== 'c:read');
  expect(shown.map((s) => s.items.map((x) => `${x.label.zh}${x.renamed ? '!' : ''}`))).toEqual([['阿!', 'b']]);
});
