// /metrics: the figures of a load, the format, who may read them, and that reading costs others nothing.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { MAIN, PROTOCOL_APPS, QUOTA } from '../lib/apps.mjs';
import { publish, send, trigger } from '../lib/api.mjs';
import { startProtocolServer } from '../lib/protocol.mjs';
import { SHARDS, startServer } from '../lib/server.mjs';
import { connect, dial } from '../lib/socket.mjs';
import { eachOf, timed, until } from '../lib/wait.mjs';

const server = await startProtocolServer(after);

/** Every sample by its name and labels, of a page that the format allows. */
async function scrape(from = server, headers = {}) {
  const reply = await send(from, 'GET', '/metrics', { headers });
  assert.equal(reply.status, 200, reply.text);
  assert.equal(reply.headers['content-type'], 'text/plain; version=0.0.4');
  return parsed(reply.text);
}

/** A strict reading of the text format 0.0.4. */
function parsed(text) {
  const samples = {};
  const kinds = {};
  let family = '';
  for (const line of text.slice(0, -1).split('\n')) {
    const comment = /^# (HELP|TYPE) ([a-z_]+) (.+)$/.exec(line);
    if (comment?.[1] === 'HELP') {
      assert.ok(!(comment[2] in kinds), `${comment[2]} comes twice`);
      family = comment[2];
      kinds[family] = null;
    } else if (comment) {
      assert.equal(comment[2], family, line);
      assert.match(comment[3], /^(counter|gauge|histogram)$/);
      kinds[family] = comment[3];
    } else {
      const [, name, labels = '', value] = /^([a-z_]+)(\{[a-z]+="[^"]*"(?:,[a-z]+="[^"]*")*\})? (\d+(?:\.\d+)?)$/.exec(line) ?? assert.fail(line);
      const end = kinds[family] === 'histogram' ? '(_bucket|_sum|_count)' : '';
      assert.match(name, new RegExp(`^${family}${end}$`));
      assert.equal(/_total$/.test(name), kinds[family] === 'counter', line);
      assert.ok(!(name + labels in samples), `${line} comes twice`);
      samples[name + labels] = Number(value);
    }
  }
  assert.ok(text.endsWith('\n'));
  return samples;
}

/** What changed between two scrapes. */
function grown(before, now) {
  const changed = Object.keys(now).filter((name) => now[name] !== before[name]);
  return Object.fromEntries(changed.map((name) => [name, now[name] - (before[name] ?? 0)]));
}

test('metrics: the figures are exactly those of the load', async () => {
  const quota = await connect(server, { app: QUOTA });
  const before = await scrape();
  const sockets = await eachOf(Array(10), 5, () => connect(server));
  for (const [n, socket] of sockets.entries()) {
    await socket.subscribe('metrics-room');
    await socket.join('presence-metrics', `user-${n % 4}`);
  }
  for (const socket of sockets) await socket.settle();
  for (let n = 0; n < 7; n++) await publish(server, MAIN, 'metrics-room', 'e', 'x'.repeat(100));
  for (const socket of sockets) for (let n = 0; n < 7; n++) await socket.take('e');
  await sockets[0].subscribe('private-metrics');
  sockets[0].send('client-x', {}, 'private-metrics');
  sockets[0].send('no-such-event', {});
  await sockets[0].take('pusher:error');
  assert.equal((await dial(server, { app: QUOTA }).closed()).code, 4004);
  assert.equal((await dial(server, { key: 'nobody' }).closed()).code, 4001);
  assert.equal((await trigger(server, MAIN, { name: '', channel: 'a', data: '' })).status, 400);
  const changed = await until(async () => {
    const figures = grown(before, await scrape());
    return figures.rollcall_connections === 10 && figures;
  }, 'the refused connections to be gone');
  const expected = {
    rollcall_connections: 10,
    rollcall_subscriptions: 21,
    rollcall_channels: 3,
    rollcall_members: 4,
    rollcall_messages_received_total: 10 + 10 + 10 + 3,
    rollcall_events_published_total: 7,
    rollcall_client_events_total: 1,
    'rollcall_errors_total{code="none",reason=""}': 1,
    'rollcall_http_requests_total{route="/app/{key}",status="1xx"}': 12,
    'rollcall_http_requests_total{route="/apps/{app}/events",status="2xx"}': 7,
    'rollcall_http_requests_total{route="/apps/{app}/events",status="4xx"}': 1,
  };
  for (const [name, value] of Object.entries(expected)) assert.equal(changed[name], value, name);
  const closes = Object.entries(changed).filter(([name]) => name.startsWith('rollcall_closes_total'));
  assert.deepEqual(closes.map(([name, count]) => [/code="(\d+)"/.exec(name)[1], count]).sort(), [['4001', 1], ['4004', 1]]);
  assert.ok(changed.rollcall_sent_bytes_total > 10 * 7 * 100);
  const members = (await scrape()).rollcall_members;
  for (const socket of sockets) await socket.close(1000);
  await quota.close();
  await until(async () => (await scrape()).rollcall_members === members - 4, 'the members to be gone');
  assert.equal((await scrape()).rollcall_shards, SHARDS);
});

test('metrics: a frame for each connection is a delivery, and a histogram grows to its count', async () => {
  const sockets = await eachOf(Array(5), 5, () => connect(server));
  for (const socket of sockets) await socket.subscribe('metrics-deliveries');
  const before = await scrape();
  for (let n = 0; n < 3; n++) await publish(server, MAIN, 'metrics-deliveries', 'e');
  for (const socket of sockets) for (let n = 0; n < 3; n++) await socket.expect('e');
  const now = await scrape();
  assert.equal(now.rollcall_deliveries_total - before.rollcall_deliveries_total, 15);
  const buckets = Object.entries(now).filter(([name]) => name.startsWith('rollcall_turn_duration_seconds_bucket'));
  const bounds = buckets.map(([name]) => Number(/le="(.+)"/.exec(name)[1].replace('+Inf', 'Infinity')));
  const counts = buckets.map(([, count]) => count);
  assert.deepEqual(bounds, bounds.toSorted((a, b) => a - b));
  assert.deepEqual(counts, counts.toSorted((a, b) => a - b));
  assert.equal(bounds.at(-1), Infinity);
  assert.equal(counts.at(-1), now.rollcall_turn_duration_seconds_count);
  assert.ok(now.rollcall_turn_duration_seconds_sum > 0);
});

test('metrics: without a token they are for this machine alone', async () => {
  for (const headers of [{}, { Host: 'localhost' }, { Host: '[::1]:80' }]) await scrape(server, headers);
  for (const headers of [
    { 'X-Forwarded-For': '127.0.0.1' },
    { Forwarded: 'for=127.0.0.1' },
    { 'X-Real-IP': '127.0.0.1' },
    { Host: 'rollcall.example.com' },
    { 'X-Forwarded-For': '1.2.3.4', Authorization: 'Bearer guess-guess-guess' },
  ]) {
    const reply = await send(server, 'GET', '/metrics', { headers });
    assert.equal(reply.status, 403, JSON.stringify(headers));
    assert.match(reply.json.error, /metrics_token/);
  }
  assert.equal((await send(server, 'POST', '/metrics')).status, 405);
});

test('metrics: with a token everybody needs it, and it is never shown', async (t) => {
  const token = 'm3trics-t0ken-of-the-test';
  const guarded = await startServer(t, { config: { apps: PROTOCOL_APPS }, env: { ROLLCALL_METRICS_TOKEN: token, ROLLCALL_LOG: 'trace' } });
  for (const headers of [{}, { Authorization: `Bearer ${token}x` }, { Authorization: `Basic ${token}` }]) {
    const reply = await send(guarded, 'GET', '/metrics', { headers });
    assert.equal(reply.status, 401, JSON.stringify(headers));
    assert.equal(reply.headers['www-authenticate'], 'Bearer');
  }
  await scrape(guarded, { Authorization: `Bearer ${token}` });
  await scrape(guarded, { Authorization: `bearer ${token}`, 'X-Forwarded-For': '1.2.3.4', Host: 'rollcall.example.com' });
  assert.ok(!guarded.log.includes(token), 'the log does not tell the token');
});

test('metrics: reading them in a loop holds up nobody', async () => {
  const socket = await connect(server);
  await socket.subscribe('metrics-loop');
  let reading = true;
  const readers = Array.from({ length: 20 }, async () => {
    let times = 0;
    for (; reading; times++) await scrape();
    return times;
  });
  const { ms } = await timed(async () => {
    for (let n = 0; n < 50; n++) {
      await publish(server, MAIN, 'metrics-loop', 'e');
      await socket.expect('e');
    }
  });
  reading = false;
  const times = await Promise.all(readers);
  assert.ok(times.every((count) => count > 0), `${times}`);
  assert.ok(ms < 10_000, `50 events took ${ms} ms`);
});

test('metrics: what the status app counts is told too', async () => {
  const figures = await scrape();
  assert.equal(figures.rollcall_status_spoof_rejected_total, 0);
});
