/** Signing up, in again and out, as far as the page decides what it shows. */

import { afterEach, expect, test, vi } from 'vitest';
import { Session } from './session';

vi.mock('./room', () => ({
  Room: class {
    readonly name: string;
    readonly keys: string[] = [];
    readonly link = { resume: (key: string) => void this.keys.push(key) };
    stopped = 0;

    constructor(
      _settings: unknown,
      account: { name: string },
      readonly doubt: () => void,
    ) {
      this.name = account.name;
    }

    stop(): string {
      this.stopped += 1;
      return 'half typed';
    }
  },
}));
afterEach(() => vi.unstubAllGlobals());

const user = { name: 'Ana', status: 'Here', rev: 1, updated_at: 1 };
const settings = (account: unknown) => JSON.stringify({ app_key: 'k', channel: 'presence-x', user: account, now: 1 });

/** A session before its form, whose server answers to /register and then to /api/session as given. */
async function atTheForm(registered: string, signedIn: unknown): Promise<Session> {
  let account: unknown = null;
  const answer = (path: string) => (path === '/register' ? registered : settings(account));
  vi.stubGlobal('fetch', async (path: string) => new Response(answer(path)));
  const session = new Session();
  await session.load();
  account = signedIn;
  return session;
}

test('c18 a sign-up that worked leads into the room', async () => {
  const session = await atTheForm('{"success":true,"error":false}', user);
  expect(await session.join('Ana', 'Here', 'plain')).toBeNull();
  expect(session.phase.value.kind).toBe('room');
});

test.each(['{"success":false,"error":"name_taken","field":"username"}', '{}', '<html>a proxy</html>'])(
  'c18 an answer of 200 without success is a failure: %s',
  async (registered) => {
    const session = await atTheForm(registered, user);
    expect(await session.join('Ana', 'Here', 'plain')).toMatchObject({ status: 200 });
    expect(session.phase.value.kind).toBe('form');
  },
);

test('c18 a refused cookie is a failure, and the form stays as it is', async () => {
  const session = await atTheForm('{"success":true,"error":false}', null);
  const before = session.phase.value;
  expect(await session.join('Ana', 'Here', 'plain')).toMatchObject({ code: 'cookie_refused' });
  expect(session.phase.value).toBe(before);
});

/** A session in its room, whose server answers to each path as `answers` says. */
async function inTheRoom(answers: Record<string, [number, unknown]>) {
  const state = { account: user as unknown, device: ['Ana'], asked: [] as string[] };
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    state.asked.push(`${init.method} ${path}`);
    const [status, body] = answers[path] ?? [200, { ...JSON.parse(settings(state.account)), device: state.device }];
    return new Response(JSON.stringify(body), { status });
  });
  const session = new Session();
  await session.load();
  const phase = session.phase.value;
  if (phase.kind !== 'room') throw new Error(phase.kind);
  return { session, state, room: phase.room as typeof phase.room & { stopped: number; keys: string[]; doubt: () => void } };
}

const DONE = { success: true, error: false };
const refused = (error: string) => ({ success: false, error, message: '', request_id: 'x' });

test('s12 signing out everywhere asks for it and shows the form, with the names of this browser', async () => {
  const { session, state, room } = await inTheRoom({ '/api/me/sign-out-everywhere': [200, DONE] });
  state.account = null;
  expect(await session.leaveEverywhere(room)).toBeNull();
  expect(state.asked).toContain('POST /api/me/sign-out-everywhere');
  expect(room.stopped).toBe(1);
  expect(session.phase.value).toMatchObject({ kind: 'form', notice: 'signed-out-everywhere', device: ['Ana'] });
});

test('s12 a session that was over already is signed out all the same', async () => {
  const { session, room } = await inTheRoom({ '/api/me/sign-out-everywhere': [401, refused('not_signed_in')] });
  expect(await session.leaveEverywhere(room)).toBeNull();
  expect(session.phase.value.kind).toBe('form');
});

test.each(['/logout', '/api/me/sign-out-everywhere'])('s12 a refusal of %s leaves the room as it is', async (path) => {
  const { session, room } = await inTheRoom({ [path]: [403, refused('cross_site')] });
  const leave = path === '/logout' ? session.leave(room) : session.leaveEverywhere(room);
  expect(await leave).toMatchObject({ code: 'cross_site' });
  expect([session.phase.value.kind, room.stopped]).toEqual(['room', 0]);
});

test('s12 a browser that is forgotten stays signed in', async () => {
  const { session, state } = await inTheRoom({ '/api/device/forget': [200, DONE] });
  expect(await session.forgetDevice()).toBeNull();
  expect(state.asked).toContain('POST /api/device/forget');
  expect(session.phase.value.kind).toBe('room');
});

test('s12 c5 a session that ended elsewhere leads to the form, with the name and the draft', async () => {
  const { session, state, room } = await inTheRoom({});
  state.account = null;
  room.doubt();
  await vi.waitFor(() => expect(session.phase.value.kind).toBe('form'));
  expect(session.phase.value).toMatchObject({ notice: 'ended', prefill: { name: 'Ana', status: 'half typed' } });
});

test('c17 a doubt about a session that goes on hands the link the key that the app has now', async () => {
  const answers: Record<string, [number, unknown]> = {};
  const { session, room } = await inTheRoom(answers);
  answers['/api/session'] = [200, { ...JSON.parse(settings(user)), app_key: 'renewed' }];
  room.doubt();
  await vi.waitFor(() => expect(room.keys).toEqual(['renewed']));
  expect([session.phase.value.kind, room.stopped]).toEqual(['room', 0]);
});
