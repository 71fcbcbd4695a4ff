import { act } from 'react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { button, leave, press, render, type } from '../../testing/render';
import { Bar } from './Bar';
import { undoTime } from './soon';
import type { ApprovalPage, Task } from './types';

// A machine that builds something else beside needs its time for a page of antd.
vi.setConfig({ testTimeout: 60_000 });

const task: Task = {
  id: 't1',
  version: 3,
  node: 'a1',
  step: { zh: '店长', en: 'Manager' },
  may: ['approve', 'reject', 'hand_over'],
  returns: [
    { to: 'end', name: { zh: '', en: '' } },
    { to: 'submitter', name: { zh: '', en: '' } },
  ],
  commentRule: 'on_reject',
  signature: false,
  edit: [],
};

const page = (t: Partial<Task> | null = {}): ApprovalPage => ({
  approval: { id: 'r1', version: 9, status: 'running', number: 'HT-1' } as ApprovalPage['approval'],
  document: { fields: [], parts: [], files: [], related: [] },
  stations: [],
  coming: [],
  comments: [],
  task: t && { ...task, ...t },
  may: { withdraw: false, urge: false, comment: false, reassign: false },
});

type Sent = { url: string; body: unknown; version: string | undefined };
let sent: Sent[];
let answers: Response[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  sent = [];
  answers = [];
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const body = typeof init.body === 'string' ? JSON.parse(init.body) : init.body;
    sent.push({ url, body, version: (init.headers as Record<string, string>)['If-Match'] });
    return answers.shift() ?? new Response('{"id":"x","version":4}', { status: 200 });
  });
});

afterEach(async () => {
  await leave();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const pass = (ms: number) => act(async () => void (await vi.advanceTimersByTimeAsync(ms)));
const problem = (status: number, doc: object) => new Response(JSON.stringify(doc), { status });

test('one tap agrees, after a moment', async () => {
  const done = vi.fn();
  await render(<Bar page={page()} keys={false} onDecided={done} />);
  await press('同意');
  expect(sent).toEqual([]);
  await pass(undoTime);
  expect(sent).toEqual([{ url: '/api/v1/approval-tasks/t1/approve', body: {}, version: '"3"' }]);
  expect(done).toHaveBeenCalledOnce();
});

test('undone in time, nothing is sent', async () => {
  await render(<Bar page={page()} keys={false} />);
  await press('同意');
  await press('撤销');
  await pass(undoTime * 2);
  expect(sent).toEqual([]);
  expect(button('同意')).toBeTruthy();
});

test('a second tap sends at once, and only once', async () => {
  await render(<Bar page={page()} keys={false} />);
  await press('同意');
  await press('立即同意');
  await pass(undoTime * 2);
  expect(sent).toHaveLength(1);
});

test('leaving the page sends what was decided', async () => {
  await render(<Bar page={page()} keys={false} />);
  await press('同意');
  await leave();
  expect(sent).toHaveLength(1);
});

test('a change in that moment stops the agreement', async () => {
  const p = page();
  const { again } = await render(<Bar page={p} keys={false} />);
  await press('同意');
  await again(<Bar page={{ ...p, document: { ...p.document } }} keys={false} />);
  await pass(undoTime * 2);
  expect(sent).toEqual([]);
  expect(document.body.textContent).toContain('内容刚有变化');
});

test('what others decided meanwhile is told kindly', async () => {
  answers.push(problem(412, { code: 'record.stale', detail: 'x' }));
  const done = vi.fn();
  await render(<Bar page={page()} keys={false} onDecided={done} />);
  await press('同意');
  await pass(undoTime);
  await pass(50);
  expect(document.body.textContent).toContain('别人刚处理过');
  expect(done).not.toHaveBeenCalled();
});

test('a rejection needs its reason and goes where it was sent', async () => {
  await render(<Bar page={page()} keys={false} />);
  await press('退回/拒绝');
  await press('退回');
  await pass(100);
  expect(sent).toEqual([]);
  expect(document.body.textContent).toContain('请填写原因');
  await type(document.querySelector('textarea') as HTMLTextAreaElement, '价格太低');
  await press('退回');
  await pass(100);
  expect(sent).toEqual([{ url: '/api/v1/approval-tasks/t1/reject', body: { to: 'submitter', comment: '价格太低' }, version: '"3"' }]);
});

test('an error of the server lands at its field', async () => {
  answers.push(problem(422, { code: 'x', errors: [{ location: 'body.comment', message: '原因太短' }] }));
  await render(<Bar page={page()} keys={false} />);
  await press('退回/拒绝');
  await type(document.querySelector('textarea') as HTMLTextAreaElement, 'x');
  await press('退回');
  await pass(100);
  expect(document.querySelector('.ant-form-item-explain-error')?.textContent).toBe('原因太短');
});

test('a step that wants a signature asks for it first', async () => {
  await render(<Bar page={page({ signature: true })} keys={false} />);
  await press('同意');
  await pass(undoTime);
  expect(sent).toEqual([]);
  expect(document.querySelector('canvas')).not.toBeNull();
});

test('keys decide, unless somebody is writing', async () => {
  await render(
    <>
      <input id="other" />
      <Bar page={page()} keys />
    </>,
  );
  const key = (at: EventTarget) =>
    act(async () => void at.dispatchEvent(new KeyboardEvent('keydown', { key: 'a', bubbles: true, cancelable: true })));
  await key(document.getElementById('other') as HTMLElement);
  await pass(undoTime);
  expect(sent).toEqual([]);
  await key(document.body);
  await pass(undoTime);
  expect(sent).toHaveLength(1);
});

test('whoever has nothing to do has no bar', async () => {
  await render(<Bar page={page(null)} keys={false} />);
  expect(document.querySelector('.fc-decide')).toBeNull();
});
