/** The status page's requests (docs/status.md section 0), each with its answer checked and typed. */

import { failureOf, record, send, type Failure, type Reply } from '../../shared/http';
import { memberInfo, type Info } from './frames';

/** The person signed in with this browser. */
export interface Account {
  readonly name: string;
  readonly info: Info;
}

/** What the page needs to start. */
export interface Settings {
  readonly appKey: string;
  readonly channel: string;
  readonly account: Account | null;
  /** The server's clock. */
  readonly now: number;
}

export async function fetchSettings(): Promise<Reply<Settings>> {
  return typed(await send('GET', '/api/session'), settings);
}

/**
 * Signs up or in; `confirmed` leaves a session under another name for this one (docs/status.md S9).
 * An answer that does not say `success: true` is a failure, whatever its status (C18).
 */
export async function register(name: string, status: string, confirmed: 'confirmed' | 'plain'): Promise<Failure | null> {
  const body = { username: name, status };
  const reply = await send('POST', '/register', confirmed === 'confirmed' ? { ...body, confirm: true } : body);
  if (!reply.ok) return reply.failure;
  return record(reply.body)?.['success'] === true ? null : failureOf(200, reply.body, null);
}

export async function signOut(): Promise<Failure | null> {
  const reply = await send('POST', '/logout');
  return reply.ok || reply.failure.status === 401 ? null : reply.failure;
}

export async function putStatus(text: string, mutation: string): Promise<Reply<Info>> {
  const reply = await send('PUT', '/api/me/status', { text, mutation_id: mutation });
  return typed(reply, (body) => memberInfo({ ...body, status: body['text'] }));
}

function settings(body: Record<string, unknown>): Settings | null {
  const { app_key: appKey, channel, now } = body;
  if (typeof appKey !== 'string' || typeof channel !== 'string') return null;
  const user = body['user'] ?? null;
  const account = user === null ? null : accountOf(record(user));
  if (account === undefined) return null;
  return { appKey, channel, account, now: typeof now === 'number' ? now : Date.now() };
}

function accountOf(user: Record<string, unknown> | null): Account | undefined {
  const info = memberInfo(user);
  return info === null || typeof user?.['name'] !== 'string' ? undefined : { name: user['name'], info };
}

/** An answer that makes no sense is a failure of the server, not an exception in the page. */
function typed<T>(reply: Reply<unknown>, parse: (body: Record<string, unknown>) => T | null): Reply<T> {
  if (!reply.ok) return reply;
  const body = parse(record(reply.body) ?? {});
  if (body !== null) return { ok: true, body };
  const failure = { status: 502, code: 'bad_answer', message: '', field: null, retryAfterSeconds: null };
  return { ok: false, failure };
}
