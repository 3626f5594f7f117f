// Webhooks as a receiver sees them: docs/protocol.md section 7, appendix A items 177 to 187.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import Pusher from 'pusher';
import { runProgram } from '../lib/server.mjs';
import { startProtocolServer } from '../lib/protocol.mjs';
import { startReceiver, webhookSignature } from '../lib/receiver.mjs';
import { connect } from '../lib/socket.mjs';
import { until } from '../lib/wait.mjs';

/** Removals go out at the later of three seconds and the end of the grace. */
const DEBOUNCE_MS = 3_000;

/** One endpoint for each app, and one more for the last. */
const receivers = {};
const APPS = [
  hooked('3001', 'all'),
  hooked('3002', 'single', { webhook_batching: false }),
  hooked('3003', 'keys', { keys: pairs('keys-old', 'keys-new') }),
  hooked('3004', 'filtered'),
];
for (const { id } of APPS) receivers[id] = await startReceiver(after);
receivers.some = await startReceiver(after);
const apps = APPS.map((app) => ({ ...app, webhooks: [{ url: receivers[app.id].url }] }));
apps[3].webhooks.push({ url: receivers.some.url, events: ['channel_existence'] });
const server = await startProtocolServer(after, { config: { apps } });
let counter = 0;

test('p177 p178 p182 headers and body are those of the protocol, and the Node verifier takes them', async () => {
  const [app] = APPS;
  const [ana, bo] = [await connect(server, { app }), await connect(server, { app })];
  const [plain, room] = [`private-p177-${++counter}`, `presence-p177-${counter}`];
  await bo.subscribe(plain);
  await ana.subscribe(plain);
  await bo.join(room, 'bo');
  await ana.join(room, 'ana');
  ana.send('client-a', 'text', plain);
  ana.send('client-b', { on: true }, room);
  const events = await arrived(app, plain, room, 6);
  assert.deepEqual(events.filter(({ channel }) => channel === plain), [
    { name: 'channel_occupied', channel: plain },
    { name: 'client_event', channel: plain, event: 'client-a', data: 'text', socket_id: ana.id },
  ]);
  assert.deepEqual(events.filter(({ channel }) => channel === room), [
    { name: 'channel_occupied', channel: room },
    { name: 'member_added', channel: room, user_id: 'bo' },
    { name: 'member_added', channel: room, user_id: 'ana' },
    { name: 'client_event', channel: room, event: 'client-b', data: '{"on":true}', socket_id: ana.id, user_id: 'ana' },
  ]);
  for (const request of receivers[app.id].requests) checkRequest(request, app.keys[0]);
});

test('p179 p180 p181 trap14 a second tab and a reload say nothing, and who stays away is told after the debounce', async () => {
  const [app] = APPS;
  const [kept, left] = [`presence-kept-${++counter}`, `presence-left-${counter}`];
  const reloading = await connect(server, { app });
  await reloading.join(kept, 'ana');
  await reloading.close(1001);
  const tab = await connect(server, { app });
  await tab.join(kept, 'ana');
  await (await connect(server, { app })).join(kept, 'ana');
  await tab.close(1000);
  const leaving = await connect(server, { app });
  await leaving.join(left, 'bo');
  const began = performance.now();
  await leaving.close(1000);
  const of = (wanted) => receivers[app.id].events.filter(({ channel }) => channel === wanted).map(({ name }) => name);
  await until(() => of(left).includes('channel_vacated'), 'the end of the debounce');
  assert.deepEqual(of(left), ['channel_occupied', 'member_added', 'member_removed', 'channel_vacated']);
  assert.ok(receivers[app.id].requests.at(-1).at - began >= DEBOUNCE_MS);
  assert.deepEqual(of(kept), ['channel_occupied', 'member_added'], 'what ended before it would have been told by now');
});

test('p186 without batching each request has one event', async () => {
  const app = APPS[1];
  const socket = await connect(server, { app });
  for (let number = 0; number < 5; number++) await socket.subscribe(`p186-${number}`);
  await receivers[app.id].take(5);
  assert.deepEqual(receivers[app.id].requests.map(({ events }) => events.length), [1, 1, 1, 1, 1]);
});

test('p186 with batching events travel together, 20 at most', async () => {
  const [app] = APPS;
  const prefix = `p186-${++counter}-`;
  const socket = await connect(server, { app });
  for (let number = 0; number < 45; number++) socket.request(`${prefix}${number}`);
  const mine = () => receivers[app.id].requests.filter(({ events }) => events.some(({ channel }) => channel.startsWith(prefix)));
  await until(() => mine().flatMap(({ events }) => events).filter(({ channel }) => channel.startsWith(prefix)).length === 45, '45 events');
  const sizes = mine().map(({ events }) => events.length);
  assert.ok(Math.max(...sizes) <= 20 && sizes.length <= 8, `${sizes}`);
});

test('p187 the oldest key signs', async () => {
  const app = APPS[2];
  await (await connect(server, { app })).subscribe('p187');
  await receivers[app.id].take(1);
  checkRequest(receivers[app.id].requests[0], app.keys[0]);
});

test('trap16 an endpoint gets the classes that it asked for and no others', async () => {
  const app = APPS[3];
  await (await connect(server, { app })).join('presence-trap16', 'ana');
  await receivers[app.id].take(2);
  const [event] = await receivers.some.take(1);
  assert.deepEqual(event, { name: 'channel_occupied', channel: 'presence-trap16' });
  for (const request of receivers.some.requests) {
    checkRequest(request, app.keys[0]);
    assert.ok(request.events.every(({ name }) => name.startsWith('channel_')));
  }
});

test('p185 an endpoint that fails is asked again under the same id with the same body', async (t) => {
  const failing = await startReceiver((end) => t.after(end), (_, before) => [503, 0, 302][before.length] ?? 204);
  const app = await addApp('3100', `webhooks=${failing.url}`);
  await (await connect(server, { app })).subscribe('p185');
  await failing.take(1);
  assert.deepEqual(failing.requests.map(({ status }) => status), [503, 0, 302, 204]);
  assert.equal(new Set(failing.requests.map(({ id }) => id)).size, 1);
  assert.equal(new Set(failing.requests.map(({ body }) => body)).size, 1);
});

test('p190 endpoints and batching are obeyed at once, and nobody is disconnected', async (t) => {
  const [one, other] = [await startReceiver((end) => t.after(end)), await startReceiver((end) => t.after(end))];
  const app = await addApp('3101', `webhooks=${one.url}`);
  const socket = await connect(server, { app });
  await socket.subscribe('before');
  await one.take(1);
  await set('3101', `webhooks=[{url="${other.url}",events=["channel_existence"]}]`, 'webhook_batching=false');
  await until(async () => {
    await socket.subscribe(`after-${++counter}`);
    return other.requests.length > 2;
  }, 'the new endpoint to be told');
  assert.ok(other.requests.every(({ events }) => events.length === 1));
  await set('3101', 'webhooks=');
  assert.equal(socket.end, null);
});

function hooked(id, name, settings = {}) {
  return { id, name, client_events: true, ...settings, keys: settings.keys ?? pairs(name) };
}

function pairs(...names) {
  return names.map((name) => ({ key: `hooked-${name}`, secret: `secret-of-${name}` }));
}

/** The events of two channels, once there are so many. */
async function arrived(app, one, other, count) {
  const mine = () => receivers[app.id].events.filter(({ channel }) => channel === one || channel === other);
  await until(() => mine().length >= count, () => `${count} events; got ${JSON.stringify(mine())}`);
  assert.equal(mine().length, count);
  return mine();
}

/** Headers, signature and form, and what the official verifier says. */
function checkRequest({ headers, body, time_ms, events }, { key, secret }) {
  assert.equal(headers['content-type'], 'application/json');
  assert.equal(headers['x-pusher-key'], key);
  assert.equal(headers['x-pusher-signature'], webhookSignature(secret, body));
  assert.match(headers['rollcall-webhook-id'], /^[0-9a-f]+$/);
  assert.ok(Math.abs(Date.now() - time_ms) < 60_000);
  for (const event of events) {
    for (const value of Object.values(event)) assert.ok(['string', 'number'].includes(typeof value), body);
  }
  const pusher = new Pusher({ appId: '1', key, secret, host: '127.0.0.1' });
  const webhook = pusher.webhook({ headers, rawBody: body });
  assert.ok(webhook.isValid());
  assert.deepEqual(webhook.getEvents(), events);
}

async function addApp(id, ...words) {
  const name = `added${id}`;
  await command(['apps', 'add', id, `keys=${name}:secret-of-${name}`, ...words]);
  const app = { id, keys: [{ key: name, secret: `secret-of-${name}` }] };
  await until(() => connect(server, { app }).then((socket) => socket.close()), `the app ${id} to be served`);
  return app;
}

function set(id, ...words) {
  return command(['apps', 'set', id, ...words]);
}

async function command(words) {
  const { code, stderr } = await runProgram([...words, '--data', server.data, '--config', server.configFile]);
  assert.equal(code, 0, stderr);
}
