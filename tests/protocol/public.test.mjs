// Public channels: docs/protocol.md 2.1 to 2.5, appendix A items 34 to 45.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { MAIN } from '../lib/apps.mjs';
import { publish } from '../lib/api.mjs';
import { pusherClient, pusherFor, nextEvent } from '../lib/pusher.mjs';
import { alive, refusal, refusedSubscription, startProtocolServer } from '../lib/protocol.mjs';
import { connect } from '../lib/socket.mjs';

const server = await startProtocolServer(after);

test('p34 subscribing without auth succeeds', async () => {
  const socket = await connect(server);
  await socket.subscribe('p34');
});

test('p35 subscribing with auth "" succeeds, as with any other auth', async () => {
  const socket = await connect(server);
  await socket.subscribe('p35', { auth: '' });
  await socket.subscribe('p35-b', { auth: 'nonsense' });
});

test('p36 trap6 the success frame has data "{}" and the channel name', async () => {
  const socket = await connect(server);
  assert.deepEqual(await socket.subscribe('p36'), {
    event: 'pusher_internal:subscription_succeeded',
    channel: 'p36',
    data: '{}',
  });
});

test('p37 a published event arrives with event, channel and data only', async () => {
  const socket = await connect(server);
  await socket.subscribe('p37');
  await publish(server, MAIN, 'p37', 'my-event', '{"hello":"world"}');
  assert.deepEqual(await socket.next(), { event: 'my-event', channel: 'p37', data: '{"hello":"world"}' });
});

test('p38 trap28 data is delivered byte for byte, JSON or not', async () => {
  const socket = await connect(server);
  await socket.subscribe('p38');
  const texts = ['{"b":1,"a":2}', '{ "spaced" : [ 1 , 2 ] }', 'not json', '', '"quoted"', '{"a":1,"a":2}', '1e400', '\u0000\u001f\u2028\ud83d\ude00 é \\ / "', '{"u":"\\u00e9"}', ' '];
  for (const text of texts) {
    await publish(server, MAIN, 'p38', 'bytes', text);
    assert.equal((await socket.next()).data, text);
  }
});

test('p39 a second subscription is told so, gives no second success and changes nothing', async () => {
  const socket = await connect(server);
  await socket.subscribe('p39');
  socket.request('p39');
  assert.equal(await refusal(socket), 'Existing subscription to channel p39');
  await publish(server, MAIN, 'p39', 'one');
  await publish(server, MAIN, 'p39', 'two');
  await socket.expect('one');
  await socket.expect('two');
  assert.equal(socket.seen('pusher_internal:subscription_succeeded').length, 1);
  socket.unsubscribe('p39');
  await alive(socket);
  await socket.subscribe('p39');
});

test('p40 unsubscribing stops delivery and is not acknowledged', async () => {
  const [socket, other] = [await connect(server), await connect(server)];
  for (const each of [socket, other]) await each.subscribe('p40');
  socket.unsubscribe('p40');
  assert.deepEqual(await socket.settle(), []);
  await publish(server, MAIN, 'p40', 'unheard');
  await other.expect('unheard');
  socket.request('p40');
  await socket.expect('pusher_internal:subscription_succeeded', 'p40');
  await publish(server, MAIN, 'p40', 'heard');
  await socket.expect('heard');
});

test('p41 subscribing again after unsubscribing works, many times over', async () => {
  const socket = await connect(server);
  for (let round = 0; round < 50; round++) {
    socket.request('p41');
    socket.unsubscribe('p41');
  }
  await alive(socket);
  await socket.subscribe('p41');
  await publish(server, MAIN, 'p41', 'once');
  await publish(server, MAIN, 'p41', 'fence');
  await socket.expect('once');
  await socket.expect('fence');
});

test('p42 names with every legal punctuation character work', async () => {
  const socket = await connect(server);
  for (const channel of ['_-=@,.;', 'p42_a-b=c@d,e.f;g', 'A', '0', ';', '-', 'AZaz09_-=@,.;']) {
    await socket.subscribe(channel);
    await publish(server, MAIN, channel, 'named');
    assert.equal((await socket.expect('named')).channel, channel);
  }
});

test('p43 names with other characters are rejected and the connection survives', async () => {
  const socket = await connect(server);
  for (const channel of ['a/b', 'a b', '#a', 'a#b', 'a:b', 'é', 'a\n', '日本', 'a+b', 'a%20b', 'a"b', '<a>', 'a\u0000', '😀']) {
    socket.request(channel);
    const answer = await refusedSubscription(socket, channel);
    assert.equal(answer.type, 'InvalidChannel', channel);
    assert.equal(typeof answer.status, 'number');
    assert.equal(typeof answer.error, 'string');
  }
  assert.deepEqual(await alive(socket), []);
});

test('p44 a name of 164 characters works and one of 165 is rejected', async () => {
  const socket = await connect(server);
  const longest = 'p44-'.padEnd(164, 'x');
  await socket.subscribe(longest);
  await publish(server, MAIN, longest, 'long');
  await socket.expect('long');
  socket.request(`${longest}x`);
  assert.equal((await refusedSubscription(socket, `${longest}x`)).type, 'InvalidChannel');
});

test('p45 names that only look private or present are public', async () => {
  const socket = await connect(server);
  for (const channel of ['private', 'my-private-x', 'privatefoo', 'presence', 'presence@x', 'my-presence-x', 'Private-x', 'PRESENCE-x', 'xcache-a']) {
    socket.send('pusher:subscribe', { channel });
    assert.deepEqual(await socket.next(), {
      event: 'pusher_internal:subscription_succeeded',
      channel,
      data: '{}',
    });
  }
});

test('section 2.4: unsubscribing without a subscription is answered or ignored, and harms nothing', async () => {
  const socket = await connect(server);
  socket.unsubscribe('p-none');
  for (const frame of await socket.settle()) {
    assert.equal(frame.event, 'pusher:error');
    assert.equal(frame.data.message, 'No current subscription to channel p-none, or subscription in progress');
  }
});

test('section 2.4: a thousand channels on one connection, each with its own events', async () => {
  const socket = await connect(server);
  for (let index = 0; index < 1000; index++) socket.request(`many-${index}`);
  for (let index = 0; index < 1000; index++) await socket.take('pusher_internal:subscription_succeeded');
  for (const index of [0, 499, 999]) {
    await publish(server, MAIN, `many-${index}`, 'mine');
    assert.equal((await socket.expect('mine')).channel, `many-${index}`);
  }
});

test('section 3 of the design: every subscriber sees one channel in one order', async () => {
  const sockets = await Promise.all(Array.from({ length: 8 }, () => connect(server)));
  for (const socket of sockets) await socket.subscribe('order');
  const total = 200;
  await Promise.all(Array.from({ length: total }, (_, index) => publish(server, MAIN, 'order', 'tick', String(index))));
  const orders = [];
  for (const socket of sockets) {
    const order = [];
    while (order.length < total) order.push((await socket.expect('tick')).data);
    orders.push(order);
  }
  assert.equal(new Set(orders[0]).size, total);
  for (const order of orders) assert.deepEqual(order, orders[0]);
});

test('stock clients: pusher publishes and pusher-js receives', async (t) => {
  const client = pusherClient(t, server, MAIN);
  const channel = client.subscribe('stock');
  await nextEvent(channel, 'pusher:subscription_succeeded');
  const arrived = nextEvent(channel, 'greeting');
  const reply = await pusherFor(server, MAIN).trigger('stock', 'greeting', { hello: 'world' });
  assert.equal(reply.status, 200);
  assert.deepEqual(await arrived, { hello: 'world' });
});

test('p87 nobody is told how many subscribe while the setting is off', async () => {
  const sockets = [await connect(server), await connect(server), await connect(server)];
  for (const channel of ['p87', 'private-p87']) {
    for (const socket of sockets) await socket.subscribe(channel);
  }
  for (const socket of sockets) await socket.join('presence-p87', 'same');
  sockets[2].unsubscribe('p87');
  await sockets[1].close();
  await publish(server, MAIN, 'p87', 'fence');
  await sockets[0].take('fence');
  for (const socket of sockets) {
    assert.deepEqual(socket.frames.filter(({ event }) => /subscription_count/.test(event)), []);
    assert.doesNotMatch(socket.texts.join(), /subscription_count/);
  }
});
