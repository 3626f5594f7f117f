/** The console's requests: where they go, how they fail, and who hears that the session is over. */

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { changeSettings, fetchChanges, fetchSettings, removeKey, signIn } from './api';
import { get, onNoApp, onSignedOut, withQuery } from './client';

let asked: { path: string; init: RequestInit }[];
let answer: Response;
const handleSignedOut = vi.fn<() => void>();

beforeEach(() => {
  asked = [];
  handleSignedOut.mockClear();
  onSignedOut(handleSignedOut);
  vi.stubGlobal('fetch', async (at: string, init: RequestInit) => {
    asked.push({ path: at, init });
    return answer;
  });
});
afterEach(() => vi.unstubAllGlobals());

function failing(status: number, body: object, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify({ success: false, ...body }), { status, headers });
}

test('segments of a path may hold anything', async () => {
  answer = new Response('{}');
  await removeKey('a/b', 'k ?');
  expect(asked[0]?.path).toBe('/console/api/apps/a%2Fb/keys/k%20%3F');
  expect(asked[0]?.init.method).toBe('DELETE');
});

test('what is empty is not in a query', async () => {
  answer = new Response('{"changes":[]}');
  await fetchChanges('1001', null);
  await fetchChanges('1001', 12);
  expect(asked.map((one) => one.path)).toEqual(['/console/api/apps/1001/changes', '/console/api/apps/1001/changes?before=12']);
  expect(withQuery('channels', { prefix: 'a&b', sort: '', limit: 0 })).toBe('channels?prefix=a%26b&limit=0');
});

test('a change is sent as JSON', async () => {
  answer = new Response('{"settings":[]}');
  await changeSettings('1001', { client_events: true, 'presence.grace_seconds': null });
  expect(asked[0]?.init.method).toBe('PATCH');
  expect(asked[0]?.init.body).toBe('{"changes":{"client_events":true,"presence.grace_seconds":null}}');
});

test('a failure has its code, its field and how long to wait', async () => {
  const reason = { code: 'not_allowed', key: 'name' };
  answer = failing(429, { error: 'too_many_requests', message: 'Wait.', field: 'name', reason }, { 'Retry-After': '42' });
  const reply = await get('apps');
  expect(reply).toEqual({ ok: false, failure: { status: 429, code: 'too_many_requests', message: 'Wait.', field: 'name', reason, retryAfterSeconds: 42 } });
  expect(handleSignedOut).not.toHaveBeenCalled();
});

test('a 401 says that the session is over', async () => {
  answer = failing(401, { error: 'not_signed_in' });
  await get('apps');
  expect(handleSignedOut).toHaveBeenCalledTimes(1);
});

test('a 401 for a wrong password does not', async () => {
  answer = failing(401, { error: 'wrong_password' });
  expect(await signIn('ana', 'nonsense')).toMatchObject({ ok: false, failure: { code: 'wrong_password' } });
  expect(handleSignedOut).not.toHaveBeenCalled();
});

test('an answer that there is no such app says which', async () => {
  const handleNoApp = vi.fn<(app: string) => void>();
  onNoApp(handleNoApp);
  answer = failing(404, { error: 'no_such_app' });
  await fetchSettings('a/b ?');
  expect(handleNoApp.mock.calls).toEqual([['a/b ?']]);
  answer = failing(404, { error: 'no_key' });
  await removeKey('1001', 'k');
  expect(handleNoApp).toHaveBeenCalledTimes(1);
});
