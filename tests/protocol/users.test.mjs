// Users: docs/protocol.md section 4, appendix A items 73 to 75 and 104 to 118.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { call, publish, trigger } from '../lib/api.mjs';
import { GUARDED, MAIN, QUIET, SPARING, TWO_KEYS, WATCHFUL, keyOf } from '../lib/apps.mjs';
import { nextEvent, pusherClient, pusherFor } from '../lib/pusher.mjs';
import { alive, payload, refusal, refusedSubscription, startProtocolServer } from '../lib/protocol.mjs';
import { authorizeUser } from '../lib/sign.mjs';
import { connect, dial } from '../lib/socket.mjs';
import { within } from '../lib/wait.mjs';

const server = await startProtocolServer(after);

/** A connection that is signed in as this user. */
async function signedIn(app, user) {
  const socket = await connect(server, { app });
  await socket.signIn(user);
  return socket;
}

/** A stock client that signs in as this user. */
function stockUser(t, app, user) {
  const pusher = pusherFor(server, app);
  const customHandler = ({ socketId }, callback) => callback(null, pusher.authenticateUser(socketId, user));
  const client = pusherClient(t, server, app, { userAuthentication: { customHandler } });
  client.signin();
  return client;
}

/** What a watcher hears next: `[name, ids]` for each group. */
async function watched(socket) {
  const frame = await socket.expect('pusher_internal:watchlist_events');
  assert.deepEqual(Object.keys(frame).sort(), ['data', 'event'], 'it has no channel');
  return payload(frame).events.map(({ name, user_ids: ids }) => [name, ids]);
}

function terminate(app, user, options = {}) {
  return call(server, app, 'POST', `/users/${user}/terminate_connections`, { body: '{}', ...options });
}

test('p104 p105 a valid sign-in echoes user_data verbatim, with any active key', async () => {
  for (const text of ['{"id":"ana"}', ' { "id" : "b.o=@,;-_" , "n" : 1.0 , "user_info" : {"a":"\\u00e9é"} } ']) {
    const socket = await connect(server, { app: QUIET });
    const frame = await socket.signIn(text);
    assert.equal(typeof frame.data, 'string');
    assert.deepEqual(payload(frame), { user_data: text });
    assert.deepEqual(Object.keys(frame).sort(), ['data', 'event']);
  }
  for (const key of TWO_KEYS.keys) {
    const socket = await connect(server, { app: TWO_KEYS });
    await socket.signIn({ id: 'ana' }, { key });
  }
});

test('p105 p106 an invalid signature is an error with code null, and the connection stays', async () => {
  const [socket, other] = [await connect(server), await connect(server)];
  const text = '{"id":"ana"}';
  const right = authorizeUser(keyOf(MAIN), socket.id, text);
  const wrong = [authorizeUser(keyOf(MAIN), other.id, text), `${right}0`, right.split(':')[1], '', ':', `x:${right.split(':')[1]}`];
  for (const auth of wrong) {
    socket.requestUser(text, { auth });
    await refusal(socket);
  }
  socket.request('#server-to-user-ana');
  await refusedSubscription(socket, '#server-to-user-ana');
  await socket.signIn(text);
});

test('p107 trap29 an id that is empty, missing or no string is refused', async () => {
  const socket = await connect(server);
  for (const text of ['{}', '{"id":""}', '{"id":1}', '{"id":null}', '{"id":{}}', '[]', '', 'x', '{"id":"a/b"}']) {
    socket.requestUser(text);
    await refusal(socket);
  }
  assert.deepEqual(await alive(socket), []);
});

test('p104 p108 p109 trap29 trap30 a stock client signs in and hears what is sent to its user', async (t) => {
  const pusher = pusherFor(server, QUIET);
  const client = stockUser(t, QUIET, { id: 'stock', user_info: { name: 'Stock' } });
  await within(client.user.signinDonePromise, 'the sign-in');
  assert.equal(client.user.user_data.id, 'stock');
  await nextEvent(client.user.serverToUserChannel, 'pusher:subscription_succeeded');
  const heard = nextEvent(client.user, 'note');
  assert.equal((await pusher.sendToUser('stock', 'note', { n: 1 })).status, 200);
  assert.deepEqual(await heard, { n: 1 });
});

test('p108 trap30 only the signed-in user may subscribe to its channel', async () => {
  const socket = await connect(server);
  const channel = '#server-to-user-p108';
  socket.request(channel);
  assert.equal((await refusedSubscription(socket, channel)).type, 'AuthError');
  await socket.signIn({ id: 'p108' });
  assert.equal((await socket.subscribe(channel)).data, '{}');
  socket.request('#server-to-user-p108b');
  await refusedSubscription(socket, '#server-to-user-p108b');
});

test('p109 p110 an event for a user reaches all of its connections; to nobody it is a 200', async () => {
  const channel = '#server-to-user-p109';
  const sockets = await Promise.all(Array.from({ length: 4 }, () => signedIn(MAIN, { id: 'p109' })));
  for (const socket of sockets) await socket.subscribe(channel);
  const stranger = await signedIn(MAIN, { id: 'p109-other' });
  await publish(server, MAIN, channel, 'note', '"hi"');
  for (const socket of sockets) assert.deepEqual(await socket.next(), { event: 'note', channel, data: '"hi"' });
  assert.deepEqual(await alive(stranger), []);
  const reply = await trigger(server, MAIN, { name: 'note', channel: '#server-to-user-nobody', data: '{}' });
  assert.deepEqual([reply.status, reply.json], [200, {}]);
  const { json } = await call(server, MAIN, 'GET', '/channels');
  assert.ok(!Object.keys(json.channels).some((name) => name.startsWith('#')), 'it is nobody\'s channel');
});

test('p111 p112 trap31 terminate closes who is signed in as the user, and nobody else', async () => {
  const [one, two] = [await signedIn(MAIN, { id: 'p111' }), await signedIn(MAIN, { id: 'p111' })];
  const others = [await connect(server), await signedIn(MAIN, { id: 'p111b' }), await signedIn(QUIET, { id: 'p111' })];
  await others[0].join('presence-p111', 'p111');
  const reply = await terminate(MAIN, 'p111');
  assert.deepEqual([reply.status, reply.text], [200, '{}']);
  for (const socket of [one, two]) assert.equal((await socket.closed()).code, 4009);
  for (const socket of others) assert.deepEqual(await alive(socket), []);
  await signedIn(MAIN, { id: 'p111' });
  for (const user of ['nobody', 'a%2Fb', 'x'.repeat(300)]) assert.equal((await terminate(MAIN, user)).status, 200, user);
  assert.equal((await terminate(MAIN, 'p111', { key: { key: keyOf(MAIN).key, secret: 'wrong' } })).status, 401);
  assert.equal((await call(server, MAIN, 'GET', '/users/p111/terminate_connections')).status, 405);
});

test('p111 the official package sends a stock client away, and it stays away', async (t) => {
  const client = stockUser(t, QUIET, { id: 'p111-stock' });
  await within(client.user.signinDonePromise, 'the sign-in');
  const away = nextEvent(client.connection, 'disconnected');
  assert.equal((await pusherFor(server, QUIET).terminateUserConnections('p111-stock')).status, 200);
  await away;
});

test('p113 a second sign-in with another id fails, the same again does not', async () => {
  const socket = await signedIn(MAIN, { id: 'p113' });
  socket.requestUser({ id: 'p113b' });
  await refusal(socket);
  await socket.signIn({ id: 'p113' });
  await socket.subscribe('#server-to-user-p113');
});

test('p73 p74 p75 a signed-in connection joins as its user, unless channel_data says otherwise', async () => {
  const socket = await connect(server);
  socket.request('presence-p74');
  assert.equal((await refusedSubscription(socket, 'presence-p74')).type, 'InvalidData');
  await socket.signIn({ id: 'p74', user_info: { name: 'Ana' } });
  const { presence } = payload(await socket.subscribe('presence-p74'));
  assert.deepEqual([presence.ids, presence.hash], [['p74'], { p74: { name: 'Ana' } }]);
  const other = await signedIn(MAIN, { id: 'p75' });
  assert.deepEqual((await other.join('presence-p74', 'claimed', { n: 1 })).hash.claimed, { n: 1 });
  const added = payload(await socket.expect('pusher_internal:member_added'));
  assert.equal(added.user_id, 'claimed');
});

test('p114 p115 a watcher hears who is there, who comes with a first connection and who goes with the last', async () => {
  const bo = await signedIn(WATCHFUL, { id: 'bo' });
  const ana = await signedIn(WATCHFUL, { id: 'ana', watchlist: ['cy', 'bo'] });
  assert.deepEqual(await watched(ana), [['online', ['bo']], ['offline', ['cy']]]);
  const tabs = [await signedIn(WATCHFUL, { id: 'cy' }), await signedIn(WATCHFUL, { id: 'cy' })];
  assert.deepEqual(await watched(ana), [['online', ['cy']]]);
  for (const tab of tabs) await tab.close(1000);
  assert.deepEqual(await watched(ana), [['offline', ['cy']]]);
  // A lost one goes at the end of the grace.
  bo.drop();
  assert.deepEqual(await watched(ana), [['offline', ['bo']]]);
});

test('p114 p115 a stock client is told on its watchlist', async (t) => {
  const watcher = stockUser(t, WATCHFUL, { id: 'stock-watcher', watchlist: ['stock-watched'] });
  assert.deepEqual((await nextEvent(watcher.user.watchlist, 'offline')).user_ids, ['stock-watched']);
  const online = nextEvent(watcher.user.watchlist, 'online');
  const other = await signedIn(WATCHFUL, { id: 'stock-watched' });
  assert.deepEqual((await online).user_ids, ['stock-watched']);
  const offline = nextEvent(watcher.user.watchlist, 'offline');
  await other.close(1000);
  assert.deepEqual((await offline).user_ids, ['stock-watched']);
});

test('p116 over 100 ids the sign-in succeeds, 4302 follows and the first 100 count', async () => {
  const ids = Array.from({ length: 120 }, (_, n) => `w${n}`);
  const socket = await signedIn(WATCHFUL, { id: 'p116', watchlist: ids });
  const error = await socket.expect('pusher:error');
  assert.equal(error.data.code, 4302);
  assert.deepEqual(await watched(socket), [['offline', ids.slice(0, 100)]]);
  const other = await connect(server, { app: WATCHFUL });
  await other.signIn({ id: 'w100' });
  await (await connect(server, { app: WATCHFUL })).signIn({ id: 'w99' });
  assert.deepEqual(await watched(socket), [['online', ['w99']]]);
});

test('p117 nothing is told where the setting is off', async () => {
  const ids = Array.from({ length: 101 }, (_, n) => `p117-${n}`);
  const socket = await signedIn(MAIN, { id: 'p117', watchlist: ids });
  await signedIn(MAIN, { id: 'p117-0' });
  assert.deepEqual(await alive(socket), []);
});

test('p118 who does not authorize in time is closed with 4009, and takes no place before it does', async () => {
  const idle = await connect(server, { app: GUARDED });
  // The one place that connections without authorization have among themselves is taken.
  assert.equal((await dial(server, { app: GUARDED }).closed()).code, 4100);
  const end = await idle.closed();
  assert.deepEqual([end.code, end.reason], [4009, 'Connection not authorized within timeout']);
  const user = await connect(server, { app: GUARDED });
  await user.signIn({ id: 'ana' });
  // The place in the quota is taken too.
  const late = await connect(server, { app: GUARDED });
  late.request('private-x');
  assert.equal((await late.closed()).code, 4004);
  // It has been here for longer than the time to authorize.
  assert.equal((await (await connect(server, { app: GUARDED })).closed()).code, 4009);
  assert.deepEqual(await alive(user), []);
  await user.close(1000);
  const member = await connect(server, { app: GUARDED });
  await member.subscribe('private-x');
  const witness = await connect(server, { app: GUARDED });
  assert.equal((await witness.closed()).code, 4009);
  assert.deepEqual(await alive(member), []);
});

test('a message over the quota of a day is answered with 403, and info counts double', async () => {
  const event = { name: 'e', channel: 'a', data: '' };
  const status = async (body) => (await trigger(server, SPARING, body)).status;
  assert.equal(await status({ ...event, info: 'user_count', channel: 'presence-a' }), 200);
  assert.equal(await status({ ...event, channels: ['a', 'b'], channel: undefined }), 200);
  const batch = (size) => call(server, SPARING, 'POST', '/batch_events', { body: JSON.stringify({ batch: Array(size).fill(event) }) });
  assert.equal((await batch(8)).status, 403, 'all or nothing');
  assert.equal((await batch(7)).status, 200);
  const refused = await trigger(server, SPARING, event);
  assert.equal(refused.status, 403);
  assert.match(refused.json.error, /max_messages_per_day/);
  assert.equal((await call(server, SPARING, 'GET', '/channels')).status, 200, 'questions cost nothing');
});
