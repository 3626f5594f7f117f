// Presence: docs/protocol.md 2.6, appendix A items 57 to 77, and the grace rules of docs/status.md 3.3.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { BRIEF, GHOSTS, MAIN, MIRROR, NO_UPDATES, PATIENT, QUIET, STRICT, keyOf } from '../lib/apps.mjs';
import { patchMember, publish } from '../lib/api.mjs';
import { nextEvent, pusherClient, pusherFor, signedBy } from '../lib/pusher.mjs';
import { alive, payload, refusedSubscription, startProtocolServer } from '../lib/protocol.mjs';
import { authorize } from '../lib/sign.mjs';
import { connect } from '../lib/socket.mjs';
import { timed } from '../lib/wait.mjs';

const server = await startProtocolServer(after);

/** A connection that has joined `channel` as `user`. */
async function member(app, channel, user, info) {
  const socket = await connect(server, { app });
  socket.roster = await socket.join(channel, user, info);
  return socket;
}

/** The payload of a member event without what Rollcall adds to it. */
function who(frame) {
  const { serial, ...rest } = payload(frame);
  return rest;
}

test('p57 the success data has count, ids and hash, including oneself', async () => {
  const socket = await connect(server, { app: QUIET });
  const frame = await socket.subscribe('presence-p57', { member: { user_id: 'ana', user_info: { name: 'Ana' } } });
  assert.equal(frame.channel, 'presence-p57');
  const { presence } = payload(frame);
  const { serial, ...roster } = presence;
  assert.deepEqual(roster, { count: 1, ids: ['ana'], hash: { ana: { name: 'Ana' } } });
});

test('p57 p60 stock clients agree on members, me, added and removed', async (t) => {
  const pusher = pusherFor(server, MAIN);
  const join = (id) => {
    const client = pusherClient(t, server, MAIN, { channelAuthorization: signedBy(pusher, { user_id: id, user_info: { name: id } }) });
    return [client, client.subscribe('presence-p57-stock')];
  };
  const [, ana] = join('ana');
  await nextEvent(ana, 'pusher:subscription_succeeded');
  assert.deepEqual(ana.members.me, { id: 'ana', info: { name: 'ana' } });
  const added = nextEvent(ana, 'pusher:member_added');
  const [client, bo] = join('bo');
  await nextEvent(bo, 'pusher:subscription_succeeded');
  assert.deepEqual(await added, { id: 'bo', info: { name: 'bo' } });
  assert.equal(bo.members.count, 2);
  const removed = nextEvent(ana, 'pusher:member_removed');
  client.disconnect();
  assert.equal((await removed).id, 'bo');
  assert.equal(ana.members.count, 1);
});

test('p58 trap5 ids is an array of strings', async () => {
  const first = await member(QUIET, 'presence-p58', 'one');
  const second = await member(QUIET, 'presence-p58', 2);
  assert.deepEqual([...second.roster.ids].sort(), ['2', 'one']);
  assert.ok(second.roster.ids.every((id) => typeof id === 'string'));
  assert.ok(Array.isArray(first.roster.ids));
});

test('p59 a numeric user_id is a string everywhere', async () => {
  const watcher = await member(MAIN, 'presence-p59', 'watcher');
  const numeric = await member(MAIN, 'presence-p59', 42, { name: 'N' });
  assert.deepEqual(numeric.roster.hash['42'], { name: 'N' });
  assert.ok(numeric.roster.ids.includes('42'));
  assert.equal(payload(await watcher.expect('pusher_internal:member_added')).user_id, '42');
  numeric.send('client-hello', {}, 'presence-p59');
  assert.equal((await watcher.expect('client-hello')).user_id, '42');
  const again = await member(MAIN, 'presence-p59', '42');
  assert.equal(again.roster.count, 2);
  numeric.unsubscribe('presence-p59');
  again.unsubscribe('presence-p59');
  assert.equal(payload(await watcher.expect('pusher_internal:member_removed')).user_id, '42');
});

test('p60 a second user triggers member_added on the first, not on itself', async () => {
  const first = await member(QUIET, 'presence-p60', 'ana');
  const second = await member(QUIET, 'presence-p60', 'bo');
  await first.expect('pusher_internal:member_added', 'presence-p60');
  assert.deepEqual(await second.settle(), []);
  assert.deepEqual(await first.settle(), []);
});

test('p61 trap3 the data of member_added is a JSON string with user_id and user_info', async () => {
  const first = await member(QUIET, 'presence-p61', 'ana');
  await member(QUIET, 'presence-p61', 'bo', { name: 'Bo', deep: { list: [1, null, 'é'] } });
  await member(QUIET, 'presence-p61', 'cy');
  const frame = await first.expect('pusher_internal:member_added', 'presence-p61');
  assert.deepEqual(who(frame), { user_id: 'bo', user_info: { name: 'Bo', deep: { list: [1, null, 'é'] } } });
  assert.deepEqual(Object.keys(frame).sort(), ['channel', 'data', 'event']);
  const bare = who(await first.expect('pusher_internal:member_added', 'presence-p61'));
  assert.equal(bare.user_id, 'cy');
  assert.equal(bare.user_info ?? null, null);
});

test('p62 trap4 a second connection of the same user triggers nothing for others', async () => {
  const watcher = await member(QUIET, 'presence-p62', 'watcher');
  const first = await member(QUIET, 'presence-p62', 'ana');
  await watcher.expect('pusher_internal:member_added');
  const second = await member(QUIET, 'presence-p62', 'ana');
  assert.deepEqual(second.roster.ids.sort(), ['ana', 'watcher']);
  await member(QUIET, 'presence-p62', 'fence');
  for (const socket of [watcher, first]) {
    const frame = await socket.expect('pusher_internal:member_added');
    assert.equal(payload(frame).user_id, 'fence');
  }
});

test('p63 trap4 closing one of two connections of a user triggers nothing', async () => {
  const watcher = await member(STRICT, 'presence-p63', 'watcher');
  const [first, second] = [await member(STRICT, 'presence-p63', 'ana'), await member(STRICT, 'presence-p63', 'ana')];
  await watcher.expect('pusher_internal:member_added');
  await first.close(1000);
  await member(STRICT, 'presence-p63', 'fence');
  assert.equal(payload(await watcher.expect('pusher_internal:member_added')).user_id, 'fence');
  await second.close(1000);
  assert.deepEqual(who(await watcher.expect('pusher_internal:member_removed')), { user_id: 'ana' });
});

test('p64 trap3 closing the last with 1000 is member_removed at once, with user_id only', async () => {
  const watcher = await member(PATIENT, 'presence-p64', 'watcher');
  const leaves = {
    1000: (socket) => socket.ws.close(1000),
    1005: (socket) => socket.ws.close(),
    unsubscribe: (socket) => socket.unsubscribe('presence-p64'),
  };
  for (const [how, leave] of Object.entries(leaves)) {
    const socket = await member(PATIENT, 'presence-p64', `u${how}`, { name: 'x' });
    await watcher.expect('pusher_internal:member_added');
    leave(socket);
    const frame = await watcher.expect('pusher_internal:member_removed', 'presence-p64');
    assert.equal(typeof frame.data, 'string');
    assert.deepEqual(who(frame), { user_id: `u${how}` });
  }
});

test('p64 r10 closing the last with 1006 or 1001 is member_removed at the end of the grace', async () => {
  const watcher = await member(BRIEF, 'presence-p64-grace', 'watcher');
  for (const leave of [(socket) => socket.drop(), (socket) => socket.ws.close(1001)]) {
    const socket = await member(BRIEF, 'presence-p64-grace', 'ana');
    await watcher.expect('pusher_internal:member_added');
    const { value, ms } = await timed(() => {
      leave(socket);
      return watcher.expect('pusher_internal:member_removed', 'presence-p64-grace');
    });
    assert.deepEqual(who(value), { user_id: 'ana' });
    assert.ok(ms > 900, `after ${ms} ms; the grace is 1 s`);
    assert.ok(ms < 5_000, `after ${ms} ms; the grace is 1 s`);
  }
});

test('p64 a member in grace is a member everywhere, and a deliberate leave ends the grace', async () => {
  const watcher = await member(PATIENT, 'presence-p64-in', 'watcher');
  const [first, second] = [await member(PATIENT, 'presence-p64-in', 'ana'), await member(PATIENT, 'presence-p64-in', 'ana')];
  await watcher.expect('pusher_internal:member_added');
  first.drop();
  second.drop();
  const late = await member(PATIENT, 'presence-p64-in', 'late');
  assert.deepEqual([...late.roster.ids].sort(), ['ana', 'late', 'watcher']);
  assert.equal(late.roster.count, 3);
  await watcher.expect('pusher_internal:member_added');
  const back = await member(PATIENT, 'presence-p64-in', 'ana');
  await back.close(1000);
  assert.equal(payload(await watcher.expect('pusher_internal:member_removed')).user_id, 'ana');
});

test('p64 with a grace of 0 everything is immediate', async () => {
  const watcher = await member(STRICT, 'presence-p64-strict', 'watcher');
  const socket = await member(STRICT, 'presence-p64-strict', 'ana');
  await watcher.expect('pusher_internal:member_added');
  socket.drop();
  assert.equal(payload(await watcher.expect('pusher_internal:member_removed')).user_id, 'ana');
});

test('p65 count is distinct users, not connections', async () => {
  for (const user of ['ana', 'ana', 'bo', 'ana', 'bo']) await member(QUIET, 'presence-p65', user);
  const last = await member(QUIET, 'presence-p65', 'cy');
  assert.equal(last.roster.count, 3);
  assert.deepEqual([...last.roster.ids].sort(), ['ana', 'bo', 'cy']);
  assert.deepEqual(Object.keys(last.roster.hash).sort(), ['ana', 'bo', 'cy']);
});

test('p67 the first user_info stays authoritative until a member update', async () => {
  const channel = 'presence-p67';
  const watcher = await member(QUIET, channel, 'watcher');
  await member(QUIET, channel, 'ana', { status: 'first' });
  const second = await member(QUIET, channel, 'ana', { status: 'second' });
  assert.deepEqual(second.roster.hash.ana, { status: 'first' });
  const reply = await patchMember(server, QUIET, channel, 'ana', { status: 'updated' });
  assert.equal(reply.status, 200);
  assert.equal(reply.text, '{}');
  await watcher.expect('pusher_internal:member_added');
  const update = await watcher.expect('pusher_internal:member_updated', channel);
  assert.deepEqual(who(update), { user_id: 'ana', user_info: { status: 'updated' } });
  const late = await member(QUIET, channel, 'late');
  assert.deepEqual(late.roster.hash.ana, { status: 'updated' });
});

test('p68 a missing user_info is accepted and shown as null', async () => {
  const socket = await member(QUIET, 'presence-p68', 'ana');
  assert.deepEqual(socket.roster.hash, { ana: null });
});

test('p69 a user_info that is not an object is rejected', async () => {
  const socket = await connect(server);
  for (const info of ['text', 5, true, [1], ['a']]) {
    socket.request('presence-p69', { member: { user_id: 'ana', user_info: info } });
    const answer = await refusedSubscription(socket, 'presence-p69');
    assert.equal(answer.type, 'InvalidData');
    assert.equal(
      answer.message,
      'user_info supplied to presence subscription is invalid - if supplied it must be a type of hash',
    );
  }
  assert.deepEqual(await alive(socket), []);
});

test('p70 a user_id of 128 characters is accepted and one of 129 rejected', async () => {
  const socket = await connect(server);
  socket.request('presence-p70', { member: { user_id: 'x'.repeat(129) } });
  assert.equal((await refusedSubscription(socket, 'presence-p70')).type, 'InvalidData');
  const roster = await socket.join('presence-p70', 'é'.repeat(128));
  assert.equal(roster.count, 1);
});

test('p71 a user_info of 1 KB is accepted and one byte more rejected', async () => {
  const sized = (bytes) => ({ v: 'x'.repeat(bytes - JSON.stringify({ v: '' }).length) });
  const socket = await connect(server);
  socket.request('presence-p71', { member: { user_id: 'ana', user_info: sized(1025) } });
  assert.equal((await refusedSubscription(socket, 'presence-p71')).type, 'InvalidData');
  socket.request('presence-p71', { member: { user_id: 'ana', user_info: { v: 'é'.repeat(600) } } });
  assert.equal((await refusedSubscription(socket, 'presence-p71')).type, 'InvalidData');
  await socket.join('presence-p71', 'ana', sized(1024));
});

test('p72 the 101st member is rejected; another connection of a member is not', async () => {
  const channel = 'presence-p72';
  const sockets = [];
  for (let index = 0; index < 100; index++) sockets.push(await member(QUIET, channel, `u${index}`));
  const surplus = await connect(server, { app: QUIET });
  surplus.request(channel, { member: { user_id: 'u100' } });
  assert.equal((await refusedSubscription(surplus, channel)).type, 'LimitReached');
  assert.deepEqual(await alive(surplus), []);
  const again = await member(QUIET, channel, 'u50');
  assert.equal(again.roster.count, 100);
  sockets[0].unsubscribe(channel);
  await sockets[1].take('pusher_internal:member_removed');
  assert.equal((await surplus.join(channel, 'u100')).count, 100);
});

test('p73 missing channel_data fails on a connection that is not signed in', async () => {
  const socket = await connect(server);
  const channel = 'presence-p73';
  socket.send('pusher:subscribe', { channel, auth: authorize(keyOf(MAIN), socket.id, channel) });
  await refusedSubscription(socket, channel);
  assert.deepEqual(await alive(socket), []);
});

test('p76 malformed channel_data fails cleanly although its signature is right', async () => {
  const socket = await connect(server);
  const malformed = ['{', 'null', '[]', '"ana"', '42', '{}', '{"user_id":null}', '{"user_id":{}}', '{"user_id":["a"]}', '{"user_id":true}', '{"user_id":""}', 'user_id=ana', '{"user_id":"a"'];
  for (const channelData of malformed) {
    socket.request('presence-p76', { channelData });
    const answer = await refusedSubscription(socket, 'presence-p76');
    assert.equal(answer.type, 'InvalidData', channelData);
  }
  const roster = await socket.join('presence-p76', 'ana');
  assert.equal(roster.count, 1);
});

test('p77 no member transition is lost or doubled under concurrent joins and leaves', async () => {
  const channel = 'presence-p77';
  const observers = [await member(STRICT, channel, 'o1'), await member(STRICT, channel, 'o2')];
  const sockets = await Promise.all(Array.from({ length: 30 }, () => connect(server, { app: STRICT })));
  // The same user on several sockets, all at once, joining and leaving in every order.
  await Promise.all(
    sockets.map(async (socket, index) => {
      for (let round = 0; round < 20; round++) {
        await socket.join(channel, `u${(index * 7 + round) % 12}`);
        if (round < 19 || index % 3 === 0) socket.unsubscribe(channel);
      }
      await socket.settle();
    }),
  );
  const last = await member(STRICT, channel, 'last');
  for (const observer of observers) {
    await observer.take((frame) => frame.event.endsWith(':member_added') && payload(frame).user_id === 'last', 'the fence');
    const seen = new Set(observer.roster.ids);
    for (const frame of observer.frames) applyStrictly(seen, frame);
    assert.deepEqual([...seen].sort(), [...last.roster.ids].sort());
  }
});

test('p77 a snapshot and the events after it add up, whenever one joins', async () => {
  const channel = 'presence-p77-late';
  const movers = await Promise.all(Array.from({ length: 6 }, () => connect(server, { app: STRICT })));
  let stop = false;
  const moving = movers.map(async (socket, index) => {
    while (!stop) {
      await socket.join(channel, `m${index}`);
      socket.unsubscribe(channel);
    }
  });
  const joiners = [];
  for (let index = 0; index < 25; index++) joiners.push(await member(STRICT, channel, `j${index}`));
  stop = true;
  await Promise.all(moving);
  for (const socket of movers) await socket.settle();
  const last = await member(STRICT, channel, 'last');
  for (const joiner of joiners) {
    await joiner.take((frame) => frame.event.endsWith(':member_added') && payload(frame).user_id === 'last', 'the fence');
    const seen = new Set(joiner.roster.ids);
    for (const frame of joiner.frames) applyStrictly(seen, frame);
    assert.deepEqual([...seen].sort(), [...last.roster.ids].sort());
  }
});

test('r7 a user who comes back within the grace causes no membership event', async () => {
  const channel = 'presence-r7';
  const observers = [];
  for (let index = 0; index < 20; index++) observers.push(await member(QUIET, channel, `o${index}`));
  let socket = await member(QUIET, channel, 'ana');
  for (let refresh = 0; refresh < 50; refresh++) {
    socket.ws.close(1001);
    socket = await member(QUIET, channel, 'ana');
    assert.equal(socket.roster.count, 21);
  }
  await member(QUIET, channel, 'fence');
  for (const observer of observers) {
    await observer.take((frame) => frame.event.endsWith(':member_added') && payload(frame).user_id === 'fence', 'the fence');
    const about = observer.frames.filter((frame) => frame.event.includes(':member_') && payload(frame).user_id === 'ana');
    assert.equal(about.length, 1, 'one member_added, for the first join');
  }
});

test('r8 nobody is shown for longer than the two time-outs and the grace after their last byte', async () => {
  const watcher = await member(GHOSTS, 'presence-r8', 'watcher');
  const mute = await connect(server, { app: GHOSTS, autoPong: false });
  await mute.join('presence-r8', 'ana');
  await watcher.expect('pusher_internal:member_added');
  const { value, ms } = await timed(() => watcher.expect('pusher_internal:member_removed'));
  assert.deepEqual(who(value), { user_id: 'ana' });
  assert.ok(ms > 2_700 && ms < 8_000, `after ${ms} ms; 1 s, 1 s and a grace of 1 s are due`);
});

test('r10 the first connection adds, the last removes, and closing one never changes the info', async () => {
  const channel = 'presence-r10';
  const watcher = await member(BRIEF, channel, 'watcher');
  const tabs = [await member(BRIEF, channel, 'ana', { v: 1 }), await member(BRIEF, channel, 'ana', { v: 2 })];
  await watcher.expect('pusher_internal:member_added');
  tabs[0].ws.close(1001);
  const late = await member(BRIEF, channel, 'late');
  await watcher.expect('pusher_internal:member_added');
  assert.deepEqual(late.roster.hash.ana, { v: 1 });
  tabs[1].ws.close(1001);
  assert.deepEqual(who(await watcher.expect('pusher_internal:member_removed')), { user_id: 'ana' });
});

test('status 3.4: serials rise by one over snapshot, joins, updates and leaves; other events carry none', async () => {
  const channel = 'presence-serials';
  const watcher = await member(STRICT, channel, 'watcher');
  const ana = await member(STRICT, channel, 'ana', { v: 0 });
  await patchMember(server, STRICT, channel, 'ana', { v: 1 });
  await publish(server, STRICT, channel, 'news', '{"serial":999}');
  ana.send('client-x', {}, channel);
  await watcher.take('client-x');
  ana.unsubscribe(channel);
  await watcher.take('pusher_internal:member_removed');
  const serials = [watcher.roster.serial];
  for (const frame of watcher.frames.slice(2)) {
    if (frame.event.includes(':member_')) serials.push(payload(frame).serial);
    else assert.deepEqual(Object.keys(frame).filter((key) => key === 'serial'), []);
  }
  assert.equal(serials.length, 4);
  serials.forEach((serial, index) => assert.equal(serial, serials[0] + index, JSON.stringify(serials)));
});

test('status 3.4: with mirror on, oneself gets the roster again and others a repeated member_added', async () => {
  const channel = 'presence-mirror';
  const [watcher, ana] = [await member(MIRROR, channel, 'watcher'), await member(MIRROR, channel, 'ana', { v: 0 })];
  await watcher.expect('pusher_internal:member_added');
  assert.equal((await patchMember(server, MIRROR, channel, 'ana', { v: 1 })).status, 200);
  const own = payload(await ana.expect('pusher_internal:subscription_succeeded', channel)).presence;
  assert.deepEqual(own.hash, { ana: { v: 1 }, watcher: null });
  assert.equal(own.count, 2);
  const frame = await watcher.expect('pusher_internal:member_added', channel);
  assert.deepEqual(who(frame), { user_id: 'ana', user_info: { v: 1 } });
  assert.equal(payload(frame).serial, own.serial);
});

test('status 3.4: the member PATCH refuses what it should', async () => {
  const channel = 'presence-patch';
  await member(QUIET, channel, 'a/b c', { v: 0 });
  const status = async (...request) => (await patchMember(server, ...request)).status;
  assert.equal(await status(QUIET, channel, 'a/b c', { v: 1 }), 200);
  assert.equal(await status(QUIET, channel, 'a/b c', null), 200);
  assert.equal(await status(QUIET, channel, 'nobody', { v: 1 }), 404);
  assert.equal(await status(QUIET, 'private-patch', 'a', { v: 1 }), 400);
  assert.equal(await status(QUIET, channel, 'a/b c', 'text'), 400);
  assert.equal(await status(QUIET, channel, 'a/b c', [1]), 400);
  assert.equal(await status(QUIET, channel, 'a/b c', { v: 'x'.repeat(1100) }), 400);
  assert.equal(await status(NO_UPDATES, channel, 'a', { v: 1 }), 403);
  assert.equal(await status(QUIET, channel, 'a/b c', { v: 1 }, { key: { key: 'quiet-key', secret: 'wrong' } }), 401);
  const late = await member(QUIET, channel, 'late');
  assert.equal(late.roster.hash['a/b c'], null);
});

/** Applies a member event to a set of ids, and fails on one that changes nothing. */
function applyStrictly(ids, frame) {
  if (frame.event === 'pusher_internal:member_added') {
    const { user_id: id } = payload(frame);
    assert.ok(!ids.has(id), `${id} was added twice`);
    ids.add(id);
  } else if (frame.event === 'pusher_internal:member_removed') {
    const { user_id: id } = payload(frame);
    assert.ok(ids.delete(id), `${id} was removed twice`);
  }
}
