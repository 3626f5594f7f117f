/**
 * The console's requests: `/console/api` of this page's own server, with every failure as a value.
 *
 * Answers are typed and not checked: one binary holds the page and its server, and a test of the server checks the contract.
 */

import { send, sendFile, type Failure, type Reply } from '../../shared/http';

/** Who hears that the session is over: the page then asks to sign in, and comes back to where it was. */
let handleSignedOut: () => void = () => {};

export function onSignedOut(handler: () => void): void {
  handleSignedOut = handler;
}

/** Who hears that there is no such app, with its id: it may have been deleted elsewhere. */
let handleNoApp: (app: string) => void = () => {};

export function onNoApp(handler: (app: string) => void): void {
  handleNoApp = handler;
}

export function get<T>(path: string): Promise<Reply<T>> {
  return request<T>('GET', path);
}

export function post<T = unknown>(path: string, body: unknown = {}): Promise<Reply<T>> {
  return request<T>('POST', path, body);
}

export function patch<T>(path: string, body: unknown): Promise<Reply<T>> {
  return request<T>('PATCH', path, body);
}

export function remove<T = unknown>(path: string, body: unknown = {}): Promise<Reply<T>> {
  return request<T>('DELETE', path, body);
}

/** Posts a file as it is, and tells which part of it has gone. */
export async function upload<T>(at: string, file: Blob, onSent: (part: number) => void, signal: AbortSignal): Promise<Reply<T>> {
  return checked<T>(at, await sendFile(`${API}/${at}`, file, onSent, signal));
}

/** A path of the API from its segments, each of which may hold anything. */
export function path(...segments: readonly string[]): string {
  return segments.map(encodeURIComponent).join('/');
}

/** `path` with a query string of what is not empty. */
export function withQuery(at: string, query: Readonly<Record<string, string | number | null>>): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== null && value !== '');
  const text = new URLSearchParams(pairs.map(([key, value]) => [key, String(value)])).toString();
  return text === '' ? at : `${at}?${text}`;
}

/** The failure of a reply, or null; for those who need no answer. */
export function failureIn(reply: Reply<unknown>): Failure | null {
  return reply.ok ? null : reply.failure;
}

async function request<T>(method: string, at: string, body?: unknown): Promise<Reply<T>> {
  return checked<T>(at, await send(method, `${API}/${at}`, body));
}

function checked<T>(at: string, reply: Reply<unknown>): Reply<T> {
  if (!reply.ok && reply.failure.status === 401 && !ASKS_WHO.has(at)) handleSignedOut();
  const app = /^apps\/([^/?]+)/.exec(at)?.[1];
  if (!reply.ok && reply.failure.code === 'no_such_app' && app !== undefined) handleNoApp(decodeURIComponent(app));
  return reply as Reply<T>;
}

/** The server's half of the console. */
export const API = '/console/api';

/** There a 401 is about the password, not about the session. */
const ASKS_WHO: ReadonlySet<string> = new Set(['session', 'setup', 'sign-in', 'password']);
