// Apps at run time: what `rollcall apps` writes, a running server obeys within a second, and nobody else notices.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, send, trigger } from '../lib/api.mjs';
import { MAIN } from '../lib/apps.mjs';
import { Jar } from '../lib/jar.mjs';
import { openRaw } from '../lib/raw.mjs';
import { authorize } from '../lib/sign.mjs';
import { runProgram, startServer } from '../lib/server.mjs';
import { connect, dial } from '../lib/socket.mjs';
import { eachOf, timed, until } from '../lib/wait.mjs';

const CONNECTIONS = 1000;
/** How long a running server may take to obey (milliseconds from the end of the command). */
const WITHIN_MS = 1000;
const CHANNEL = 'private-room';
const OFF = /^To send client events/;

/** Runs `rollcall apps …` on the server's database and insists on success. */
async function apps(server, ...words) {
  const { code, stdout, stderr } = await runProgram(['apps', ...words, '--data', server.data]);
  assert.equal(code, 0, stderr);
  return stdout;
}

/** Adds an app with a known key and returns it as the fixed apps of the suites are written. */
async function addApp(server, id, ...words) {
  const app = { id, keys: [{ key: `key-${id}`, secret: `secret-${id}` }] };
  await apps(server, 'add', id, `keys=key-${id}:secret-${id}`, ...words);
  await until(async () => (await trigger(server, app, { name: 'e', channel: 'a', data: '' })).status === 200, `app ${id} to be served`);
  return app;
}

/** Members of the channel who come by the thousand: `{sockets, heard(name)}`. */
async function crowd(server, app, size) {
  const sockets = await eachOf(Array.from({ length: size }), 50, async () => {
    const socket = openRaw(server, { app });
    const id = await socket.established();
    socket.sendEvent('pusher:subscribe', { channel: CHANNEL, auth: authorize(app.keys[0], id, CHANNEL) });
    await socket.wait(() => socket.frames.some(({ payload }) => payload.includes('subscription_succeeded')), 'the subscription');
    return socket;
  });
  return sockets;
}

test('p190 apps set flips client events while 1,000 connections are up, within a second, and nobody is disconnected', async (t) => {
  const server = await startServer(t);
  const app = await addApp(server, '1001', 'limits.client_events_per_second=1000');
  const members = await crowd(server, app, CONNECTIONS - 2);
  t.after(() => members.forEach((member) => member.reset()));
  const [speaker, listener] = [await connect(server, { app }), await connect(server, { app })];
  for (const socket of [speaker, listener]) await socket.subscribe(CHANNEL);
  let count = 0;
  /** Sends a client event and says what came of it. */
  const speak = async () => {
    const text = `${++count}`;
    speaker.send('client-word', { text }, CHANNEL);
    // The answer to a ping that was sent behind the event tells that the event was dealt with.
    speaker.send('pusher:ping', {});
    const answer = await speaker.take((frame) => frame.event === 'pusher:error' || frame.event === 'pusher:pong');
    if (answer.event === 'pusher:pong') return 'delivered';
    await speaker.take('pusher:pong');
    assert.match(answer.data.message, OFF);
    return 'refused';
  };
  assert.equal(await speak(), 'refused');
  for (const [value, outcome] of [['true', 'delivered'], ['false', 'refused'], ['true', 'delivered']]) {
    await apps(server, 'set', app.id, `client_events=${value}`);
    const { ms } = await timed(() => until(async () => (await speak()) === outcome, `client events to be ${outcome}`, WITHIN_MS));
    t.diagnostic(`client_events=${value} obeyed ${ms.toFixed(0)} ms after the command`);
    assert.ok(ms < WITHIN_MS, `${ms} ms`);
  }
  const last = `"text\\":\\"${count}\\"`;
  await listener.take((frame) => frame.event === 'client-word' && frame.data.includes(`"${count}"`));
  for (const member of members) {
    await member.wait(() => member.fate !== null || member.frames.some(({ payload }) => payload.includes(last)), 'the last word');
    assert.equal(member.fate, null);
  }
  assert.equal(speaker.end, null);
});

test('p190 an app comes and goes while the server runs, and others do not notice', async (t) => {
  const server = await startServer(t, { config: { apps: [MAIN] } });
  const witness = await connect(server, { app: MAIN });
  const app = await addApp(server, '1002');
  const socket = await connect(server, { app });
  await socket.subscribe('news');
  const event = await runProgram(['trigger', '--app', app.id, 'news', 'headline', 'hello', '--url', server.url, '--data', server.data]);
  assert.equal(event.code, 0, event.stderr);
  assert.equal((await socket.take('headline')).data, 'hello');

  await apps(server, 'remove', app.id);
  const { ms } = await timed(() => socket.closed(WITHIN_MS));
  t.diagnostic(`closed ${ms.toFixed(0)} ms after the command`);
  assert.equal(socket.end.code, 4001);
  assert.equal((await trigger(server, app, { name: 'e', channel: 'a', data: '' })).status, 404);
  assert.equal((await call(server, app, 'GET', '/channels')).status, 404);
  const late = dial(server, { app });
  assert.equal((await late.closed()).code, 4001);
  witness.send('pusher:ping', {});
  await witness.take('pusher:pong');
});

test('p9 p53 a suspended app and a deleted key end what they allowed, and come back', async (t) => {
  const server = await startServer(t);
  const app = await addApp(server, '1003');
  const socket = await connect(server, { app });
  await apps(server, 'set', app.id, 'enabled=false');
  assert.equal((await socket.closed(WITHIN_MS)).code, 4003);
  assert.equal((await trigger(server, app, { name: 'e', channel: 'a', data: '' })).status, 403);
  const renewed = { ...app, keys: [{ key: 'new-key', secret: 'new-secret' }] };
  await apps(server, 'set', app.id, 'enabled=', 'keys=new-key:new-secret');
  await until(async () => (await trigger(server, renewed, { name: 'e', channel: 'a', data: '' })).status === 200, 'the new key', WITHIN_MS);
  assert.equal((await trigger(server, app, { name: 'e', channel: 'a', data: '' })).status, 400);
  assert.equal((await dial(server, { app }).closed()).code, 4001);
  const guest = await connect(server, { app: renewed });
  guest.request(CHANNEL, { key: app.keys[0] });
  assert.equal((await guest.take('pusher:subscription_error')).channel, CHANNEL);
  await guest.subscribe(CHANNEL);
});

test('p190 a key passes from one app to another', async (t) => {
  const server = await startServer(t);
  const [one, two] = [await addApp(server, '1004'), await addApp(server, '1005')];
  await apps(server, 'set', one.id, 'keys=other:s');
  await apps(server, 'set', two.id, `keys=key-${one.id}:secret-${two.id}`);
  const heir = { id: two.id, keys: [{ key: `key-${one.id}`, secret: `secret-${two.id}` }] };
  await until(async () => (await trigger(server, heir, { name: 'e', channel: 'a', data: '' })).status === 200, 'the key to have passed', WITHIN_MS);
});

test('a change that a running server cannot honour is logged, and the app stays as it was', async (t) => {
  const server = await startServer(t, { config: { apps: [MAIN] } });
  // A command that does not name the file cannot know the apps in it.
  await apps(server, 'add', MAIN.id, 'keys=another:secret');
  await until(() => server.log.includes(`two apps have the id "${MAIN.id}"`), 'the log to say why', WITHIN_MS);
  assert.equal((await trigger(server, MAIN, { name: 'e', channel: 'a', data: '' })).status, 200);
  await apps(server, 'add', '1006', `keys=${MAIN.keys[0].key}:secret`);
  await until(() => server.log.includes(`the key "${MAIN.keys[0].key}" occurs twice`), 'the log to say why', WITHIN_MS);
  assert.equal((await trigger(server, MAIN, { name: 'e', channel: 'a', data: '' })).status, 200);
  await addApp(server, '1007');
});

test("s2 the status page follows its own app's new key", async (t) => {
  const server = await startServer(t);
  const jar = new Jar(server);
  assert.equal((await jar.register('ana', 'hello')).status, 200);
  const session = async () => (await send(server, 'GET', '/api/session')).json;
  const { app_key: before } = await session();
  const listed = JSON.parse(await apps(server, 'list', '--json'));
  await apps(server, 'set', listed[0].id, 'keys=renewed-key:renewed-secret');
  await until(async () => (await session()).app_key === 'renewed-key', 'the page to be told the new key', WITHIN_MS);
  const app = { id: listed[0].id, keys: [{ key: 'renewed-key', secret: 'renewed-secret' }] };
  const socket = await connect(server, { app });
  const { channel } = await session();
  const reply = await jar.authorize(socket.id, channel);
  assert.match(reply.json.auth, /^renewed-key:/);
  await socket.subscribe(channel, { auth: reply.json.auth, channelData: reply.json.channel_data });
  assert.equal((await dial(server, { key: before }).closed()).code, 4001);
});
