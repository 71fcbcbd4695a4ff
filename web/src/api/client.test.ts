import { afterEach, expect, test, vi } from 'vitest';
import { address, get, offline, ProblemError, post, request, uuid } from './client';

afterEach(() => vi.unstubAllGlobals());

function answer(status: number, body: string, type = 'application/problem+json') {
  const fetch = vi.fn(
    async (_url: string, _init: RequestInit) => new Response(status === 204 ? null : body, { status, headers: { 'Content-Type': type } }),
  );
  vi.stubGlobal('fetch', fetch);
  return fetch;
}

const caught = (p: Promise<unknown>): Promise<ProblemError> =>
  p.then(
    () => {
      throw new Error('no refusal');
    },
    (e: unknown) => e as ProblemError,
  );

test('a problem document becomes a ProblemError', async () => {
  answer(
    422,
    JSON.stringify({
      status: 422,
      code: 'customer.mobile_format',
      detail: '手机号不是 11 位',
      errors: [{ field: 'mobile', code: 'c', message: 'm' }],
    }),
  );
  const e = await caught(post('/customers', {}));
  expect(e).toBeInstanceOf(ProblemError);
  expect(e).toMatchObject({
    status: 422,
    code: 'customer.mobile_format',
    detail: '手机号不是 11 位',
    errors: [{ field: 'mobile', code: 'c', message: 'm' }],
  });
});

test('a location of the schema check loses its body prefix', async () => {
  answer(422, JSON.stringify({ title: 'x', errors: [{ location: 'body.lines[0].price', message: 'm' }] }));
  expect((await caught(post('/contracts', {}))).errors[0]?.field).toBe('lines[0].price');
});

test('a page of a proxy keeps its status', async () => {
  answer(502, '<html>Bad gateway</html>', 'text/html');
  expect(await caught(get('/kinds'))).toMatchObject({ status: 502, code: 'http.502', errors: [] });
});

test('no network is a problem of its own', async () => {
  vi.stubGlobal('fetch', async () => {
    throw new TypeError('Failed to fetch');
  });
  expect(await caught(get('/kinds'))).toMatchObject({ status: 0, code: offline });
});

test('a change sends its version, its csrf value and a key of its own', async () => {
  // biome-ignore lint/suspicious/noDocumentCookie: the client reads this cookie
  document.cookie = 'fc_csrf=abc%3D';
  const fetch = answer(200, '{"id":"1"}', 'application/json');
  await post('/contracts/1/submit', undefined, 3);
  await request('PATCH', '/contracts/1', { body: { name: 'x' }, version: 4 });
  const [first, second] = fetch.mock.calls.map((c) => c[1].headers as Record<string, string>);
  expect(first).toMatchObject({ 'If-Match': '"3"', 'X-CSRF-Token': 'abc=', 'Accept-Language': 'zh' });
  expect(first?.['Idempotency-Key']).toMatch(/^[0-9a-f-]{36}$/);
  expect(fetch.mock.calls[0]?.[1].body).toBeUndefined();
  expect(second).toMatchObject({ 'If-Match': '"4"', 'Content-Type': 'application/json' });
  expect(second?.['Idempotency-Key']).toBeUndefined();
});

test('an empty answer is none', async () => {
  answer(204, '');
  await expect(request('DELETE', '/session')).resolves.toBeUndefined();
});

test('empty parameters stay out of the address', () => {
  expect(address('/contracts', { q: '', filter: undefined, limit: 1, count: true })).toBe('/api/v1/contracts?limit=1&count=true');
});

test('keys are made without a secure origin too', () => {
  vi.stubGlobal('crypto', { getRandomValues: (b: Uint8Array) => b.fill(171) });
  expect(uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
