// The one table of steps that every client library goes through: two people with a client, and a back end with a server library.
// The steps of a client run in this order and go on with what the ones before have opened.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { within } from '../lib/wait.mjs';

/**
 * Registers a test for each step. `world` has `open(person)`, which makes a client of somebody's, and `back`, the server library;
 * `transport` is what the clients are to come over, if it is not a plain WebSocket, and `opened` holds both people's
 * clients once they are connected.
 */
export function play(title, world, { numbers = {} } = {}) {
  world.opened = {};
  for (const [name, numbered, step] of STEPS) {
    const words = [...(numbers[name] ?? []), ...numbered];
    test([...words, `${title}: ${name}`].join(' '), () => step(world));
  }
}

/** Name, the items of docs/protocol.md that it tests, and what is done. */
const STEPS = [
  ['connect', [], connect],
  ['public channel', ['p176'], publicChannel],
  ['private channel', ['p176'], privateChannel],
  ['presence channel', ['p176'], presenceChannel],
  ['encrypted channel', ['p176'], encryptedChannel],
  ['client events', [], clientEvents],
  ['trigger', ['p176'], trigger],
  ['batch', ['p176'], batch],
  ['queries', ['p176'], queries],
  ['signin', ['p104'], signin],
  ['user events', ['p109', 'p176'], userEvents],
  ['webhooks', ['p177', 'p178'], webhooks],
  ['terminate', ['p111', 'p176'], terminate],
];

async function connect(world) {
  for (const person of ['ana', 'bo']) {
    world.opened[person] = await world.open(person);
    world.opened[`${person}'s id`] = await reply(world.opened[person].connected(), `${person} to be connected`);
  }
  assert.equal(await world.opened.ana.transport(), world.transport ?? 'ws');
  assert.match(world.opened["ana's id"], /^\d+\.\d+$/);
  assert.notEqual(world.opened["ana's id"], world.opened["bo's id"]);
}

async function publicChannel({ opened: { ana, bo }, back }) {
  await both(ana, bo, (each) => subscribe(each, 'news'));
  await both(ana, bo, (each) => each.listen('news', 'headline'));
  await back.ask({ do: 'trigger', channels: ['news'], event: 'headline', data: { text: 'Hé "you"' } });
  for (const each of [ana, bo]) assert.deepEqual((await heard(each, 'news', 'headline')).data, { text: 'Hé "you"' });
}

async function privateChannel({ opened: { ana }, open, back }) {
  await subscribe(ana, 'private-desk');
  await ana.listen('private-desk', 'note');
  await back.ask({ do: 'trigger', channels: ['private-desk'], event: 'note', data: 'a text' });
  assert.equal((await heard(ana, 'private-desk', 'note')).data, 'a text');
  const mallory = await open('mallory');
  await reply(mallory.connected(), 'mallory to be connected');
  await assert.rejects(subscribe(mallory, 'private-desk'), /403/);
  await mallory.close();
}

async function presenceChannel({ opened: { ana, bo } }) {
  assert.deepEqual(await subscribe(ana, 'presence-team'), { ana: { name: 'ana' } });
  await ana.listen('presence-team', 'pusher:member_added');
  await ana.listen('presence-team', 'pusher:member_removed');
  const team = { ana: { name: 'ana' }, bo: { name: 'bo' } };
  assert.deepEqual(await subscribe(bo, 'presence-team'), team);
  assert.deepEqual((await heard(ana, 'presence-team', 'pusher:member_added')).data, { id: 'bo', info: { name: 'bo' } });
  await bo.unsubscribe('presence-team');
  assert.equal((await heard(ana, 'presence-team', 'pusher:member_removed')).data.id, 'bo');
  await subscribe(bo, 'presence-team');
}

async function encryptedChannel({ opened: { ana }, back }) {
  await subscribe(ana, 'private-encrypted-vault');
  await ana.listen('private-encrypted-vault', 'secret');
  await back.ask({ do: 'trigger', channels: ['private-encrypted-vault'], event: 'secret', data: { pin: 'é17' } });
  assert.deepEqual((await heard(ana, 'private-encrypted-vault', 'secret')).data, { pin: 'é17' });
}

async function clientEvents({ opened: { ana, bo } }) {
  await subscribe(bo, 'private-desk');
  await both(ana, bo, (each) => each.listen('private-desk', 'client-typing'));
  await bo.listen('presence-team', 'client-typing');
  assert.equal(await ana.trigger('private-desk', 'client-typing', { on: true }), true);
  assert.deepEqual((await heard(bo, 'private-desk', 'client-typing')).data, { on: true });
  await ana.trigger('presence-team', 'client-typing', 'yes');
  const { data, user } = await heard(bo, 'presence-team', 'client-typing');
  assert.equal(data, 'yes');
  // Echo hands on the data alone, and keeps no user; no user at all is `null`.
  if (user !== undefined) assert.equal(user, 'ana');
  // What Bo answers is the first that Ana hears: her own never came back.
  await bo.trigger('private-desk', 'client-typing', { on: false });
  assert.deepEqual((await heard(ana, 'private-desk', 'client-typing')).data, { on: false });
}

async function trigger({ opened, back }) {
  const { ana, bo } = opened;
  await both(ana, bo, (each) => subscribe(each, 'sport'));
  await both(ana, bo, (each) => both('news', 'sport', (channel) => each.listen(channel, 'result')));
  const result = { do: 'trigger', channels: ['news', 'sport'], event: 'result' };
  await back.ask({ ...result, data: [1, 'x'], except: opened["ana's id"] });
  await back.ask({ ...result, data: 'last' });
  for (const channel of ['news', 'sport']) {
    assert.deepEqual((await heard(bo, channel, 'result')).data, [1, 'x']);
    assert.equal((await heard(bo, channel, 'result')).data, 'last');
    assert.equal((await heard(ana, channel, 'result')).data, 'last');
  }
}

async function batch({ opened: { ana }, back }) {
  await ana.listen('news', 'one');
  await ana.listen('sport', 'two');
  const events = [
    { channel: 'news', event: 'one', data: { n: 1 } },
    { channel: 'sport', event: 'two', data: { n: 2 } },
  ];
  await back.ask({ do: 'batch', events });
  assert.deepEqual((await heard(ana, 'news', 'one')).data, { n: 1 });
  assert.deepEqual((await heard(ana, 'sport', 'two')).data, { n: 2 });
}

async function queries({ back }) {
  const presence = await back.ask({ do: 'channels', prefix: 'presence-', info: ['user_count'] });
  assert.deepEqual(presence, { 'presence-team': { user_count: 2 } });
  assert.deepEqual(await back.ask({ do: 'channel', channel: 'presence-team', info: ['user_count'] }), {
    occupied: true,
    user_count: 2,
  });
  const counted = await back.ask({ do: 'channel', channel: 'news', info: ['subscription_count'] });
  assert.deepEqual(counted, { occupied: true, subscription_count: 2 });
  assert.deepEqual(await back.ask({ do: 'channel', channel: 'presence-empty', info: [] }), { occupied: false });
  assert.deepEqual((await back.ask({ do: 'users', channel: 'presence-team' })).sort(), ['ana', 'bo']);
  await assert.rejects(back.ask({ do: 'users', channel: 'news' }));
}

async function signin({ opened: { ana, bo } }) {
  assert.equal(await reply(ana.signin(), 'ana to be signed in'), 'ana');
  assert.equal(await reply(bo.signin(), 'bo to be signed in'), 'bo');
}

async function userEvents({ opened: { ana, bo }, back }) {
  await both(ana, bo, (each) => each.listen(null, 'mail'));
  await back.ask({ do: 'toUser', user: 'ana', event: 'mail', data: { unread: 3 } });
  await back.ask({ do: 'toUser', user: 'bo', event: 'mail', data: { unread: 0 } });
  assert.deepEqual((await heard(ana, null, 'mail')).data, { unread: 3 });
  assert.deepEqual((await heard(bo, null, 'mail')).data, { unread: 0 });
}

/** What the steps before have caused has been told, and the server library believes every word of it. */
async function webhooks({ receiver, back }) {
  const typing = { name: 'client_event', channel: 'presence-team', event: 'client-typing', data: 'yes', user_id: 'ana' };
  await receiver.heard({ name: 'channel_occupied', channel: 'news' });
  await receiver.heard({ name: 'member_added', channel: 'presence-team', user_id: 'ana' });
  await receiver.heard(typing);
  for (const { headers, body } of receiver.requests) {
    assert.equal(headers['content-type'], 'application/json');
    const hook = { do: 'webhook', key: headers['x-pusher-key'], signature: headers['x-pusher-signature'], body };
    assert.deepEqual(await back.ask(hook), JSON.parse(body).events);
    await assert.rejects(back.ask({ ...hook, body: body.replace('"channel"', '"channe1"') }));
    await assert.rejects(back.ask({ ...hook, key: 'another' }));
  }
}

async function terminate({ opened: { ana, bo }, back }) {
  await back.ask({ do: 'terminate', user: 'ana' });
  await reply(ana.disconnected(), 'ana to be disconnected');
  await bo.listen('news', 'after');
  await back.ask({ do: 'trigger', channels: ['news'], event: 'after', data: 1 });
  assert.equal((await heard(bo, 'news', 'after')).data, 1);
}

function subscribe(front, channel) {
  return reply(front.subscribe(channel), `${channel} to be subscribed to`);
}

function heard(front, channel, event) {
  return reply(front.heard(channel, event), `${event} on ${channel}`);
}

/** A promise of a client's, which knows no patience. */
function reply(promise, what) {
  return within(promise, what);
}

function both(one, other, act) {
  return Promise.all([act(one), act(other)]);
}
