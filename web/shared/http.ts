/**
 * Requests to this page's own server, with every way to fail as a value.
 *
 * A request always ends: with an answer, or after `TIMEOUT_MS` as a failure of status 0 (docs/status.md C18).
 */

import { BASE } from './base';

/** Why a request did not succeed; the body is that of docs/status.md section 0, "Answers". */
export interface Failure {
  /** The HTTP status, or 0 when there was no usable answer. */
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly field: string | null;
  /** What exactly is refused, where the server says so for programs too. */
  readonly reason: Reason | null;
  /** From `Retry-After`, or `retry_after` in the body, when the server names a delay. */
  readonly retryAfterSeconds: number | null;
}

/** What is wrong with the value of which key, by the codes of docs/console.md section 2.10. */
export interface Reason {
  readonly code: string;
  readonly key: string;
}

export type Reply<T> = { readonly ok: true; readonly body: T } | { readonly ok: false; readonly failure: Failure };

/** Sends a JSON request to a path of the server, or a form for `URLSearchParams`; the body of a successful answer is for the caller to check. */
export async function send(method: string, path: string, body?: unknown): Promise<Reply<unknown>> {
  const plain = body === undefined || body instanceof URLSearchParams;
  try {
    const response = await fetch(BASE + path, {
      method,
      cache: 'no-store',
      credentials: 'same-origin',
      headers: plain ? {} : { 'Content-Type': 'application/json' },
      body: plain ? (body ?? null) : JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const answer = json(await response.text());
    if (response.ok) return { ok: true, body: answer };
    return { ok: false, failure: failureOf(response.status, answer, response.headers.get('Retry-After')) };
  } catch {
    return unreachable();
  }
}

/**
 * Sends a file as it is, which takes as long as it takes, and tells which part of it has gone, from 0 to 1.
 * An aborted `signal` ends it, as a failure of status 0. `fetch` can't tell how far it is.
 */
export function sendFile(path: string, file: Blob, onSent: (part: number) => void, signal: AbortSignal): Promise<Reply<unknown>> {
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    request.open('POST', BASE + path);
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.upload.onprogress = ({ loaded, total }) => onSent(total === 0 ? 1 : loaded / total);
    request.onloadend = () => {
      const answer = json(request.responseText);
      if (request.status === 0) done(unreachable());
      else if (request.status < 300) done({ ok: true, body: answer });
      else done({ ok: false, failure: failureOf(request.status, answer, request.getResponseHeader('Retry-After')) });
    };
    signal.addEventListener('abort', () => request.abort());
    request.send(file);
  });
}

/** The failure of a request that got no usable answer. */
export function unreachable(): { ok: false; failure: Failure } {
  return {
    ok: false,
    failure: { status: 0, code: 'unreachable', message: '', field: null, reason: null, retryAfterSeconds: null },
  };
}

/** What an answer of this status says about the failure; it may be anything, or null when it was not JSON. */
export function failureOf(status: number, answer: unknown, retryAfter: string | null): Failure {
  const body = record(answer);
  const text = (key: string) => (typeof body?.[key] === 'string' ? body[key] : null);
  const seconds = Number.parseInt(retryAfter ?? String(body?.['retry_after']), 10);
  return {
    status,
    code: text('error') ?? `http_${status}`,
    message: text('message') ?? '',
    field: text('field'),
    reason: reasonOf(body?.['reason']),
    retryAfterSeconds: Number.isNaN(seconds) ? null : seconds,
  };
}

function reasonOf(value: unknown): Reason | null {
  const reason = record(value);
  const { code, key } = reason ?? {};
  return typeof code === 'string' && typeof key === 'string' ? { code, key } : null;
}

/** `value` as an object whose properties can be looked at, or null. */
export function record(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const TIMEOUT_MS = 10_000;
