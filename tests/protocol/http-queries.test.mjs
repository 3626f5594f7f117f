// Asking about channels over HTTP: docs/protocol.md 6.3 to 6.7, appendix A items 152, 153, 161, 162, 165 to 169, 171 to 175.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { BRIEF, DISABLED, MAIN, PATIENT, QUIET, TWO_KEYS, keyOf } from '../lib/apps.mjs';
import { call, publish, send, trigger } from '../lib/api.mjs';
import { pusherFor } from '../lib/pusher.mjs';
import { startProtocolServer } from '../lib/protocol.mjs';
import { hmacHex, md5Hex, signedQuery, stringToSign } from '../lib/sign.mjs';
import { connect } from '../lib/socket.mjs';
import { until } from '../lib/wait.mjs';

const server = await startProtocolServer(after);
const FORMS = {
  ruby: { sent: [['info[]', 'user_count'], ['info[]', 'user_count']], signed: [['info[]', 'user_count'], ['info[]', 'user_count']] },
  php: { sent: [['info[0]', 'user_count'], ['info[1]', 'user_count']], signed: [['info', 'user_count,user_count']] },
  node: { sent: [['info', 'user_count,user_count']], signed: [['info', 'user_count,user_count']] },
};

/** A signed GET; `query` are pairs or an object. */
function get(path, query = {}, { app = MAIN, ...options } = {}) {
  return call(server, app, 'GET', `/channels${path}`, { query, ...options });
}

/** The body of a GET that must succeed. */
async function told(path, query, options) {
  const reply = await get(path, query, options);
  assert.equal(reply.status, 200, `${path}: ${reply.text}`);
  assert.match(reply.headers['content-type'], /^application\/json/);
  return reply.json;
}

/** The sentence of a refusal. */
async function refused(status, path, query, options) {
  const reply = await get(path, query, options);
  assert.equal(reply.status, status, `${path} ${JSON.stringify(query)}: ${reply.text}`);
  assert.deepEqual(Object.keys(reply.json), ['error'], reply.text);
  return reply.json.error;
}

/** Connections that have joined, one for each user. */
async function joined(app, channel, users) {
  const sockets = [];
  for (const user of users) {
    const socket = await connect(server, { app });
    await socket.join(channel, user);
    sockets.push(socket);
  }
  return sockets;
}

test('p167 trap8 GET /channels lists occupied channels only, and an empty result is an object', async () => {
  assert.equal((await get('', {}, { app: QUIET })).text, '{"channels":{}}');
  const socket = await connect(server, { app: QUIET });
  await socket.subscribe('p167-room');
  await joined(QUIET, 'presence-p167', ['ana', 'ana', 'bo']);
  await publish(server, QUIET, 'p167-nobody', 'e');
  assert.deepEqual(await told('', {}, { app: QUIET }), { channels: { 'presence-p167': {}, 'p167-room': {} } });
  socket.unsubscribe('p167-room');
  await socket.settle();
  assert.deepEqual(await told('', { filter_by_prefix: 'p167' }, { app: QUIET }), { channels: {} });
});

test('p167 a channel is occupied while a member is in its grace', async () => {
  const [patient] = await joined(PATIENT, 'presence-p167-grace', ['ana']);
  const [brief] = await joined(BRIEF, 'presence-p167-grace', ['ana']);
  patient.drop();
  brief.drop();
  const query = { filter_by_prefix: 'presence-p167-grace', info: 'user_count' };
  await until(async () => (await told('/presence-p167-grace', {}, { app: BRIEF })).occupied === false, 'the end of the grace');
  assert.deepEqual(await told('', query, { app: BRIEF }), { channels: {} });
  assert.deepEqual(await told('', query, { app: PATIENT }), { channels: { 'presence-p167-grace': { user_count: 1 } } });
  assert.deepEqual(await told('/presence-p167-grace/users', {}, { app: PATIENT }), { users: [{ id: 'ana' }] });
  const [deliberate] = await joined(PATIENT, 'presence-p167-left', ['ana']);
  await deliberate.close(1000);
  await until(async () => !(await told('/presence-p167-left', {}, { app: PATIENT })).occupied, 'a deliberate leave to count');
});

test('p168 filter_by_prefix filters, and user_count needs a presence prefix', async () => {
  const sockets = await joined(MAIN, 'presence-p168-a', ['ana', 'bo', 'bo']);
  await joined(MAIN, 'presence-p168-b', [7]);
  await sockets[0].subscribe('private-p168');
  const counted = { channels: { 'presence-p168-a': { user_count: 2 }, 'presence-p168-b': { user_count: 1 } } };
  assert.deepEqual(await told('', { filter_by_prefix: 'presence-p168-', info: 'user_count' }), counted);
  assert.deepEqual(await told('', { filter_by_prefix: 'private-p168' }), { channels: { 'private-p168': {} } });
  assert.deepEqual(await told('', { filter_by_prefix: 'p168' }), { channels: {} });
  assert.deepEqual(await told('', { filter_by_prefix: 'no+such/prefix' }), { channels: {} });
  for (const query of [{ info: 'user_count' }, { info: 'user_count', filter_by_prefix: 'private-' }, { info: 'user_count', filter_by_prefix: 'presence' }]) {
    assert.match(await refused(400, '', query), /filter_by_prefix/);
  }
  assert.match(await refused(400, '', { info: 'subscription_count', filter_by_prefix: 'presence-' }), /subscription_count.*user_count/);
});

test('p169 GET of a channel that nobody knows is 200 with occupied false', async () => {
  assert.equal((await get('/p169-nobody')).text, '{"occupied":false}');
  assert.deepEqual(await told('/presence-p169', { info: 'user_count' }), { occupied: false, user_count: 0 });
  await joined(MAIN, 'presence-p169', ['ana', 'ana', 'bo']);
  assert.deepEqual(await told('/presence-p169', { info: 'user_count' }), { occupied: true, user_count: 2 });
  assert.deepEqual(await told('/presence-p169'), { occupied: true });
});

test('p169 the name in a path is percent-decoded once', async () => {
  const socket = await connect(server);
  await socket.subscribe('p169_a-b=c@d,e.f;g');
  const raw = (name) => send(server, 'GET', `/apps/1001/channels/${name}?${query(`/apps/1001/channels/${name}`)}`);
  const query = (path) => signedQuery(keyOf(MAIN), 'GET', path).map(([key, value]) => `${key}=${value}`).join('&');
  for (const name of ['p169_a-b=c@d,e.f;g', encodeURIComponent('p169_a-b=c@d,e.f;g'), '%70169_a-b=c@d,e.f;g']) {
    assert.deepEqual((await raw(name)).json, { occupied: true }, name);
  }
  // The Java library signs the path as it knows it, and encodes it afterwards.
  const asJava = await send(server, 'GET', `/apps/1001/channels/p169_a-b%3Dc%40d%2Ce.f%3Bg?${query('/apps/1001/channels/p169_a-b=c@d,e.f;g')}`);
  assert.deepEqual(asJava.json, { occupied: true });
  for (const name of ['%2570169', 'a%2Fb', 'a%20b', '%00', 'x'.repeat(165)]) {
    const reply = await raw(name);
    assert.equal(reply.status, 400, `${name}: ${reply.text}`);
    assert.match(reply.json.error, /Invalid channel name/);
  }
  assert.match((await raw('x'.repeat(165))).json.error, /limits\.channel_name/);
  const garbled = await raw('%ff');
  assert.equal(garbled.status, 400, garbled.text);
  assert.match(garbled.json.error, /UTF-8/);
  assert.equal((await raw('%23server-to-user-1')).status, 200);
});

test('section 6.5: an attribute that cannot be told is 400 and says why', async () => {
  assert.match(await refused(400, '/room', { info: 'user_count' }), /presence channels only/);
  assert.match(await refused(400, '/presence-a', { info: 'subscription_count' }), /subscription_counting/);
  assert.match(await refused(400, '/presence-a', { info: 'cache' }), /cache channels only/);
  assert.match(await refused(400, '/presence-a', { info: 'user_count,members' }), /"members"/);
  const extraneous = 'The following query string parameters are extraneous: foo, bar';
  assert.equal(await refused(400, '/room', { foo: 1, bar: 2 }), extraneous);
  assert.equal(await refused(400, '', { foo: 1, bar: 2 }), extraneous);
  assert.match(await refused(400, '/presence-a/users', { info: 'user_count' }), /extraneous: info/);
});

test('p171 trap9 users of a channel without presence are 400, of an empty one 200 with an empty list', async () => {
  assert.equal((await get('/presence-p171/users')).text, '{"users":[]}');
  for (const name of ['p171', 'private-p171', 'presence', 'presence@p171']) assert.match(await refused(400, `/${name}/users`), /presence/);
  await joined(MAIN, 'presence-p171', ['zoë', 'ana', 10, 'ana']);
  const { users } = await told('/presence-p171/users');
  assert.deepEqual(users, [{ id: '10' }, { id: 'ana' }, { id: 'zoë' }]);
});

test('p172 an unknown app is 404, a suspended one 403, on every path', async () => {
  const event = JSON.stringify({ name: 'e', channel: 'a', data: '' });
  const requests = [
    ['GET', '/channels', undefined],
    ['GET', '/channels/a', undefined],
    ['GET', '/channels/presence-a/users', undefined],
    ['POST', '/events', event],
    ['POST', '/batch_events', `{"batch":[${event}]}`],
  ];
  for (const [method, path, body] of requests) {
    for (const [app, status, words] of [[{ ...MAIN, id: '999999' }, 404, /no app/], [DISABLED, 403, /enabled/]]) {
      const reply = await call(server, app, method, path, { body });
      assert.equal(reply.status, status, `${method} ${path}: ${reply.text}`);
      assert.match(reply.json.error, words);
    }
  }
});

test('p150 a GET may carry the digest of an empty body', async () => {
  assert.equal((await get('', {}, { md5: md5Hex('') })).status, 200);
  assert.equal((await get('', {}, { md5: md5Hex('x') })).status, 401);
});

test('p152 array parameters are understood in the forms of every SDK', async () => {
  await joined(MAIN, 'presence-p152', ['ana']);
  for (const [sdk, { sent, signed }] of Object.entries(FORMS)) {
    for (const encode of [(text) => text, encodeURIComponent]) {
      const path = '/apps/1001/channels/presence-p152';
      const auth = signedQuery(keyOf(MAIN), 'GET', path).slice(0, -1);
      const signature = hmacHex(keyOf(MAIN).secret, stringToSign('GET', path, [...auth, ...signed]));
      const pairs = [...auth, ...sent, ['auth_signature', signature]];
      const target = `${path}?${pairs.map(([key, value]) => `${encode(key)}=${encode(value)}`).join('&')}`;
      const reply = await send(server, 'GET', target);
      assert.deepEqual(reply.json, { occupied: true, user_count: 1 }, `${sdk} ${target}: ${reply.text}`);
    }
  }
});

test('p153 values with = ; , @ verify, encoded or not', async () => {
  const socket = await connect(server);
  await socket.subscribe('p153=;,@x');
  const encoded = (pairs) => pairs.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join('&');
  for (const spell of [undefined, encoded]) {
    assert.deepEqual(await told('', { filter_by_prefix: 'p153=;,@' }, { spell }), { channels: { 'p153=;,@x': {} } });
  }
});

test('p161 p162 a publish with info tells of every channel once, and without it of nothing', async () => {
  await joined(MAIN, 'presence-p162', ['ana', 'bo']);
  const event = { name: 'e', data: '', channels: ['p162', 'presence-p162', 'presence-p162-nobody', 'p162'] };
  const channels = { p162: {}, 'presence-p162': { user_count: 2 }, 'presence-p162-nobody': { user_count: 0 } };
  assert.deepEqual((await trigger(server, MAIN, { ...event, info: 'user_count' })).json, { channels });
  assert.deepEqual((await trigger(server, MAIN, { ...event, info: 'subscription_count,user_count' })).json, { channels });
  assert.deepEqual((await trigger(server, MAIN, { name: 'e', data: '', channel: 'p162', info: 'user_count' })).json, { channels: { p162: {} } });
  for (const info of [undefined, '']) assert.equal((await trigger(server, MAIN, { ...event, info })).text, '{}');
  const unknown = await trigger(server, MAIN, { ...event, info: 'members' });
  assert.equal(unknown.status, 400);
  assert.match(unknown.json.error, /"members".*user_count, subscription_count or cache/);
});

test('p163 socket_id leaves out that connection and no other; a malformed one is 400, an unknown one 200', async () => {
  const [author, tab] = [await connect(server), await connect(server)];
  for (const socket of [author, tab]) await socket.subscribe('p163');
  await publish(server, MAIN, 'p163', 'skipped', '{}', { socket_id: author.id });
  await publish(server, MAIN, 'p163', 'to-all', '{}', { socket_id: '4294967295.1' });
  await tab.expect('skipped');
  await tab.expect('to-all');
  await author.expect('to-all');
  for (const malformed of ['', 'x', '1.', '1.1.1', '1.1 ', '-1.2', 1.5]) {
    const reply = await trigger(server, MAIN, { name: 'e', channel: 'p163', data: '', socket_id: malformed });
    assert.equal(reply.status, 400, `${malformed}`);
    assert.match(reply.json.error, /socket_id/);
  }
});

test('p163 trap36 a socket is left out by its id alone, whatever else it is subscribed to', async () => {
  // Several of each, so that with two shards both have some.
  const sockets = await Promise.all(Array.from({ length: 6 }, () => connect(server)));
  const [author, ...tabs] = sockets;
  const idle = await connect(server);
  for (const tab of tabs) await tab.subscribe('p163-b');
  await author.subscribe('p163-a');
  const channels = ['p163-a', 'p163-b'];
  const skipping = (name, socket) => trigger(server, MAIN, { name, channels, data: '1', socket_id: socket.id });
  assert.equal((await skipping('without-idle', idle)).status, 200);
  assert.equal((await skipping('without-author', author)).status, 200);
  // Its only subscription goes; what it is left out of is a channel that it joins as its first.
  author.unsubscribe('p163-a');
  await author.subscribe('p163-b');
  assert.equal((await skipping('without-it-again', author)).status, 200);
  await publish(server, MAIN, 'p163-b', 'fence');
  const heard = async (socket) => {
    await socket.take('fence');
    return socket.frames.filter((frame) => /^without/.test(frame.event)).map((frame) => frame.event);
  };
  for (const tab of tabs) assert.deepEqual(await heard(tab), ['without-idle', 'without-author', 'without-it-again']);
  assert.deepEqual(await heard(author), ['without-idle']);
});

test('p165 a batch of 10 is accepted, of 11 is 400, and nothing of a bad batch is published', async () => {
  const socket = await connect(server);
  await socket.subscribe('p165');
  const batch = (events) => call(server, MAIN, 'POST', '/batch_events', { body: JSON.stringify({ batch: events }) });
  const events = (count) => Array.from({ length: count }, (_, n) => ({ name: `e${n}`, channel: 'p165', data: '' }));
  const tooMany = await batch(events(11));
  assert.equal(tooMany.status, 400);
  assert.match(tooMany.json.error, /10 events \(limits\.batch\)/);
  const bad = await batch([...events(9), { name: 'pusher:x', channel: 'p165', data: '' }]);
  assert.equal(bad.status, 400);
  assert.match(bad.json.error, /^batch\[9\]: /);
  assert.equal((await batch([...events(1), { name: 'e', channel: 'p165', data: 'x'.repeat(10_241) }])).status, 413);
  assert.equal((await batch(events(10))).text, '{}');
  for (let n = 0; n < 10; n++) await socket.expect(`e${n}`, 'p165');
  for (const body of ['{}', '{"batch":{}}', '{"batch":[1]}', '{"batch":[{"name":"e","data":""}]}']) {
    const reply = await call(server, MAIN, 'POST', '/batch_events', { body });
    assert.equal(reply.status, 400, body);
  }
});

test('p166 trap7 a batch without info returns {}, with any info an array of the same length', async () => {
  await joined(MAIN, 'presence-p166', ['ana', 'bo', 'bo']);
  const item = (channel, info) => ({ name: 'e', channel, data: '', info });
  const batch = async (...items) => (await call(server, MAIN, 'POST', '/batch_events', { body: JSON.stringify({ batch: items }) })).json;
  assert.deepEqual(await batch(item('p166'), item('presence-p166')), {});
  assert.deepEqual(await batch(item('p166'), item('presence-p166', 'user_count'), item('p166', 'user_count')), { batch: [{}, { user_count: 2 }, {}] });
  assert.deepEqual(await batch(), {});
});

test('p174 all success bodies are JSON objects with status 200', async () => {
  const event = { name: 'e', channel: 'p174', data: '' };
  const replies = [
    await trigger(server, MAIN, event),
    await trigger(server, MAIN, { ...event, info: 'user_count' }),
    await call(server, MAIN, 'POST', '/batch_events', { body: JSON.stringify({ batch: [event] }) }),
    await get(''),
    await get('/p174'),
    await get('/presence-p174/users'),
  ];
  for (const { status, headers, json } of replies) {
    assert.equal(status, 200);
    assert.match(headers['content-type'], /^application\/json/);
    assert.ok(json !== null && typeof json === 'object' && !Array.isArray(json));
  }
});

test('p175 names that belong to the server are refused, alone and in a batch', async () => {
  for (const name of ['pusher:error', 'pusher:x', 'pusher:', 'pusher_internal:member_added', 'pusher_internal:']) {
    const event = { name, channel: 'p175', data: '' };
    for (const reply of [await trigger(server, MAIN, event), await call(server, MAIN, 'POST', '/batch_events', { body: JSON.stringify({ batch: [event] }) })]) {
      assert.equal(reply.status, 400, name);
      assert.match(reply.json.error, /pusher: or pusher_internal:/);
    }
  }
  for (const name of ['pusher', 'xpusher:x', 'client-x']) assert.equal((await trigger(server, MAIN, { name, channel: 'p175', data: '' })).status, 200);
});

test('section 6.7: a method that a path does not take is 405 with Allow, an unknown path is 404', async () => {
  for (const [method, path, allow] of [['DELETE', '/channels', 'GET,HEAD'], ['POST', '/channels/a', 'GET,HEAD'], ['GET', '/events', 'POST'], ['PUT', '/batch_events', 'POST'], ['GET', '/users/1/terminate_connections', 'POST']]) {
    const reply = await send(server, method, `/apps/1001${path}`);
    assert.equal(reply.status, 405, `${method} ${path}`);
    assert.equal(reply.headers.allow, allow);
    assert.match(reply.json.error, /Allow/);
  }
  for (const path of ['', '/', '/nothing', '/channels/', '/channels/a/nothing', '/channels/a/b/users', '/users/1']) {
    const reply = await send(server, 'GET', `/apps/1001${path}`);
    assert.equal(reply.status, 404, path);
    assert.equal(typeof reply.json.error, 'string', path);
  }
});

test('section 6: the official Node library completes trigger, batch, channels, channel and users', async () => {
  for (const app of [MAIN, { ...TWO_KEYS, keys: TWO_KEYS.keys.slice(1) }]) {
    const pusher = pusherFor(server, app);
    const [ana] = await joined(app, 'presence-sdk', ['ana']);
    await ana.subscribe('sdk');
    const json = async (reply) => (await reply).json();
    assert.deepEqual(await json(pusher.trigger('sdk', 'one', { a: 1 })), {});
    const channels = { channels: { sdk: {}, 'presence-sdk': { user_count: 1 } } };
    assert.deepEqual(await json(pusher.trigger(['sdk', 'presence-sdk'], 'two', {}, { info: 'user_count' })), channels);
    const batch = [{ channel: 'sdk', name: 'three', data: {} }, { channel: 'presence-sdk', name: 'three', data: {}, info: 'user_count' }];
    assert.deepEqual(await json(pusher.triggerBatch(batch)), { batch: [{}, { user_count: 1 }] });
    for (const event of ['one', 'two', 'two', 'three', 'three']) await ana.take(event);
    const query = (path, params) => json(pusher.get({ path, params }));
    assert.deepEqual(await query('/channels', { filter_by_prefix: 'presence-sdk', info: 'user_count' }), { channels: { 'presence-sdk': { user_count: 1 } } });
    assert.deepEqual(await query('/channels/presence-sdk', { info: ['user_count'] }), { occupied: true, user_count: 1 });
    assert.deepEqual(await query('/channels/presence-sdk/users'), { users: [{ id: 'ana' }] });
    await assert.rejects(pusher.get({ path: '/channels/sdk/users' }), (error) => error.status === 400 && /presence/.test(error.body));
  }
});
