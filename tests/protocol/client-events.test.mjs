// Client events: docs/protocol.md section 3, appendix A items 91 to 103.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { MAIN, QUIET, keyOf } from '../lib/apps.mjs';
import { nextEvent, pusherClient, pusherFor, signedBy } from '../lib/pusher.mjs';
import { alive, payload, refusal, startProtocolServer } from '../lib/protocol.mjs';
import { connect } from '../lib/socket.mjs';

const server = await startProtocolServer(after);

/** Connections that are all subscribed to `channel`. */
async function room(channel, count, app = MAIN) {
  const sockets = [];
  for (let index = 0; index < count; index++) {
    const socket = await connect(server, { app });
    await socket.subscribe(channel, channel.startsWith('presence-') ? { member: { user_id: `u${index}` } } : {});
    sockets.push(socket);
  }
  for (const socket of sockets) await socket.settle();
  return sockets;
}

test('p91 client events are rejected when the setting is off, and the connection is kept', async () => {
  const [sender, other] = await room('private-p91', 2, QUIET);
  sender.send('client-typing', {}, 'private-p91');
  assert.equal(
    await refusal(sender),
    'To send client events, you must enable this feature in the Settings page of your dashboard.',
  );
  assert.deepEqual(await alive(sender), []);
  assert.deepEqual(await alive(other), []);
});

test('p92 trap26 client events are rejected on public channels', async () => {
  const [sender, other] = await room('p92', 2);
  sender.send('client-typing', {}, 'p92');
  assert.equal(await refusal(sender), 'Client event rejected - only supported on private and presence channels');
  assert.deepEqual(await alive(other), []);
});

test('p93 client events are rejected when not subscribed', async () => {
  const [member] = await room('private-p93', 1);
  const stranger = await connect(server);
  stranger.send('client-typing', {}, 'private-p93');
  assert.ok((await refusal(stranger)).length > 0);
  await stranger.subscribe('private-p93');
  stranger.unsubscribe('private-p93');
  stranger.send('client-typing', {}, 'private-p93');
  assert.ok((await refusal(stranger)).length > 0);
  const [fence] = await room('private-p93', 1);
  fence.send('client-fence', {}, 'private-p93');
  await member.expect('client-fence');
});

test('p94 client events are delivered to others, not to the sender, and not acknowledged', async () => {
  const [sender, ...others] = await room('private-p94', 4);
  sender.send('client-typing', { on: true }, 'private-p94');
  for (const other of others) {
    assert.deepEqual(await other.next(), { event: 'client-typing', channel: 'private-p94', data: '{"on":true}' });
  }
  others[0].send('client-fence', {}, 'private-p94');
  await sender.expect('client-fence');
});

test("p95 client events are delivered to the sender's other connections", async () => {
  const [sender, tab] = [await connect(server), await connect(server)];
  for (const socket of [sender, tab]) await socket.join('presence-p95', 'ana');
  sender.send('client-typing', {}, 'presence-p95');
  assert.equal((await tab.expect('client-typing')).user_id, 'ana');
});

test('p96 user_id is present on presence channels and absent on private ones', async () => {
  const [sender, other] = await room('presence-p96', 2);
  sender.send('client-typing', {}, 'presence-p96');
  assert.deepEqual(await other.next(), { event: 'client-typing', channel: 'presence-p96', data: '{}', user_id: 'u0' });
  const [privately, hearer] = await room('private-p96', 2);
  privately.send('client-typing', {}, 'private-p96');
  assert.deepEqual(await hearer.next(), { event: 'client-typing', channel: 'private-p96', data: '{}' });
});

test('p97 trap25 a forged user_id or extra key is not relayed', async () => {
  const forged = { event: 'client-x', data: {}, user_id: 'eve', socket_id: '1.1', serial: 9, extra: { a: 1 } };
  for (const channel of ['presence-p97', 'private-p97']) {
    const [sender, other] = await room(channel, 2);
    sender.sendText(JSON.stringify({ ...forged, channel }));
    const expected = { event: 'client-x', channel, data: '{}' };
    if (channel.startsWith('presence-')) expected.user_id = 'u0';
    assert.deepEqual(await other.next(), expected);
  }
});

test('p98 trap37 object data is delivered as a string that parses to it', async () => {
  const [sender, other] = await room('private-p98', 2);
  for (const data of [{ on: true, list: [1, 'é', null] }, [1, 2], 42, true, null, {}]) {
    sender.send('client-x', data, 'private-p98');
    assert.deepEqual(payload(await other.expect('client-x')), data);
  }
});

test('p99 trap37 string data is delivered unchanged', async () => {
  const [sender, other] = await room('private-p99', 2);
  for (const data of ['{"on": true}', 'plain', '', '"quoted"', '\\ / \u2028 é 😀 \n']) {
    sender.send('client-x', data, 'private-p99');
    assert.equal((await other.expect('client-x')).data, data);
  }
});

test('trap37 a member whose id is falsy keeps it, as a string, and so does what it sends', async () => {
  const channel = 'presence-trap37';
  const watcher = await connect(server);
  await watcher.join(channel, 'watcher');
  for (const id of ['0', 0, 'false', 'null']) {
    const sender = await connect(server);
    const { hash } = await sender.join(channel, id);
    assert.ok(Object.hasOwn(hash, String(id)), JSON.stringify(hash));
    assert.equal(payload(await watcher.expect('pusher_internal:member_added')).user_id, String(id));
    for (const data of ['0', '', 'false', '"0"', 'not json {']) {
      sender.send('client-x', data, channel);
      assert.deepEqual(await watcher.expect('client-x'), { event: 'client-x', channel, data, user_id: String(id) });
    }
    sender.unsubscribe(channel);
    assert.equal(payload(await watcher.expect('pusher_internal:member_removed')).user_id, String(id));
  }
});

test('p100 missing data is tolerated and forwarded as "{}"', async () => {
  const [sender, other] = await room('private-p100', 2);
  sender.sendText('{"event":"client-x","channel":"private-p100"}');
  assert.deepEqual(await other.next(), { event: 'client-x', channel: 'private-p100', data: '{}' });
});

test('p101 the 11th event within a second gives 4301, is not delivered, and the connection stays', async () => {
  const [sender, other] = await room('private-p101', 2);
  for (let index = 1; index <= 11; index++) sender.send('client-x', index, 'private-p101');
  const frame = await sender.expect('pusher:error');
  assert.deepEqual(frame.data, { code: 4301, message: 'Client event rejected due to rate limit' });
  assert.deepEqual(await alive(sender), []);
  const [fence] = await room('private-p101', 1);
  fence.send('client-fence', {}, 'private-p101');
  for (let index = 1; index <= 10; index++) assert.equal((await other.expect('client-x')).data, String(index));
  await other.expect('client-fence');
});

test('p102 the client- prefix is anchored', async () => {
  const [sender, other] = await room('private-p102', 2);
  for (const event of ['x-client-y', 'Client-x', ' client-x', 'client', 'clientx']) {
    sender.send(event, {}, 'private-p102');
    assert.equal(await refusal(sender), `Unsupported event received on socket: ${event}`);
  }
  sender.send('client-', {}, 'private-p102');
  await sender.settle();
  sender.send('client-fence', {}, 'private-p102');
  await other.take('client-fence');
  assert.deepEqual(other.frames.filter((frame) => /x-client|Client/.test(frame.event)), []);
});

test('p103 oversized data, or an oversized name, is rejected', async () => {
  const [sender, other] = await room('private-p103', 2);
  const fits = 'é'.repeat(5_120);
  sender.send('client-fits', fits, 'private-p103');
  assert.equal((await other.expect('client-fits')).data, fits);
  sender.send('client-big', `${fits}x`, 'private-p103');
  assert.ok((await refusal(sender)).length > 0);
  sender.send('client-big', { pad: 'x'.repeat(10_240) }, 'private-p103');
  assert.ok((await refusal(sender)).length > 0);
  const name = 'client-'.padEnd(200, 'n');
  sender.send(`${name}n`, {}, 'private-p103');
  assert.ok((await refusal(sender)).length > 0);
  sender.send(name, {}, 'private-p103');
  await other.expect(name);
});

test('p94 stock clients: pusher-js triggers and pusher-js receives', async (t) => {
  const pusher = pusherFor(server, MAIN);
  const [sender, receiver] = ['ana', 'bo'].map((id) =>
    pusherClient(t, server, MAIN, { channelAuthorization: signedBy(pusher, { user_id: id }) }).subscribe('presence-p94-stock'),
  );
  await nextEvent(sender, 'pusher:subscription_succeeded');
  if (!receiver.subscribed) await nextEvent(receiver, 'pusher:subscription_succeeded');
  const heard = new Promise((resolve) => receiver.bind('client-typing', (data, meta) => resolve([data, meta])));
  assert.equal(sender.trigger('client-typing', { on: true }), true);
  assert.deepEqual(await heard, [{ on: true }, { user_id: 'ana' }]);
});

test('section 0.2: the key of another app hears nothing of this one', async () => {
  const [sender] = await room('private-apart', 1);
  const foreign = await connect(server, { app: QUIET, key: keyOf(QUIET).key });
  await foreign.subscribe('private-apart');
  sender.send('client-x', {}, 'private-apart');
  await sender.settle();
  assert.deepEqual(await alive(foreign), []);
});
