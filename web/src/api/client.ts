import { maintenance } from '../lib/maintenance';
import { prefs } from '../lib/prefs';
import type { Words } from './types';

export type FieldError = { field: string; code?: string; message: string };

/** An answer that refuses, as the server words it (RFC 9457). */
export class ProblemError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly errors: FieldError[] = [],
  ) {
    super(detail);
    this.name = 'ProblemError';
  }
}

/** How a request went wrong before any answer: no network, or the person left the page. */
export const offline = 'client.offline';

export function uuid(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  // randomUUID exists only on secure origins; a dealer's own host name over http has none.
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = ((b[6] ?? 0) & 0x0f) | 0x40;
  b[8] = ((b[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(b, (n) => n.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export function cookie(name: string): string {
  for (const part of document.cookie.split('; ')) {
    if (part.startsWith(`${name}=`)) return decodeURIComponent(part.slice(name.length + 1));
  }
  return '';
}

export type Call = {
  body?: unknown;
  form?: FormData;
  version?: number;
  query?: Record<string, string | number | boolean | undefined>;
  signal?: AbortSignal;
  /** The request goes on when its page is left. */
  keepalive?: boolean;
};

export function address(path: string, query: Call['query'] = {}): string {
  const p = new URLSearchParams();
  for (const [k, v] of Object.entries(query)) if (v !== undefined && v !== '') p.set(k, String(v));
  const text = p.toString();
  return `/api/v1${path}${text ? `?${text}` : ''}`;
}

async function send(method: string, path: string, call: Call): Promise<Response> {
  const headers: Record<string, string> = { 'Accept-Language': prefs.get().lang, Accept: 'application/json' };
  if (method !== 'GET') headers['X-CSRF-Token'] = cookie(path.startsWith('/platform') ? 'fc_operator_csrf' : 'fc_csrf');
  if (method === 'POST') headers['Idempotency-Key'] = uuid();
  if (call.version !== undefined) headers['If-Match'] = `"${call.version}"`;
  let body: BodyInit | undefined = call.form;
  if (call.body !== undefined) {
    headers['Content-Type'] = 'application/json';
    body = JSON.stringify(call.body);
  }
  let answer: Response;
  try {
    answer = await fetch(address(path, call.query), {
      method,
      headers,
      body,
      signal: call.signal,
      keepalive: call.keepalive,
      credentials: 'same-origin',
    });
  } catch (e) {
    if (e instanceof DOMException && e.name === 'AbortError') throw e;
    throw new ProblemError(0, offline, '');
  }
  if (!answer.ok) throw await problem(answer);
  return answer;
}

/** Reads a refusal; one that is no problem document (a proxy's page) keeps only its status. */
export async function problem(answer: Response): Promise<ProblemError> {
  let doc: {
    code?: string;
    title?: string;
    detail?: string;
    errors?: (Partial<FieldError> & { location?: string })[];
    text?: Words;
    until?: string;
  } = {};
  try {
    doc = await answer.json();
  } catch {
    doc = {};
  }
  if (doc.code === maintenance.code && doc.text) maintenance.set({ text: doc.text, until: doc.until });
  const errors = (doc.errors ?? []).map((e) => ({
    field: (e.field ?? e.location ?? '').replace(/^(body|query|path)\./, ''),
    code: e.code,
    message: e.message ?? '',
  }));
  return new ProblemError(answer.status, doc.code ?? `http.${answer.status}`, doc.detail ?? doc.title ?? '', errors);
}

export async function request<T>(method: string, path: string, call: Call = {}): Promise<T> {
  const answer = await send(method, path, call);
  const text = await answer.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

export const get = <T>(path: string, query?: Call['query'], signal?: AbortSignal) => request<T>('GET', path, { query, signal });
export const post = <T>(path: string, body?: unknown, version?: number) => request<T>('POST', path, { body, version });

/** The content of a file. */
export const blob = async (path: string): Promise<Blob> => (await send('GET', path, {})).blob();

/** Saves a download under the name that the server gives it. */
export async function download(path: string, query: Call['query'], fallback: string, method: 'GET' | 'POST' = 'GET'): Promise<void> {
  const answer = await send(method, path, { query });
  const disposition = answer.headers.get('Content-Disposition') ?? '';
  const star = /filename\*=UTF-8''([^;]+)/i.exec(disposition)?.[1];
  const plain = /filename="?([^";]+)"?/i.exec(disposition)?.[1];
  const url = URL.createObjectURL(await answer.blob());
  const a = document.createElement('a');
  a.href = url;
  a.download = star ? decodeURIComponent(star) : (plain ?? fallback);
  a.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
