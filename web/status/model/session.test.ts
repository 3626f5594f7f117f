/** Signing up, as far as the page decides whether it worked. */

import { afterEach, expect, test, vi } from 'vitest';
import { Session } from './session';

vi.mock('./room', () => ({ Room: class {} }));
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
