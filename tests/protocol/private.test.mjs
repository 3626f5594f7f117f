// Private channels: docs/protocol.md 2.3 and 2.4, appendix A items 46 to 53 and 56.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { MAIN, QUIET, TWO_KEYS, VECTORS, keyOf } from '../lib/apps.mjs';
import { publish, trigger } from '../lib/api.mjs';
import { nextEvent, pusherClient, pusherFor, signedBy } from '../lib/pusher.mjs';
import { alive, payload, refusedSubscription, startProtocolServer } from '../lib/protocol.mjs';
import { startServer } from '../lib/server.mjs';
import { authorize, hmacHex } from '../lib/sign.mjs';
import { connect } from '../lib/socket.mjs';

const server = await startProtocolServer(after);
const KEY = keyOf(MAIN);

test('p46 a valid signature over socket_id:channel succeeds', async () => {
  const socket = await connect(server);
  for (const channel of ['private-p46', 'private-p46_-=@,.;']) {
    const frame = await socket.subscribe(channel, { auth: authorize(KEY, socket.id, channel) });
    assert.deepEqual(frame, { event: 'pusher_internal:subscription_succeeded', channel, data: '{}' });
  }
  await publish(server, MAIN, 'private-p46', 'secret', '"s"');
  assert.deepEqual(await socket.next(), { event: 'secret', channel: 'private-p46', data: '"s"' });
});

test('p46 p52 stock clients: pusher signs and pusher-js subscribes', async (t) => {
  const pusher = pusherFor(server, MAIN);
  const client = pusherClient(t, server, MAIN, { channelAuthorization: signedBy(pusher) });
  const channel = client.subscribe('private-p46-stock');
  await nextEvent(channel, 'pusher:subscription_succeeded');
});

test('p47 trap24 a wrong signature fails with an error and the connection stays open', async () => {
  const socket = await connect(server);
  const channel = 'private-p47';
  const right = authorize(KEY, socket.id, channel);
  const hex = right.split(':')[1];
  const wrong = ['0'.repeat(64), '', 'zz', hex.slice(0, 63), `${hex}0`, hex.toUpperCase(), `${hex.slice(0, 63)}${hex.endsWith('0') ? '1' : '0'}`];
  for (const given of wrong) {
    socket.request(channel, { auth: `${KEY.key}:${given}` });
    const answer = await refusedSubscription(socket, channel);
    assert.equal(answer.type, 'AuthError');
    assert.equal(answer.status, 401);
    const text = `${socket.id}:${channel}`;
    assert.equal(answer.message, `Invalid signature: Expected HMAC SHA256 hex digest of ${text}, but got ${given}`);
  }
  assert.deepEqual(await alive(socket), []);
  await socket.subscribe(channel, { auth: right });
});

test('p48 a signature made for another socket, or another channel, fails', async () => {
  const [socket, other] = [await connect(server), await connect(server)];
  for (const auth of [authorize(KEY, other.id, 'private-p48'), authorize(KEY, socket.id, 'private-p48-b')]) {
    socket.request('private-p48', { auth });
    assert.equal((await refusedSubscription(socket, 'private-p48')).type, 'AuthError');
  }
});

test('p49 a wrong key part fails even if the digest is right', async () => {
  const socket = await connect(server);
  const channel = 'private-p49';
  const digest = hmacHex(KEY.secret, `${socket.id}:${channel}`);
  for (const key of ['nobody', keyOf(QUIET).key, '', KEY.key.toUpperCase()]) {
    socket.request(channel, { auth: `${key}:${digest}` });
    const answer = await refusedSubscription(socket, channel);
    assert.equal(answer.type, 'AuthError');
    assert.equal(answer.message, `Invalid key in subscription auth data: '${key}'`);
  }
  socket.request(channel, { auth: authorize(keyOf(QUIET), socket.id, channel) });
  assert.equal((await refusedSubscription(socket, channel)).type, 'AuthError');
});

test('p50 a missing or unusable auth fails without a crash', async () => {
  const socket = await connect(server);
  const channel = 'private-p50';
  for (const auth of [undefined, null, '', ':', 'no-colon', 7, {}, []]) {
    socket.send('pusher:subscribe', { channel, auth });
    const frames = await socket.settle();
    assert.ok(frames.some((frame) => frame.event === 'pusher:error'), JSON.stringify(auth));
    assert.ok(frames.every((frame) => !frame.event.endsWith('succeeded')));
  }
  assert.deepEqual(await alive(socket), []);
});

test('p51 trap10 channel_data on a private channel is part of the signed string', async () => {
  const socket = await connect(server);
  const data = '{"user_id":"u1","extra": [1 ,2]}';
  await socket.subscribe('private-p51', { channelData: data });
  socket.request('private-p51-b', { channelData: data, auth: authorize(KEY, socket.id, 'private-p51-b') });
  assert.equal((await refusedSubscription(socket, 'private-p51-b')).type, 'AuthError');
  socket.send('pusher:subscribe', {
    channel: 'private-p51-c',
    channel_data: '',
    auth: authorize(KEY, socket.id, 'private-p51-c'),
  });
  await socket.expect('pusher_internal:subscription_succeeded', 'private-p51-c');
});

test('p52 a token from a second active key of the app works, also for HTTP and for connecting', async () => {
  const [oldest, newest] = TWO_KEYS.keys;
  for (const dialled of TWO_KEYS.keys) {
    const socket = await connect(server, { app: TWO_KEYS, key: dialled.key });
    await socket.subscribe('private-p52-old', { key: oldest });
    await socket.subscribe('private-p52-new', { key: newest });
    for (const key of TWO_KEYS.keys) {
      await publish(server, TWO_KEYS, 'private-p52-new', 'ok');
      const reply = await trigger(server, TWO_KEYS, { name: 'by-key', channel: 'private-p52-old', data: '1' }, { key });
      assert.equal(reply.status, 200);
    }
    socket.drop();
  }
});

test('p53 a token from a deleted key fails', async (t) => {
  const [oldest, newest] = TWO_KEYS.keys;
  const own = await startServer(t, { config: { apps: [TWO_KEYS] } });
  const before = await connect(own, { app: TWO_KEYS, key: oldest.key });
  await before.subscribe('private-p53', { key: oldest });
  await own.configure({ apps: [{ ...TWO_KEYS, keys: [newest] }] });
  await own.restart();
  const socket = await connect(own, { app: TWO_KEYS, key: newest.key });
  socket.request('private-p53', { auth: authorize(oldest, socket.id, 'private-p53') });
  const answer = await refusedSubscription(socket, 'private-p53');
  assert.equal(answer.message, `Invalid key in subscription auth data: '${oldest.key}'`);
  await socket.subscribe('private-p53', { key: newest });
  const reply = await trigger(own, TWO_KEYS, { name: 'x', channel: 'a', data: '1' }, { key: oldest });
  assert.ok([400, 401].includes(reply.status), String(reply.status));
});

test('p56 a failure emits pusher:subscription_error on the channel, with a JSON string as data', async (t) => {
  const socket = await connect(server);
  socket.request('private-p56', { auth: `${KEY.key}:00` });
  const frame = await socket.take('pusher:subscription_error');
  assert.equal(frame.channel, 'private-p56');
  assert.deepEqual(Object.keys(frame).sort(), ['channel', 'data', 'event']);
  assert.deepEqual(Object.keys(payload(frame)).sort(), ['error', 'status', 'type']);

  const stranger = pusherFor(server, VECTORS);
  const client = pusherClient(t, server, MAIN, { channelAuthorization: signedBy(stranger) });
  const error = await nextEvent(client.subscribe('private-p56'), 'pusher:subscription_error');
  assert.equal(error.type, 'AuthError');
  assert.equal(client.connection.state, 'connected');
});
