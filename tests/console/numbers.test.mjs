// Every number equals what a scripted load did, on Overview, in Stats and in /metrics; and what is changed is in force, recorded and outlives a kill.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { trigger } from '../lib/api.mjs';
import { Operator } from '../lib/operator.mjs';
import { startServer } from '../lib/server.mjs';
import { connect } from '../lib/socket.mjs';
import { until } from '../lib/wait.mjs';

const SUBSCRIBERS = 25;
const EVENTS = 40;
/** Two frames each: that it is connected, and that it is subscribed. */
const GREETINGS = 2 * SUBSCRIBERS;

/** Publishes an event, whatever comes of it. */
function send(server, app, data = '1', channel = 'news') {
  return trigger(server, app, { name: 'event', channel, data });
}

async function metric(server, name) {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return Number(text.split('\n').find((line) => line.startsWith(`${name} `)).split(' ')[1]);
}

test('Overview, Stats and /metrics tell what a scripted load did, and nothing else', async (t) => {
  const server = await startServer(t);
  const operator = await new Operator(server).setUp();
  const app = await operator.newApp('load', { client_events: true });
  const sockets = [];
  for (let n = 0; n < SUBSCRIBERS; n += 1) {
    sockets.push(await connect(server, { app }));
    await sockets.at(-1).subscribe('load');
  }
  for (let n = 0; n < EVENTS; n += 1) assert.equal((await send(server, app, `${n}`, 'load')).status, 200);
  for (const socket of sockets) for (let n = 0; n < EVENTS; n += 1) await socket.expect('event');

  const { now } = await operator.get(`apps/${app.id}/overview`);
  const expected = { connections: SUBSCRIBERS, connections_peak: SUBSCRIBERS, subscriptions: SUBSCRIBERS, channels: 1, published: EVENTS };
  expected.deliveries = SUBSCRIBERS * EVENTS + GREETINGS;
  // One request without a signature told that the app is served.
  Object.assign(expected, { messages_in: SUBSCRIBERS, client_events: 0, api_calls: EVENTS + 1, errors: 1 });
  for (const [name, count] of Object.entries(expected)) assert.equal(now[name], count, name);
  for (const [name, field] of [
    ['rollcall_connections', 'connections'],
    ['rollcall_subscriptions', 'subscriptions'],
    ['rollcall_events_published_total', 'published'],
    ['rollcall_deliveries_total', 'deliveries'],
    ['rollcall_messages_received_total', 'messages_in'],
  ]) {
    assert.equal(await metric(server, name), now[field], name);
  }

  // Stats tell of the step that is under way as well.
  const sum = (points, field) => points.reduce((total, point) => total + (point?.[field] ?? 0), 0);
  await until(async () => {
    const { points } = await operator.get(`apps/${app.id}/stats?range=15m`);
    return sum(points, 'published') === EVENTS && sum(points, 'deliveries') === expected.deliveries && points.some((point) => point?.connections_peak === SUBSCRIBERS);
  }, 'Stats to tell the same', 30_000);
  const { points } = await operator.get(`apps/${app.id}/stats?range=15m`);
  assert.ok(points.includes(null), 'before the server ran there is a gap');
  for (const range of ['15m', '1h', '6h', '24h', '7d', '30d']) {
    const told = await operator.get(`apps/${app.id}/stats?range=${range}`);
    assert.notEqual(told.points.at(-1), null, `${range}: while a server runs there is none`);
  }
});

test('a key is rotated with overlap while many are connected, and nobody is disconnected', async (t) => {
  const server = await startServer(t);
  const operator = await new Operator(server).setUp();
  const app = await operator.newApp('load');
  const [old] = app.keys;
  const sockets = await Promise.all(Array.from({ length: 1000 }, () => connect(server, { app })));
  const added = await operator.ask('POST', `apps/${app.id}/keys`);
  const { json } = await operator.ask('POST', `apps/${app.id}/keys/${added.json.key.key}/reveal`);
  const fresh = { key: added.json.key.key, secret: json.secret };
  await until(async () => (await send(server, { ...app, keys: [fresh] })).status === 200, 'the new key to sign');
  assert.equal((await send(server, { ...app, keys: [old] })).status, 200, 'the old one signs too');
  assert.equal((await operator.ask('DELETE', `apps/${app.id}/keys/${old.key}`)).status, 200);
  await until(async () => (await send(server, { ...app, keys: [old] })).text.includes('Unknown auth_key'), 'the old key to be refused');
  assert.equal((await send(server, { ...app, keys: [fresh] })).status, 200);
  const { now } = await operator.get(`apps/${app.id}/overview`);
  assert.equal(now.connections, sockets.length);
  for (const socket of sockets) await socket.subscribe('news');
});
