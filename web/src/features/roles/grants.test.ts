import { expect, test } from 'vitest';
import { difference } from './grants';

test('a difference names what is given, taken and widened, and nothing else', () => {
  const was = { 'contract:read': 'self', 'contract:edit': 'self', 'vehicle:read': 'group' };
  const now = { 'contract:read': 'company', 'vehicle:read': 'group', 'vehicle:hold': 'company' };
  expect(difference(was, now)).toEqual([
    { permission: 'contract:edit', was: 'self', now: undefined },
    { permission: 'contract:read', was: 'self', now: 'company' },
    { permission: 'vehicle:hold', was: undefined, now: 'company' },
  ]);
});
