// The HTTP transports on bare requests: docs/protocol.md section 5, appendix A items 119 to 145.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { BRIEF, DISABLED, LIVELY, MAIN, ORIGIN, QUOTA, keyOf } from '../lib/apps.mjs';
import { publish } from '../lib/api.mjs';
import { nextEvent, pusherClient, pusherFor, signedBy } from '../lib/pusher.mjs';
import { startProtocolServer } from '../lib/protocol.mjs';
import { open, request, session } from '../lib/session.mjs';
import { connect } from '../lib/socket.mjs';

const server = await startProtocolServer(after);
const PRELUDE = 'h'.repeat(2048);
const ESTABLISHED = /^a\["\{\\"event\\":\\"pusher:connection_established\\",\\"data\\":\\"\{\\\\\\"socket_id\\\\\\":\\\\\\"\d+\.\d+\\\\\\",\\\\\\"activity_timeout\\\\\\":30\}\\"\}"\]$/;

test('p119 a preflight needs no session and allows POST and content-type from anywhere', async () => {
  for (const path of ['xhr', 'xhr_streaming', 'xhr_send']) {
    const target = `/pusher/app/${keyOf(MAIN).key}/1/preflight/${path}?t=1&n=1`;
    const headers = { Origin: 'https://page.example', 'Access-Control-Request-Method': 'POST' };
    const plain = await request(server, 'OPTIONS', target, { headers });
    assert.equal(plain.status, 204);
    assert.equal(plain.headers['access-control-allow-origin'], '*');
    assert.match(plain.headers['access-control-allow-methods'], /POST/);
    assert.equal(plain.headers['access-control-allow-headers'], 'content-type');
    assert.equal(plain.headers['access-control-max-age'], '86400');
    const asked = await request(server, 'OPTIONS', target, { headers: { ...headers, 'Access-Control-Request-Headers': 'content-type,x-own' } });
    assert.equal(asked.headers['access-control-allow-headers'], 'content-type,x-own');
  }
});

for (const transport of ['xhr_streaming', 'xhr_polling']) {
  test(`p120 p121 p122 trap32 pusher-js connects, hears and speaks over ${transport}`, async (t) => {
    const client = pusherClient(t, server, MAIN, { enabledTransports: [transport] });
    await nextEvent(client.connection, 'connected');
    assert.equal(client.connection.connection.transport.name, transport);
    const channel = client.subscribe(`p121-${transport}`);
    await nextEvent(channel, 'pusher:subscription_succeeded');
    const heard = nextEvent(channel, 'my-event');
    await pusherFor(server, MAIN).trigger(`p121-${transport}`, 'my-event', { hello: 'wörld 😀' });
    assert.deepEqual(await heard, { hello: 'wörld 😀' });
  });
}

test('p123 p125 p142 a stream begins with 2 KiB, o and connection_established, and is not to be kept', async () => {
  const { answer } = await open(server);
  assert.deepEqual(answer.lines.slice(0, 2), [PRELUDE, 'o']);
  assert.match(answer.lines[2], ESTABLISHED);
  assert.equal(answer.status, 200);
  assert.match(answer.headers['content-type'], /^application\/javascript; charset=utf-8$/i);
  assert.match(answer.headers['cache-control'], /no-store/);
  assert.equal(answer.headers['access-control-allow-origin'], '*');
  assert.equal(answer.headers['content-encoding'], undefined);
  assert.equal(answer.headers['x-accel-buffering'], 'no');
});

test('p124 the first poll returns o and connection_established and ends', async () => {
  const lines = await session(server).receive('xhr').rest();
  assert.equal(lines[0], 'o');
  assert.match(lines[1], ESTABLISHED);
  assert.equal(lines.length, 2);
});

test('p126 no line is ever empty', async () => {
  const { session: own, answer } = await open(server);
  await own.subscribe('p126');
  await own.take(answer, 'pusher_internal:subscription_succeeded');
  for (const data of ['', '\n', '\n\n', '"\\n"']) await publish(server, MAIN, 'p126', 'e', data);
  for (const data of ['', '\n', '\n\n', '"\\n"']) assert.equal((await answer.frame()).data, data);
  assert.ok(answer.lines.every((line) => line !== ''));
});
