import { cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import { useState } from 'react';
import { afterEach, expect, test } from 'vitest';
import { ConditionBuilder } from './ConditionBuilder';
import { Around, flowOf, say } from './testing/flows';
import type { Condition } from './types';

afterEach(cleanup);

function open(start?: Condition) {
  const seen: { last: Condition | undefined } = { last: start };
  function Held() {
    const [value, setValue] = useState(start);
    return (
      <ConditionBuilder
        value={value}
        say={say}
        onChange={(c) => {
          seen.last = c;
          setValue(c);
        }}
      />
    );
  }
  render(
    <Around flow={flowOf('s>e')}>
      <Held />
    </Around>,
  );
  return seen;
}

/** Opens a list and takes one of its entries. */
function choose(label: string, entry: string, nth = 0) {
  const box = screen.getAllByRole('combobox', { name: label })[nth];
  if (!box) throw new Error(`no list ${label}`);
  fireEvent.mouseDown(box);
  const popup = [...document.querySelectorAll<HTMLElement>('.ant-select-dropdown:not(.ant-select-dropdown-hidden)')].at(-1);
  const option = popup && within(popup).getAllByText(entry).at(-1);
  if (!option) throw new Error(`no entry ${entry}`);
  fireEvent.click(option);
}
const words = () => document.querySelector('.fc-af-words')?.textContent;
const press = (name: string | RegExp, nth = 0) => fireEvent.click(screen.getAllByRole('button', { name })[nth] as HTMLElement);

test('a condition is clicked together and said in words', () => {
  const seen = open();
  expect(words()).toBe('还没有条件');
  press(/加条件/);
  choose('比什么', '优惠率');
  fireEvent.change(screen.getByLabelText('值'), { target: { value: '3.50' } });
  expect(seen.last).toEqual({ any: [[{ fact: 'rate', op: '>', value: '3.5' }]] });
  press(/并且…/);
  choose('比什么', '渠道', 1);
  expect(words()).toBe('优惠率 大于 3.5% 并且 渠道 等于 …');
});

test('another group holds instead', () => {
  const seen = open({ any: [[{ fact: 'days', op: '>', value: 60 }]] });
  press(/或者…/);
  choose('比什么', '贷款', 1);
  expect(seen.last).toEqual({ any: [[{ fact: 'days', op: '>', value: 60 }], [{ fact: 'loan', op: '=', value: true }]] });
  expect(words()).toBe('库龄 大于 60 或者 贷款 等于 是');
});

test('operators fit the fact, and a choice of several keeps the first', () => {
  const seen = open({ any: [[{ fact: 'channel', op: '=', value: 'online' }]] });
  choose('怎样比', '是其中之一');
  expect(seen.last).toEqual({ any: [[{ fact: 'channel', op: 'in', value: ['online'] }]] });
  choose('怎样比', '没有填');
  expect(seen.last).toEqual({ any: [[{ fact: 'channel', op: 'empty' }]] });
  expect(screen.queryByLabelText('值')).toBeNull();
});

test('money is typed in yuan and kept exactly', () => {
  const seen = open({ any: [[{ fact: 'amount', op: '>=', value: '1.00' }]] });
  const box = screen.getByLabelText('值');
  fireEvent.change(box, { target: { value: '200,000' } });
  fireEvent.blur(box);
  expect(seen.last).toEqual({ any: [[{ fact: 'amount', op: '>=', value: '200000.00' }]] });
});

test('a fact is compared with another, and with a value again', () => {
  const seen = open({ any: [[{ fact: 'amount', op: '<', value: '1.00' }]] });
  press('与另一项比');
  expect(seen.last).toEqual({ any: [[{ fact: 'amount', op: '<', than: 'listPrice' }]] });
  expect(words()).toBe('成交价 小于 指导价');
  press('与固定值比');
  expect(seen.last).toEqual({ any: [[{ fact: 'amount', op: '<' }]] });
});

test('without its last term there is no condition', () => {
  const seen = open({ any: [[{ fact: 'days', op: '>', value: 1 }]] });
  press('删除这个条件');
  expect(seen.last).toBeUndefined();
});

test('a fact that is gone is told, and can be replaced', () => {
  const seen = open({ any: [[{ fact: 'colour', op: '=', value: 'red' }]] });
  expect(words()).toContain('已不存在的字段（colour）');
  choose('比什么', '库龄');
  expect(seen.last).toEqual({ any: [[{ fact: 'days', op: '>' }]] });
});

test('an expression is completed with the keys', () => {
  const seen = open();
  fireEvent.click(screen.getByText('表达式'));
  const box = screen.getByRole('textbox', { name: '表达式' }) as HTMLTextAreaElement;
  fireEvent.change(box, { target: { value: 'am', selectionStart: 2 } });
  expect(screen.getByRole('option', { name: /amount/ })).toBeTruthy();
  fireEvent.keyDown(box, { key: 'ArrowDown' });
  fireEvent.keyDown(box, { key: 'Enter' });
  expect(seen.last).toEqual({ cel: 'amount' });
  expect(words()).toBe('表达式成立：amount');
});
