import { expect, it } from 'vitest';
import type { MenuLink } from '../api/types';
import { thumbed } from './thumbed';

const link = (code: string): MenuLink => ({ code, kind: true, label: { zh: code, en: code }, renamed: false });
const sections = [
  { label: { zh: '甲', en: 'A' }, items: [link('visit'), link('contract')] },
  { label: { zh: '乙', en: 'B' }, items: [link('customer'), link('vehicle')] },
];
const codes = (arranged: boolean) => thumbed({ arranged, sections }).map((x) => x.code);

it('a phone shows what is opened most and may be opened', () => {
  expect(codes(false)).toEqual(['customer', 'contract']);
});

it('a phone follows an arranged menu, across its headings', () => {
  expect(codes(true)).toEqual(['visit', 'contract', 'customer']);
});
