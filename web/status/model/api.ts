/** The status page's requests (docs/status.md section 0), each with its answer checked and typed. */

import { failureOf, record, send, type Failure, type Reply } from '../../shared/http';
import type { Proof } from '../../shared/link';
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
  /** The names that this browser's key may sign in as. */
  readonly device: readonly string[];
  /** The server's clock. */
  readonly now: number;
}

export async function fetchSettings(): Promise<Reply<Settings>> {
  return typed(await send('GET', '/api/session'), settings);
}

/**
 * Signs up or in; without a status an account that exists keeps its own.
 * `confirmed` leaves a session under another name for this one (docs/status.md S9).
 * An answer that does not say `success: true` is a failure, whatever its status (C18).
 */
export async function register(
  name: string,
  status: string | null,
  confirmed: 'confirmed' | 'plain',
): Promise<Failure | null> {
  const body = status === null ? { username: name } : { username: name, status };
  const reply = await send('POST', '/register', confirmed === 'confirmed' ? { ...body, confirm: true } : body);
  if (!reply.ok) return reply.failure;
  return record(reply.body)?.['success'] === true ? null : failureOf(200, reply.body, null);
}

export async function signOut(): Promise<Failure | null> {
  const reply = await send('POST', '/logout');
  return reply.ok || reply.failure.status === 401 ? null : reply.failure;
}

/** Ends every session of the account, this one too. */
export async function signOutEverywhere(): Promise<Failure | null> {
  const reply = await send('POST', '/api/me/sign-out-everywhere');
  return reply.ok || reply.failure.status === 401 ? null : reply.failure;
}

/** Makes the server and this browser forget that they know each other; a session goes on. */
export async function forgetDevice(): Promise<Failure | null> {
  const reply = await send('POST', '/api/device/forget');
  return reply.ok ? null : reply.failure;
}

/** `ifRev`: only if this is still the revision (docs/status.md R14). */
export async function putStatus(text: string, mutation: string, ifRev: number | null): Promise<Reply<Info>> {
  const change = { text, mutation_id: mutation };
  const reply = await send('PUT', '/api/me/status', ifRev === null ? change : { ...change, if_rev: ifRev });
  return typed(reply, (body) => memberInfo({ ...body, status: body['text'] }));
}

/** Asks for the proof in the way of the tutorial, with a form. */
export async function authorize(socketId: string, channel: string): Promise<Reply<Proof>> {
  const form = new URLSearchParams({ socket_id: socketId, channel_name: channel });
  return typed(await send('POST', '/usersystem/auth', form), proof);
}

function proof(body: Record<string, unknown>): Proof | null {
  const { auth, channel_data: data } = body;
  if (typeof auth !== 'string') return null;
  return typeof data === 'string' ? { auth, channel_data: data } : { auth };
}

function settings(body: Record<string, unknown>): Settings | null {
  const { app_key: appKey, channel, now } = body;
  if (typeof appKey !== 'string' || typeof channel !== 'string') return null;
  const user = body['user'] ?? null;
  const account = user === null ? null : accountOf(record(user));
  if (account === undefined) return null;
  return { appKey, channel, account, device: names(body['device']), now: typeof now === 'number' ? now : Date.now() };
}

function names(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
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
  const failure = { status: 502, code: 'bad_answer', message: '', field: null, reason: null, retryAfterSeconds: null };
  return { ok: false, failure };
}
