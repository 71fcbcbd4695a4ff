import { expect, test } from 'vitest';
import { amount, fromForm, giga, toForm } from './quotas';

test('a limit survives the form, and none stays none', () => {
  const q = { companies: 3, users: null, storageBytes: 1.5 * giga, callsPerMinute: 600 };
  expect(toForm(q).storageBytes).toBe(1.5);
  expect(fromForm(toForm(q))).toEqual(q);
  expect(fromForm(undefined)).toEqual({ companies: null, users: null, storageBytes: null, callsPerMinute: null });
});

test('a limit is read in its unit', () => {
  expect(amount('users', 1200)).toBe('1,200');
  expect(amount('storageBytes', giga)).toBe('1.0 GB');
});
