// Cache channels and subscription counting: docs/protocol.md 2.7, 2.8 and 6.5, appendix A items 78 to 90, 162 and 170.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { COUNTED, MAIN } from '../lib/apps.mjs';
import { call, publish, trigger } from '../lib/api.mjs';
import { pusherClient } from '../lib/pusher.mjs';
import { payload, startProtocolServer } from '../lib/protocol.mjs';
import { startServer } from '../lib/server.mjs';
import { connect } from '../lib/socket.mjs';
import { until } from '../lib/wait.mjs';

const server = await startProtocolServer(after);
const PREFIXES = ['cache-', 'private-cache-', 'private-encrypted-cache-', 'presence-cache-'];

/** Subscribes, as `ana` where members are needed, and returns the frame behind the success. */
async function last(channel, { app = MAIN } = {}) {
  const socket = await connect(server, { app });
  await socket.subscribe(channel, channel.startsWith('presence-') ? { member: { user_id: 'ana' } } : {});
  const frame = await socket.next('what follows the success');
  await socket.close();
  return frame;
}

async function told(channel, info, { app = MAIN, status = 200 } = {}) {
  const reply = await call(server, app, 'GET', `/channels/${channel}`, { query: { info } });
  assert.equal(reply.status, status, reply.text);
  return reply.json;
}

test('p78 p84 who finds a cache channel of any prefix empty gets cache_miss', async () => {
  for (const prefix of PREFIXES) {
    const channel = `${prefix}p78`;
    assert.deepEqual(await last(channel), { event: 'pusher:cache_miss', channel, data: '{}' });
  }
});

test('p79 p80 p81 p84 p86 p170 trap17 trap18 trap35 the latest event is kept under its own name, heard or not', async () => {
  for (const prefix of PREFIXES) {
    const channel = `${prefix}p81`;
    await publish(server, MAIN, channel, 'first', 'not this');
    await publish(server, MAIN, channel, 'tick "é"', '{"usd":"é\\u0000"}');
    const kept = { event: 'tick "é"', channel, data: '{"usd":"é\\u0000"}' };
    assert.deepEqual(await last(channel), kept);
    assert.deepEqual(await last(channel), kept, 'after it was vacated');
    const { cache } = await told(channel, 'cache');
    assert.equal(cache.data, kept.data);
    assert.ok(cache.ttl > 1700 && cache.ttl <= 1800, `${cache.ttl}`);
  }
});

test('p82 p170 the entry expires, for subscribers and for queries', async () => {
  await publish(server, COUNTED, 'cache-p82', 'tick', '1');
  assert.deepEqual((await told('cache-p82', 'cache', { app: COUNTED })).cache.data, '1');
  await until(async () => (await told('cache-p82', 'cache', { app: COUNTED })).cache === null, 'the event to expire');
  assert.equal((await last('cache-p82', { app: COUNTED })).event, 'pusher:cache_miss');
});

test('p83 client events and member events do not alter the cache', async () => {
  await publish(server, MAIN, 'presence-cache-p83', 'tick', '1');
  const [ana, bo] = [await connect(server), await connect(server)];
  await ana.join('presence-cache-p83', 'ana');
  await bo.join('presence-cache-p83', 'bo');
  ana.send('client-x', { a: 1 }, 'presence-cache-p83');
  await bo.take('client-x');
  assert.equal((await last('presence-cache-p83')).event, 'tick');
});

test('p85 a batch updates the cache in order', async () => {
  const batch = ['1', '2', '3'].map((data) => ({ name: 'tick', channel: 'cache-p85', data }));
  assert.equal((await call(server, MAIN, 'POST', '/batch_events', { body: JSON.stringify({ batch }) })).text, '{}');
  assert.equal((await last('cache-p85')).data, '3');
});

test('p55 p84 what is published on encrypted channels is relayed and kept unchanged', async () => {
  const data = '{"nonce":"AAAA","ciphertext":"b/+="}';
  const socket = await connect(server);
  for (const channel of ['private-encrypted-p55', 'private-encrypted-cache-p55']) {
    await socket.subscribe(channel);
    await publish(server, MAIN, channel, 'secret', data);
    assert.equal((await socket.take('secret')).data, data);
  }
  assert.equal((await last('private-encrypted-cache-p55')).data, data);
});

test('p162 p170 a publish tells of the cache where there is one, and of nothing that does not apply', async () => {
  const info = 'cache,subscription_count,user_count';
  const event = { name: 'tick', channels: ['cache-p162', 'p162'], data: '7', info };
  const { channels } = (await trigger(server, MAIN, event)).json;
  assert.deepEqual(channels, { 'cache-p162': { cache: { data: '7', ttl: 1800 } }, p162: {} });
  const counted = (await trigger(server, COUNTED, { ...event, channels: ['p162', 'presence-p162'] })).json;
  assert.deepEqual(counted.channels, { p162: { subscription_count: 0 }, 'presence-p162': { subscription_count: 0, user_count: 0 } });
});

test('p87 p88 p89 subscribers are told how many they are, in apps that count, and never on presence channels', async () => {
  const app = COUNTED;
  const [one, two] = [await connect(server, { app }), await connect(server, { app })];
  const count = async (socket) => payload(await socket.expect('pusher_internal:subscription_count', 'p88'));
  await one.subscribe('p88');
  assert.deepEqual(await count(one), { subscription_count: 1 });
  await two.subscribe('p88');
  assert.deepEqual([await count(one), await count(two)], [{ subscription_count: 2 }, { subscription_count: 2 }]);
  assert.deepEqual(await told('p88', 'subscription_count', { app }), { occupied: true, subscription_count: 2 });
  two.unsubscribe('p88');
  assert.deepEqual(await count(one), { subscription_count: 1 });
  await one.join('presence-p89', 'ana');
  await two.join('presence-p89', 'ana');
  assert.deepEqual(await one.settle(), []);
  assert.deepEqual(await told('presence-p89', 'subscription_count,user_count', { app }), { occupied: true, user_count: 1, subscription_count: 2 });
  const quiet = await connect(server);
  await quiet.subscribe('p88');
  assert.deepEqual(await quiet.settle(), []);
  assert.match((await told('p88', 'subscription_count', { status: 400 })).error, /subscription_counting/);
});

test('p79 p88 the stock client hears the last event and the count', async () => {
  await publish(server, COUNTED, 'cache-stock', 'tick', '{"usd":1}');
  const pusher = pusherClient({ after }, server, COUNTED);
  const channel = pusher.subscribe('cache-stock');
  const heard = [];
  channel.bind_global((event, data) => heard.push([event, data]));
  await until(() => heard.length === 3, () => `three events; got ${JSON.stringify(heard)}`);
  assert.deepEqual(heard, [
    ['pusher:subscription_succeeded', {}],
    ['tick', { usd: 1 }],
    ['pusher:subscription_count', { subscription_count: 1 }],
  ]);
  assert.equal(channel.subscriptionCount, 1);
});

test('section 2.7: what is kept outlives a process that is killed, once the journal has written what came after', async (t) => {
  // What the subscription to another channel owes is written behind what is kept, and before it is answered.
  const app = { ...MAIN, webhooks: [{ url: 'http://127.0.0.1:9/', events: ['channel_existence'] }] };
  const mine = await startServer(t, { config: { apps: [app] } });
  const before = await connect(mine, { app });
  await before.subscribe('cache-killed');
  await before.expect('pusher:cache_miss', 'cache-killed');
  for (const data of ['1', '2']) {
    await publish(mine, app, 'cache-killed', 'tick', data);
    await before.expect('tick', 'cache-killed');
  }
  await before.subscribe('other');
  await mine.kill();
  await mine.start();
  const after = await connect(mine, { app });
  await after.subscribe('cache-killed');
  assert.equal((await after.expect('tick', 'cache-killed')).data, '2');
});

test('section 2.7: what is kept outlives the process, with its time', async (t) => {
  const mine = await startServer(t, { config: { apps: [MAIN] } });
  await publish(mine, MAIN, 'cache-kept', 'tick', '1');
  await publish(mine, MAIN, 'cache-kept', 'tick', '"é\u0000"');
  await mine.terminate();
  await mine.start();
  const socket = await connect(mine);
  await socket.subscribe('cache-kept');
  assert.equal((await socket.expect('tick', 'cache-kept')).data, '"é\u0000"');
  const reply = await call(mine, MAIN, 'GET', '/channels/cache-kept', { query: { info: 'cache' } });
  assert.ok(reply.json.cache.ttl > 1700 && reply.json.cache.ttl <= 1800, reply.text);
});
