import { describe, expect, test } from 'vitest';
import { mobile, money, percent, plate, size, toMoney } from './format';

describe('money', () => {
  test.each([
    ['1234567.00', '¥1,234,567.00'],
    ['199800.00', '¥199,800.00'],
    ['0.05', '¥0.05'],
    ['-1200.50', '-¥1,200.50'],
    ['999', '¥999.00'],
    ['90071992547409930.01', '¥90,071,992,547,409,930.01'],
    ['', ''],
    [undefined, ''],
    ['***', '***'],
  ])('%s is shown as %s', (value, want) => expect(money(value)).toBe(want));

  test.each([
    ['199800', '199800.00'],
    ['¥1,234.5', '1234.50'],
    ['007', '7.00'],
    ['-3.10', '-3.10'],
    ['1.234', undefined],
    ['abc', undefined],
    ['', undefined],
  ])('%s is sent as %s', (typed, want) => expect(toMoney(typed)).toBe(want));
});

test('mobile numbers fall into groups, masked ones too', () => {
  expect(mobile('13800138000')).toBe('138 0013 8000');
  expect(mobile('138****8000')).toBe('138 **** 8000');
  expect(mobile('0755-1234567')).toBe('0755-1234567');
});

test('plates have their dot', () => {
  expect(plate('粤B12345')).toBe('粤B·12345');
  expect(plate('粤BD12345')).toBe('粤B·D12345');
  expect(plate('粤B·12345')).toBe('粤B·12345');
});

test('sizes', () => {
  expect(size(512)).toBe('512 B');
  expect(size(2048)).toBe('2.0 kB');
  expect(size(3 * 1024 * 1024)).toBe('3.0 MB');
  expect(size(50 * 1024 ** 3)).toBe('50.0 GB');
  expect(size(5000 * 1024 ** 4)).toBe('5000.0 TB');
});

test.each([
  [741, '7.41%'],
  [300, '3%'],
  [0, '0%'],
])('%s basis points are %s', (v, want) => expect(percent(v)).toBe(want));
