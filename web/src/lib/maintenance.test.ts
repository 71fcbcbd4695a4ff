import { afterEach, expect, test, vi } from 'vitest';
import { get } from '../api/client';
import { maintenance } from './maintenance';

afterEach(() => {
  vi.unstubAllGlobals();
  maintenance.set(null);
});

function answers(code: string) {
  const body = JSON.stringify({ status: 503, code, detail: '维护', text: { zh: '维护', en: 'Closed' }, until: '2026-11-26T00:00:00Z' });
  vi.stubGlobal('fetch', async () => new Response(body, { status: 503 }));
}

test('a closed platform is noticed at the first refusal', async () => {
  answers(maintenance.code);
  await expect(get('/session')).rejects.toMatchObject({ status: 503 });
  expect(maintenance.get()).toEqual({ text: { zh: '维护', en: 'Closed' }, until: '2026-11-26T00:00:00Z' });
});

test('another outage closes nothing', async () => {
  answers('rest.exhausted');
  await expect(get('/session')).rejects.toMatchObject({ status: 503 });
  expect(maintenance.get()).toBeNull();
});
