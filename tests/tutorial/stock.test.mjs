// From stock clients, in Node: register, authorize, subscribe, update, and be seen by whoever comes later.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { LOBBY, STATUS } from '../lib/apps.mjs';
import { Jar } from '../lib/jar.mjs';
import { startStatusServer } from '../lib/lobby.mjs';
import { nextEvent, pusherClient, pusherFor } from '../lib/pusher.mjs';
import { until } from '../lib/wait.mjs';

const server = await startStatusServer({ after });

/** Registers `name` and subscribes with pusher-js, which asks the server's own endpoint for the signature. */
async function join(t, name, status) {
  const jar = new Jar(server);
  assert.equal((await jar.register(name, status)).status, 200);
  const client = pusherClient(t, server, STATUS, {
    // In Node pusher-js may not set a cookie, so the request that a browser would make is made here.
    channelAuthorization: {
      customHandler: ({ socketId, channelName }, callback) => {
        jar.authorize(socketId, channelName).then((reply) => callback(null, reply.json), callback);
      },
    },
  });
  const channel = client.subscribe(LOBBY);
  await nextEvent(channel, 'pusher:subscription_succeeded');
  return { jar, client, channel };
}

test('c1 s4 register, auth, subscribe, client-status-update; a late joiner gets the new status', async (t) => {
  const ana = await join(t, 'ana', 'first');
  const bo = await join(t, 'bo', 'second');
  const heard = nextEvent(bo.channel, 'client-status-update');
  assert.equal(ana.channel.trigger('client-status-update', { username: 'ana', status: 'busy' }), true);
  assert.deepEqual(await heard, { username: 'ana', status: 'busy' });
  const late = await join(t, 'late', 'third');
  assert.equal(late.channel.members.get('ana').info.status, 'busy');
  await until(() => bo.channel.members.get('ana').info.status === 'busy', 'the mirror to reach bo');
  await until(() => ana.channel.members.me.info.status === 'busy', 'the mirror to reach ana herself');
});

test('s4 a status that names somebody else changes nothing', async (t) => {
  const [bob, eve, watcher] = [await join(t, 'bob', 'honest'), await join(t, 'eve', 'x'), await join(t, 'watcher', 'x')];
  const heard = [];
  for (const each of [bob, watcher]) each.channel.bind('client-status-update', (data) => heard.push(data));
  eve.channel.trigger('client-status-update', { username: 'bob', status: 'fooled' });
  eve.channel.trigger('client-status-update', { username: 'eve', status: 'fence' });
  await until(() => heard.length >= 2, 'the fence to reach both');
  assert.deepEqual(heard, [{ username: 'eve', status: 'fence' }, { username: 'eve', status: 'fence' }]);
  const late = await join(t, 'late-2', 'x');
  assert.equal(late.channel.members.get('bob').info.status, 'honest');
});

test('the stock server library can publish into the lobby, and its socket_id is left out', async (t) => {
  const [one, other] = [await join(t, 'one', 'x'), await join(t, 'other', 'x')];
  const heard = [];
  one.channel.bind('news', (data) => heard.push(data));
  const pusher = pusherFor(server, STATUS);
  const first = nextEvent(other.channel, 'news');
  await pusher.trigger(LOBBY, 'news', 'to others', { socket_id: one.client.connection.socket_id });
  assert.equal(await first, 'to others');
  const second = nextEvent(other.channel, 'news');
  await pusher.trigger(LOBBY, 'news', 'to all');
  assert.equal(await second, 'to all');
  await until(() => heard.length > 0, 'one to hear the second');
  assert.deepEqual(heard, ['to all']);
});
