import { expect, test } from 'vitest';
import { difference, grantsOf, type ProtectedField, seen } from './grants';

test('a difference names what is given, taken and widened, and nothing else', () => {
  const was = { 'contract:read': 'self', 'contract:edit': 'self', 'vehicle:read': 'group' };
  const now = { 'contract:read': 'company', 'vehicle:read': 'group', 'vehicle:hold': 'company' };
  expect(difference(was, now)).toEqual([
    { permission: 'contract:edit', was: 'self', now: undefined },
    { permission: 'contract:read', was: 'self', now: 'company' },
    { permission: 'vehicle:hold', was: undefined, now: 'company' },
  ]);
});

test('of two scopes of one permission the widest counts', () => {
  const grants = [
    { permission: 'vehicle:read', scope: 'group' },
    { permission: 'vehicle:read', scope: 'company' },
  ];
  expect(grantsOf({ grants })).toEqual({ 'vehicle:read': 'group' });
  expect(grantsOf({ grants: grants.reverse() })).toEqual({ 'vehicle:read': 'group' });
});

test('a field is seen as its rule says, and without one as it is declared', () => {
  const words = { zh: '手机', en: 'Mobile' };
  const f: ProtectedField = {
    kind: 'customer',
    kindLabel: words,
    field: 'mobile',
    label: words,
    default: 'masked',
    editable: true,
    sample: '13800138000',
    masked: '138****8000',
  };
  expect([undefined, 'hidden', 'masked', 'shown', 'editable'].map((v) => seen(f, v))).toEqual([
    '138****8000',
    '',
    '138****8000',
    '13800138000',
    '13800138000',
  ]);
});
