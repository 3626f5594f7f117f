/** Which face the console shows, and what happens when a session ends while somebody is at it. */

import { signal } from '@preact/signals';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { get } from './client';
import { Session } from './session';

const { lives } = vi.hoisted(() => ({ lives: [] as { stop: () => void; refuse: () => void; resume: (key: string) => void }[] }));

vi.mock('./live', () => ({
  Live: class {
    readonly state = signal<{ kind: string }>({ kind: 'connected' });
    readonly stop = vi.fn<() => void>();
    readonly resume = vi.fn<(key: string) => void>();
    constructor() {
      lives.push(this);
    }
    refuse(): void {
      this.state.value = { kind: 'refused' };
    }
  },
}));

const IN = { signed_in: true, operator: { name: 'ana' }, version: '1', public_url: 'http://a', live: { key: 'k1', channel_prefix: 'private-' } };
const OUT = { signed_in: false, setup_needed: false, version: '1' };
let answers: Record<string, [number, object]>;

beforeEach(() => {
  lives.length = 0;
  answers = {};
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    const [status, body] = answers[`${init.method} ${path.replace('/console/api/', '')}`] ?? [500, {}];
    return new Response(JSON.stringify(body), { status });
  });
});
afterEach(() => vi.unstubAllGlobals());

async function loaded(session: object): Promise<Session> {
  answers['GET session'] = [200, session];
  const made = new Session();
  await made.load();
  return made;
}

test('the face follows from what the server says', async () => {
  expect((await loaded({ ...OUT, setup_needed: true })).phase.value).toEqual({ kind: 'setup' });
  expect((await loaded(OUT)).phase.value).toEqual({ kind: 'sign-in', notice: 'none' });
  expect((await loaded(IN)).phase.value).toMatchObject({ kind: 'in', session: { operator: { name: 'ana' } } });
});

test('a server that does not answer is told as such, and asked again on request', async () => {
  const session = new Session();
  await session.load();
  expect(session.phase.value).toEqual({ kind: 'failed' });
  answers['GET session'] = [200, OUT];
  await session.retry();
  expect(session.phase.value.kind).toBe('sign-in');
});

test('signing in asks anew who is there; a wrong password changes nothing', async () => {
  const session = await loaded(OUT);
  answers['POST sign-in'] = [401, { error: 'wrong_password' }];
  expect((await session.signIn('ana', 'x'))?.code).toBe('wrong_password');
  expect(session.phase.value.kind).toBe('sign-in');
  answers['POST sign-in'] = [200, {}];
  answers['GET session'] = [200, IN];
  expect(await session.signIn('ana', 'y')).toBeNull();
  expect(session.phase.value.kind).toBe('in');
});

test('a cookie that the browser refused is told, not shown as signed in', async () => {
  const session = await loaded(OUT);
  answers['POST sign-in'] = [200, {}];
  expect((await session.signIn('ana', 'y'))?.code).toBe('cookie_refused');
  expect(session.phase.value.kind).toBe('sign-in');
});

test('a 401 on any page ends the live connection and asks to sign in', async () => {
  const session = await loaded(IN);
  answers['GET apps'] = [401, { error: 'not_signed_in' }];
  await get('apps');
  expect(session.phase.value).toEqual({ kind: 'sign-in', notice: 'ended' });
  expect(lives[0]?.stop).toHaveBeenCalledTimes(1);
});

test('a refused live connection comes back with the key that the server has now', async () => {
  await loaded(IN);
  answers['GET session'] = [200, { ...IN, live: { ...IN.live, key: 'k2' } }];
  lives[0]?.refuse();
  await vi.waitFor(() => expect(lives[0]?.resume).toHaveBeenCalledWith('k2'));
});

test('a refused live connection whose session is over asks to sign in', async () => {
  const session = await loaded(IN);
  answers['GET session'] = [200, OUT];
  lives[0]?.refuse();
  await vi.waitFor(() => expect(session.phase.value).toEqual({ kind: 'sign-in', notice: 'ended' }));
});

test('signing out is over only when the server says so', async () => {
  const session = await loaded(IN);
  answers['POST sign-out'] = [500, {}];
  expect((await session.signOut())?.status).toBe(500);
  expect(session.phase.value.kind).toBe('in');
  answers['POST sign-out'] = [200, {}];
  await session.signOut();
  expect(session.phase.value).toEqual({ kind: 'sign-in', notice: 'signed-out' });
});
