// Messages that make no sense: docs/protocol.md 1.6 and 1.7, appendix A items 25 to 33.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { MAIN } from '../lib/apps.mjs';
import { alive, refusal, startProtocolServer } from '../lib/protocol.mjs';
import { connect } from '../lib/socket.mjs';

const server = await startProtocolServer(after);

test('p25 trap33 pusher:error carries an object with code and message', async () => {
  const socket = await connect(server);
  socket.send('nonsense', {});
  const frame = await socket.expect('pusher:error');
  assert.deepEqual(frame, {
    event: 'pusher:error',
    data: { code: null, message: 'Unsupported event received on socket: nonsense' },
  });
});

test('p26 trap21 invalid JSON is answered and the connection survives', async () => {
  for (const text of ['{nope', '', '[]', '"pusher:ping"', '42', 'null', '[{"event":"pusher:ping"}]', '{"event":"pusher:ping"} x', '\u0000']) {
    const socket = await connect(server);
    socket.sendText(text);
    assert.equal(await refusal(socket), 'Invalid message format', JSON.stringify(text));
    assert.deepEqual(await alive(socket), []);
    socket.drop();
  }
});

test('p27 a frame without a usable event is answered and the connection survives', async () => {
  for (const message of [{}, { data: {} }, { event: null }, { event: 7 }, { event: {} }, { event: ['pusher:ping'] }]) {
    const socket = await connect(server);
    socket.sendText(JSON.stringify(message));
    assert.equal(await refusal(socket), 'Invalid message format', JSON.stringify(message));
    assert.deepEqual(await alive(socket), []);
    socket.drop();
  }
});

test('p28 an unknown pusher: event is answered and the connection survives', async () => {
  const socket = await connect(server);
  for (const event of ['pusher:nope', 'pusher:', 'pusher:connection_established', 'pusher:cache_miss', 'PUSHER:PING']) {
    socket.send(event, {});
    assert.equal(await refusal(socket), `Unsupported event received on socket: ${event}`);
  }
  assert.deepEqual(await alive(socket), []);
});

test('p29 trap27 a pusher_internal: event is rejected and not relayed', async () => {
  const [sender, other] = [await connect(server), await connect(server)];
  for (const socket of [sender, other]) await socket.subscribe('private-p29');
  for (const event of ['pusher_internal:member_added', 'pusher_internal:subscription_succeeded', 'pusher_internal:x']) {
    sender.send(event, { user_id: 'eve' }, 'private-p29');
    assert.equal(await refusal(sender), `Unsupported event received on socket: ${event}`);
  }
  sender.send('client-fence', {}, 'private-p29');
  await other.expect('client-fence');
});

test('p30 a ping with data "" does not break the connection', async () => {
  const socket = await connect(server);
  for (const data of ['""', '"{}"', 'null', '[]', '17', 'true']) {
    socket.sendText(`{"event":"pusher:ping","data":${data}}`);
    assert.deepEqual(await socket.next(), { event: 'pusher:pong', data: '{}' });
  }
});

test('p31 subscribing to an empty, missing or non-string channel is an error and no crash', async () => {
  const subscriptions = [
    '{"event":"pusher:subscribe","data":{"channel":""}}',
    '{"event":"pusher:subscribe","data":{}}',
    '{"event":"pusher:subscribe","data":{"channel":null}}',
    '{"event":"pusher:subscribe","data":{"channel":42}}',
    '{"event":"pusher:subscribe","data":{"channel":["a"]}}',
    '{"event":"pusher:subscribe","data":{"channel":{"a":1}}}',
    '{"event":"pusher:subscribe","data":""}',
    '{"event":"pusher:subscribe","data":"{}"}',
    '{"event":"pusher:subscribe","data":null}',
    '{"event":"pusher:subscribe"}',
    '{"event":"pusher:unsubscribe"}',
    '{"event":"pusher:unsubscribe","data":{"channel":3}}',
    '{"event":"pusher:subscribe","data":{"channel":"private-a","auth":{}}}',
    '{"event":"pusher:subscribe","data":{"channel":"presence-a","auth":7,"channel_data":{}}}',
    '{"event":"pusher:signin","data":7}',
  ];
  const socket = await connect(server);
  for (const text of subscriptions) {
    socket.sendText(text);
    const frames = await socket.settle();
    const errors = frames.filter((frame) => frame.event === 'pusher:error');
    assert.equal(errors.length, 1, `${text} -> ${JSON.stringify(frames)}`);
    assert.equal(errors[0].data.code, null);
  }
});

test('p32 binary messages are answered and do not crash the server', async () => {
  for (const bytes of [Buffer.alloc(0), Buffer.from([0, 255, 254]), Buffer.from('{"event":"pusher:ping"}')]) {
    const socket = await connect(server);
    socket.ws.send(bytes, { binary: true });
    assert.equal(await refusal(socket), 'Invalid message format');
    assert.deepEqual(await alive(socket), []);
  }
});

test('p33 in-band errors never carry a top-level channel', async () => {
  const socket = await connect(server);
  await socket.subscribe('p33');
  const provocations = [
    () => socket.request('p33'),
    () => socket.unsubscribe('p33-never'),
    () => socket.request('private-p33', { auth: 'main-key:0000' }),
    () => socket.request('presence-p33', { auth: 'other:0000', channelData: '{"user_id":"a"}' }),
    () => socket.request('p33 with spaces'),
    () => socket.send('client-x', {}, 'p33'),
    () => socket.send('client-x', {}, 'private-p33'),
    () => socket.send('client-x', {}),
    () => socket.send('pusher:nope', {}, 'p33'),
    () => socket.sendText('{"channel":"p33"}'),
  ];
  for (const provoke of provocations) {
    provoke();
    await socket.settle();
  }
  const errors = socket.seen('pusher:error');
  assert.ok(errors.length >= provocations.length - 1, `${errors.length} errors`);
  for (const frame of errors) assert.deepEqual(Object.keys(frame).sort(), ['data', 'event']);
});

test('section 1.7: a message of 32 KiB is taken, one far above the cap is closed with 1009', async () => {
  const socket = await connect(server, { app: MAIN });
  socket.sendText(JSON.stringify({ event: 'pusher:ping', data: { pad: 'x'.repeat(32_000) } }));
  assert.equal((await socket.next()).event, 'pusher:pong');
  socket.sendText(JSON.stringify({ event: 'pusher:ping', data: { pad: 'x'.repeat(8_000_000) } }));
  assert.equal((await socket.closed()).code, 1009);
});

test('invariant 10: protocol errors on the WebSocket layer close one connection and harm no other', async () => {
  const witness = await connect(server);
  const invalid = [
    Buffer.from([0x81, 0x05, ...Buffer.from('hello')]), // not masked
    Buffer.from([0xf1, 0x80, 0, 0, 0, 0]), // reserved bits
    Buffer.from([0x83, 0x80, 0, 0, 0, 0]), // reserved opcode
    Buffer.from([0x09, 0x80, 0, 0, 0, 0]), // fragmented control frame
    Buffer.from([0x80, 0x80, 0, 0, 0, 0]), // continuation of nothing
    Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28]), // not UTF-8
    Buffer.from([0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]), // 8 EiB
  ];
  for (const bytes of invalid) {
    const socket = await connect(server);
    socket.ws._socket.write(bytes);
    const { code } = await socket.closed();
    assert.ok([1002, 1007, 1009].includes(code), `${bytes.toString('hex')}: ${code}`);
  }
  assert.deepEqual(await alive(witness), []);
});
