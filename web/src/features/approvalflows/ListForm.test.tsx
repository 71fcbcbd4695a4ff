import { act, cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import type { DesignValue } from './design';
import { ListForm } from './ListForm';
import { Around, flowOf, listOf } from './testing/flows';

afterEach(cleanup);

function open(text: string, edit = true) {
  const seen: { last?: DesignValue } = {};
  render(
    <Around
      flow={flowOf(text)}
      edit={edit}
      seen={(d) => {
        seen.last = d;
      }}
    >
      <ListForm />
    </Around>,
  );
  return {
    list: () => (seen.last ? listOf(seen.last.flow) : ''),
    selected: () => seen.last?.selected,
    undo: () => act(() => seen.last?.dispatch({ type: 'undo' })),
  };
}

async function menu(button: HTMLElement, entry: string) {
  fireEvent.click(button);
  const shown = [...document.querySelectorAll<HTMLElement>('.ant-dropdown:not(.ant-dropdown-hidden)')].at(-1);
  if (!shown) throw new Error('no menu');
  fireEvent.click(within(shown).getByText(entry));
}
const add = (after: string, what: string) => menu(screen.getByRole('button', { name: `在「${after}」后面加` }), what);

const branched = 's>a1 a1>b1 b1>a2? b1>a3! a2>a3 a3>e';

test('a flow reads like an instruction', () => {
  open(branched);
  const text = document.querySelector('.fc-af-list')?.textContent ?? '';
  for (const part of [
    '提交人提交',
    '第 1 步 a1',
    '如果 优惠率 大于 3%',
    '→ 第 2 步',
    '其他情况',
    '不用审批，直接往下',
    '第 3 步 a3',
    '结束：审批通过',
  ])
    expect(text).toContain(part);
});

test('steps, a branch and parallel parts are added where the plus stands', async () => {
  const d = open('s>a1 a1>e');
  await add('a1', '条件分支');
  expect(d.list()).toBe('a1 b1(a2 | ) e');
  expect(d.selected()).toEqual({ node: 'b1' });
  await add('「按条件分开」之后', '同时进行');
  expect(d.list()).toBe('a1 b1(a2 | ) f1(a3 | a4)j1 e');
  await add('情况 2', '抄送');
  expect(d.list()).toBe('a1 b1(a2 | c1) f1(a3 | a4)j1 e');
});

test('a case is added before all other cases, and one removed with its steps', () => {
  const d = open(branched);
  fireEvent.click(screen.getByRole('button', { name: /加一种情况/ }));
  expect(d.list()).toBe('a1 b1(a2 | a4 | ) a3 e');
  fireEvent.click(screen.getAllByRole('button', { name: '删除这种情况' })[0] as HTMLElement);
  expect(d.list()).toBe('a1 b1(a4 | ) a3 e');
});

test('a step moves down, is copied, is removed, and all of it is undone', async () => {
  const d = open('s>a1 a1>a2 a2>e');
  const more = () => screen.getAllByRole('button', { name: '更多' })[0] as HTMLElement;
  await menu(more(), '下移');
  expect(d.list()).toBe('a2 a1 e');
  await menu(more(), '复制');
  expect(d.list()).toBe('a2 a3 a1 e');
  await menu(more(), '删除');
  expect(d.list()).toBe('a3 a1 e');
  for (let i = 0; i < 3; i++) d.undo();
  expect(d.list()).toBe('a1 a2 e');
});

test('a step moves into a case that is named in words', async () => {
  const d = open(branched);
  await menu(screen.getAllByRole('button', { name: '更多' })[0] as HTMLElement, '移到…');
  fireEvent.click(screen.getByText('「其他情况」的开头'));
  fireEvent.click(screen.getByRole('button', { name: '移到这里' }));
  expect(d.list()).toBe('b1(a2 | a1) a3 e');
});

test('a press selects a step and a condition', () => {
  const d = open(branched);
  fireEvent.click(screen.getByRole('button', { name: /第 2 步 a2/ }));
  expect(d.selected()).toEqual({ node: 'a2' });
  fireEvent.click(screen.getByRole('button', { name: /如果 优惠率/ }));
  expect(d.selected()).toEqual({ line: 'l3' });
});

test('what leads nowhere is led to the end', () => {
  const d = open('s>a1 x>e');
  expect(d.list()).toBe('a1');
  fireEvent.click(screen.getByRole('button', { name: '接到结束' }));
  expect(d.list()).toBe('a1 e');
});

test('what no line leads to is shown apart, and can go', async () => {
  const d = open('s>e x>a2');
  const apart = screen.getByText('没有接上的部分').parentElement as HTMLElement;
  await menu(within(apart).getAllByRole('button', { name: '更多' })[0] as HTMLElement, '删除');
  expect(within(apart).getAllByRole('button', { name: '更多' })).toHaveLength(1);
  expect(d.list()).toBe('e');
});

test('who may only look finds nothing to change', () => {
  open(branched, false);
  expect(screen.queryByRole('button', { name: /后面加/ })).toBeNull();
  expect(screen.queryByRole('button', { name: '更多' })).toBeNull();
  expect(screen.queryByRole('button', { name: '删除这种情况' })).toBeNull();
});
