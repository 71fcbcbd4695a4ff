import { expect, test } from 'vitest';
import en from './en.json';
import zh from './zh.json';

test('both languages hold the same texts', () => {
  expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
});

test('no text is empty', () => {
  for (const [lang, texts] of Object.entries({ zh, en })) {
    for (const [key, text] of Object.entries(texts)) expect(text.trim(), `${lang} ${key}`).not.toBe('');
  }
});

test('both languages fill in the same values', () => {
  const holes = (s: string) => (s.match(/\{\{\w+\}\}/g) ?? []).sort();
  for (const key of Object.keys(zh) as (keyof typeof zh)[]) expect(holes(en[key]), key).toEqual(holes(zh[key]));
});
