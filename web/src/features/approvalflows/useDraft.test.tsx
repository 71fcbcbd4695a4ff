import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, cleanup, renderHook, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { addNode } from './model/edit';
import { placeOf } from './PublishDialog';
import { factTexts } from './Rehearsal';
import { facts, flowOf } from './testing/flows';
import type { Flow, FlowPage } from './types';
import { useDraft } from './useDraft';

const start = flowOf('s>a1 a1>e');
const page: FlowPage = {
  id: 'f1',
  version: 4,
  kind: 'contract',
  action: 'submit',
  name: { zh: '合同', en: 'Contract' },
  position: 1,
  enabled: true,
  shipped: false,
  published: 0,
  draft: false,
  running: 0,
  editable: true,
  versions: [],
};
type Sent = { method: string; path: string; version: string | null; body?: unknown };

let sent: Sent[] = [];
let held = 4;

beforeEach(() => {
  sent = [];
  held = 4;
  vi.useFakeTimers({ shouldAdvanceTime: true });
  // The server's side of it: a change of another version is refused, one of this version makes the next.
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    const headers = new Headers(init.headers);
    const method = init.method ?? 'GET';
    sent.push({ method, path, version: headers.get('If-Match'), body: init.body && JSON.parse(String(init.body)) });
    if (method === 'GET') return Response.json({ ...page, version: held });
    if (headers.get('If-Match') !== `"${held}"`) return Response.json({ code: 'stale', detail: 'changed' }, { status: 412 });
    held++;
    return Response.json({ id: 'f1', version: held, number: 1 });
  });
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function open() {
  const client = new QueryClient();
  const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>;
  return renderHook(({ flow }: { flow: Flow }) => useDraft(page, flow, true), { initialProps: { flow: start }, wrapper });
}
const grown = (flow: Flow) => addNode(flow, 'approve')[0];
const puts = () => sent.filter((s) => s.method === 'PUT');

test('several changes in a row are saved once, with the version that was read', async () => {
  const h = open();
  const one = grown(start);
  const two = grown(one);
  h.rerender({ flow: one });
  h.rerender({ flow: two });
  expect(h.result.current.state).toBe('waiting');
  await act(() => vi.advanceTimersByTimeAsync(1000));
  await waitFor(() => expect(h.result.current.state).toBe('saved'));
  expect(puts()).toEqual([{ method: 'PUT', path: '/api/v1/approval-flows/f1/draft', version: '"4"', body: { definition: two } }]);
});

test('publishing saves what is not saved yet, and goes on with its version', async () => {
  const h = open();
  h.rerender({ flow: grown(start) });
  await act(async () => {
    expect(await h.result.current.flush()).toBe(true);
    await h.result.current.call('POST', '/publish', {});
  });
  expect(sent.map((s) => [s.method, s.version])).toEqual([
    ['PUT', '"4"'],
    ['POST', '"5"'],
  ]);
});

test('a draft never goes over what somebody else saved, unless its owner says so', async () => {
  const h = open();
  held = 9;
  h.rerender({ flow: grown(start) });
  await act(() => vi.advanceTimersByTimeAsync(1000));
  await waitFor(() => expect(h.result.current.state).toBe('stale'));
  const mine = grown(grown(start));
  h.rerender({ flow: mine });
  await act(() => vi.advanceTimersByTimeAsync(1000));
  expect(puts()).toHaveLength(1);
  await act(async () => expect(await h.result.current.insist()).toBe(true));
  expect(puts().at(-1)).toMatchObject({ version: '"9"', body: { definition: mine } });
  expect(h.result.current.state).toBe('saved');
});

test('nothing is sent when nothing changed', async () => {
  open();
  await act(() => vi.advanceTimersByTimeAsync(2000));
  expect(sent).toEqual([]);
});

test.each([
  ['nodes[a1].approvers', { node: 'a1', field: 'approvers' }],
  ['lines[l2].when', { line: 'l2', field: 'when' }],
  ['withdraw', {}],
])('a refusal at %s is shown at its place', (field, at) =>
  expect(placeOf({ field, code: 'x', message: 'no' })).toEqual({ severity: 'error', code: 'x', text: 'no', ...at }));

test('facts go to the rehearsal as a form holds them', () => {
  const values = {
    amount: '200000.00',
    rate: '3.5',
    days: 12,
    loan: false,
    'submitter.roles': ['a', 'b'],
    signedOn: undefined,
    lines: 'x',
  };
  expect(factTexts(facts, values)).toEqual({ amount: '200000.00', rate: '3.5', days: '12', loan: 'false', 'submitter.roles': 'a,b' });
});
