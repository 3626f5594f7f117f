// A live connection lasts as long as its page and its session, and no longer than either.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { trigger } from '../lib/api.mjs';
import { launch, profile } from '../lib/browser.mjs';
import { OPERATOR, Operator, setUp } from '../lib/operator.mjs';
import { startServer } from '../lib/server.mjs';
import { until } from '../lib/wait.mjs';

const browser = await launch(after);
const NEW_PASSWORD = 'another horse battery';

test('whoever was shut out hears nothing more', async (t) => {
  const server = await startServer(t);
  const operator = await new Operator(server).setUp();
  const app = await operator.newApp('Shop');
  const thief = await signedIn(server, OPERATOR.password);
  const [stolen, own] = [await thief.watch(app), await operator.watch(app)];
  await publish(server, app, 1);
  for (const socket of [stolen, own]) await socket.take('events');

  await act(operator, 'password', { current: OPERATOR.password, new: NEW_PASSWORD });
  assert.deepEqual(await stolen.closed(), { code: 4009, reason: 'Connection is unauthorized' });
  assert.equal((await thief.ask('POST', 'live/auth', { socket_id: own.id, channel_name: 'private-session' })).status, 401);
  await publish(server, app, 2);
  await own.take(({ event, data }) => event === 'events' && data.includes('event 2'));

  await act(operator, 'sign-out');
  assert.equal((await own.closed()).code, 4009);
});

test('a page that listens to nothing is let stay while its session lasts, and asks to sign in when that was ended elsewhere', async (t) => {
  const server = await startServer(t);
  const page = await (await profile(t, browser, server)).open('/console');
  await setUp(page, server);
  const frames = [];
  page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => frames.push(String(payload))));
  await page.goto('/console/account');
  // The server closes a connection after ten seconds that is signed into nothing (protocol.md, point 118).
  const isIn = (text) => text.includes('subscription_succeeded') && text.includes('private-session');
  await until(() => frames.some(isIn), 'the page to be signed into its session');

  await act(await signedIn(server, OPERATOR.password), 'password', { current: OPERATOR.password, new: NEW_PASSWORD });
  await page.getByTestId('sign-in').waitFor();
});

async function signedIn(server, password) {
  const operator = new Operator(server);
  await act(operator, 'sign-in', { name: OPERATOR.name, password });
  return operator;
}

async function act(operator, path, body = {}) {
  const { status, text } = await operator.ask('POST', path, body);
  assert.equal(status, 200, text);
}

async function publish(server, app, number) {
  const { status } = await trigger(server, app, { name: `event ${number}`, channel: 'news', data: '{}' });
  assert.equal(status, 200);
}
