import { expect, test } from 'vitest';
import { ProblemError } from '../api/client';
import { place, sortErrors } from './problems';

test('a field of the body becomes a place in the form', () => {
  expect(place('mobile')).toEqual(['mobile']);
  expect(place('lines[0].price')).toEqual(['lines', 0, 'price']);
  expect(place('administrator.login')).toEqual(['administrator', 'login']);
  expect(place('')).toEqual([]);
});

test('messages stand at their fields, the rest at the top', () => {
  const e = new ProblemError(422, 'x', '内容有误', [
    { field: 'mobile', message: '手机号不是 11 位' },
    { field: 'lines[1].price', message: '价格低于底价' },
    { field: 'lines[1].price', message: '价格有误' },
    { field: 'vehicleId', message: '车辆已被预留' },
  ]);
  const sorted = sortErrors(e, (at) => at[0] !== 'vehicleId');
  expect(sorted.fields).toEqual([
    { name: ['mobile'], errors: ['手机号不是 11 位'] },
    { name: ['lines', 1, 'price'], errors: ['价格低于底价', '价格有误'] },
  ]);
  expect(sorted.rest).toEqual(['车辆已被预留']);
});

test('a refusal without fields is told at the top', () => {
  expect(sortErrors(new ProblemError(409, 'x', '合同已生效'), () => true)).toEqual({ fields: [], rest: ['合同已生效'] });
});
