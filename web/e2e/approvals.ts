import type { Page } from '@playwright/test';

export type Answer = { id: string; version: number };
export type Named = Answer & { name: string; login: string };
export type Flow = Answer & { shipped: boolean; enabled: boolean };

/** Asks the server what the pages have no need of here, as whoever is signed in. */
export async function ask<T>(page: Page, method: string, path: string, body?: unknown, version?: number): Promise<T> {
  return page.evaluate(
    async ([method, path, body, version]) => {
      const csrf = /fc_csrf=([^;]+)/.exec(document.cookie)?.[1] ?? '';
      const headers: Record<string, string> = { 'X-CSRF-Token': decodeURIComponent(csrf), 'Content-Type': 'application/json' };
      if (method === 'POST') headers['Idempotency-Key'] = `${Date.now()}-${Math.random()}`.padEnd(20, '0');
      if (version !== undefined) headers['If-Match'] = `"${version}"`;
      const answer = await fetch(`/api/v1${path}`, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
      return text ? JSON.parse(text) : undefined;
    },
    [method, path, body, version] as const,
  );
}

export const where = (...terms: unknown[]) => encodeURIComponent(JSON.stringify(terms));

export const person = async (page: Page, login: string) =>
  (await ask<{ items: Named[] }>(page, 'GET', `/users?fields=name,login&filter=${where(['login', '=', login])}`)).items[0] as Named;

/** The flows of contracts that are handed in. */
export const flows = async (page: Page) => (await ask<{ items: Flow[] }>(page, 'GET', '/approval-flows?kind=contract&action=submit')).items;

export const text = (zh: string, en: string) => ({ zh, en });
export const plain = (id: string, kind: string) => ({ id, kind, x: 0, y: 0 });
export const line = (from: string, to: string, more: object = {}) => ({ id: `${from}_${to}`, from, to, ...more });
export const named = (...people: Named[]) => [{ rule: 'users', users: people.map((p) => p.id) }];

/** An approval of a flow. */
export const step = (id: string, zh: string, en: string, approvers: object[], more: object = {}) => ({
  ...plain(id, 'approve'),
  name: text(zh, en),
  approvers,
  mode: 'any',
  empty: 'administrator',
  self: 'head',
  again: 'each',
  comment: 'on_reject',
  resume: 'replay',
  ...more,
});

/** Writes a contract like the one that the demonstration has as a draft, at another price if one is given. */
export async function draft(page: Page, price?: string) {
  const drafts = await ask<{ items: Answer[] }>(page, 'GET', `/contracts?filter=${where(['status', '=', 'draft'])}&sort=createdAt&limit=1`);
  type Line = { kind: string; itemId: string; name: string; quantity: number; price: string };
  const like = await ask<Record<string, unknown> & { lines: Line[] }>(page, 'GET', `/contracts/${drafts.items[0]?.id}`);
  const lines = like.lines.map(({ kind, itemId, name, quantity, price: was }) => ({
    kind,
    itemId,
    name,
    quantity,
    price: kind === 'vehicle' && price ? price : was,
  }));
  const { customerId, vehicleId, priceType, deposit } = like;
  return ask<Answer & { number: string }>(page, 'POST', '/contracts', { customerId, vehicleId, priceType, deposit, lines });
}
