// Publishing over HTTP: docs/protocol.md 6.1, 6.3 and 6.7, appendix A items 157 to 164.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { DISABLED, MAIN, keyOf } from '../lib/apps.mjs';
import { call, publish, send, trigger } from '../lib/api.mjs';
import { pusherFor } from '../lib/pusher.mjs';
import { startProtocolServer } from '../lib/protocol.mjs';
import { hmacHex, signedQuery, stringToSign } from '../lib/sign.mjs';
import { connect } from '../lib/socket.mjs';

const server = await startProtocolServer(after);

test('p157 single-channel channel and multi-channel channels both work', async () => {
  const socket = await connect(server);
  for (const channel of ['p157-a', 'p157-b']) await socket.subscribe(channel);
  assert.equal((await trigger(server, MAIN, { name: 'one', channel: 'p157-a', data: '1' })).status, 200);
  await socket.expect('one', 'p157-a');
  assert.equal((await trigger(server, MAIN, { name: 'two', channels: ['p157-a', 'p157-b'], data: '2' })).status, 200);
  const heard = [await socket.expect('two'), await socket.expect('two')].map((frame) => frame.channel);
  assert.deepEqual(heard.sort(), ['p157-a', 'p157-b']);
});

test('p158 100 channels are accepted, 101 are 400', async () => {
  const socket = await connect(server);
  await socket.subscribe('p158-99');
  const names = Array.from({ length: 101 }, (_, index) => `p158-${index}`);
  assert.equal((await trigger(server, MAIN, { name: 'e', channels: names, data: '' })).status, 400);
  assert.equal((await trigger(server, MAIN, { name: 'f', channels: names.slice(0, 100), data: '' })).status, 200);
  await socket.expect('f', 'p158-99');
  assert.equal((await trigger(server, MAIN, { name: 'e', channels: [], data: '' })).status, 400);
});

test('p159 data of 10,240 bytes is accepted, of 10,241 is 413, in bytes and not characters', async () => {
  const socket = await connect(server);
  await socket.subscribe('p159');
  for (const data of ['x'.repeat(10_240), 'é'.repeat(5_120), '😀'.repeat(2_560), '\n'.repeat(10_240)]) {
    await publish(server, MAIN, 'p159', 'fits', data);
    assert.equal((await socket.expect('fits')).data, data);
  }
  for (const data of ['x'.repeat(10_241), `${'é'.repeat(5_120)}x`, 'x'.repeat(200_000)]) {
    const reply = await trigger(server, MAIN, { name: 'e', channel: 'p159', data });
    assert.equal(reply.status, 413);
    if (data.length < 20_000) {
      assert.match(reply.text, /The data content of this event exceeds the allowed maximum \(10240 bytes\)/);
    }
  }
});

test('p160 an event name of 200 is accepted, of 201 is 400', async () => {
  const socket = await connect(server);
  await socket.subscribe('p160');
  for (const name of ['n'.repeat(200), 'é'.repeat(200), 'App\\Events\\Foo', 'a b "c"', 'client-by-http']) {
    await publish(server, MAIN, 'p160', name);
    await socket.expect(name);
  }
  for (const name of ['n'.repeat(201), '']) {
    assert.equal((await trigger(server, MAIN, { name, channel: 'p160', data: '' })).status, 400);
  }
});

test('p161 trap7 publishing without info returns exactly {}', async () => {
  const reply = await trigger(server, MAIN, { name: 'e', channel: 'p161', data: '1' });
  assert.equal(reply.status, 200);
  assert.equal(reply.text, '{}');
  assert.match(reply.headers['content-type'], /^application\/json/);
});

test('p164 duplicate channel names deliver once', async () => {
  const socket = await connect(server);
  await socket.subscribe('p164');
  const channels = ['p164', 'p164-b', 'p164', 'p164'];
  assert.equal((await trigger(server, MAIN, { name: 'dup', channels, data: '1' })).status, 200);
  await publish(server, MAIN, 'p164', 'fence');
  await socket.expect('dup');
  await socket.expect('fence');
});

test('p163 the stock server library leaves out the socket that it names', async () => {
  const [author, tab] = [await connect(server), await connect(server)];
  for (const socket of [author, tab]) await socket.subscribe('except');
  await pusherFor(server, MAIN).trigger('except', 'skipped', {}, { socket_id: author.id });
  await publish(server, MAIN, 'except', 'to-all');
  await tab.expect('skipped');
  await tab.expect('to-all');
  await author.expect('to-all');
});

test('section 6.7: malformed bodies are 400, with a JSON object', async () => {
  const bodies = ['{', 'null', '[]', '"x"', '42', '{}', '{"name":"e"}', '{"name":"e","channel":"a"}', '{"channel":"a","data":""}', '{"name":7,"channel":"a","data":""}', '{"name":"e","channel":"a b","data":""}', '{"name":"e","channel":"","data":""}', '{"name":"e","channels":"a","data":""}', '{"name":"e","channels":[1],"data":""}', '{"name":"e","channel":"a/b","data":""}'];
  for (const body of bodies) {
    const reply = await call(server, MAIN, 'POST', '/events', { body });
    assert.equal(reply.status, 400, `${body}: ${reply.text}`);
    assert.equal(typeof reply.json?.error, 'string', body);
  }
});

test('section 6.7: names of the protocol itself are refused', async () => {
  for (const name of ['pusher:error', 'pusher:x', 'pusher_internal:member_added']) {
    assert.equal((await trigger(server, MAIN, { name, channel: 'a', data: '' })).status, 400);
  }
});

test('section 6.7: an unknown app or path is 404, a disabled app 403', async () => {
  const event = { name: 'e', channel: 'a', data: '' };
  assert.equal((await trigger(server, { ...MAIN, id: '999999' }, event)).status, 404);
  assert.equal((await trigger(server, DISABLED, event)).status, 403);
  assert.equal((await call(server, MAIN, 'POST', '/nothing-here', { body: '{}' })).status, 404);
});

test('invariant 7: a request body has a limit', async () => {
  const reply = await call(server, MAIN, 'POST', '/events', { body: `{"name":"e","channel":"a","data":"${'x'.repeat(4_000_000)}"}` }).catch(
    (error) => ({ status: 413, text: error.code }),
  );
  assert.equal(reply.status, 413);
  assert.equal((await send(server, 'GET', '/up')).status, 200);
});

test('p152 section 6.3: parameters of a publish may be in the query string, lists in the forms of every SDK', async () => {
  const socket = await connect(server);
  for (const channel of ['p152-a', 'p152-b']) await socket.subscribe(channel);
  const lists = [[['channels[]', 'p152-a'], ['channels[]', 'p152-b']], [['channels', 'p152-a,p152-b']]];
  for (const list of lists) {
    const path = '/apps/1001/events';
    const auth = signedQuery(keyOf(MAIN), 'POST', path).slice(0, -1);
    const pairs = [...auth, ['name', 'asked'], ['data', '{"a":1}'], ...list];
    const signature = hmacHex(keyOf(MAIN).secret, stringToSign('POST', path, pairs));
    const target = [...pairs, ['auth_signature', signature]].map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join('&');
    const reply = await send(server, 'POST', `${path}?${target}`);
    assert.equal(reply.text, '{}');
    // Channels keep no order among each other: with two shards either may be first.
    const frames = [await socket.expect('asked'), await socket.expect('asked')];
    assert.deepEqual(frames.map((frame) => frame.channel).sort(), ['p152-a', 'p152-b']);
    assert.deepEqual(frames.map((frame) => frame.data), ['{"a":1}', '{"a":1}']);
  }
});
