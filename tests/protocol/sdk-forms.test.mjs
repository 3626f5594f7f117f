// The wire forms of the server libraries that do not run here: requests as each of them writes them, byte for byte, and how each
// checks a webhook. Those that do run go through the scenario in tests/clients.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { send } from '../lib/api.mjs';
import { VECTORS, keyOf } from '../lib/apps.mjs';
import { hmacHex, md5Hex, signedQuery, stringToSign } from '../lib/sign.mjs';
import { connect } from '../lib/socket.mjs';
import { startServer } from '../lib/server.mjs';
import { startReceiver } from '../lib/receiver.mjs';
import { VERIFIERS } from '../lib/verifiers.mjs';

const receiver = await startReceiver(after);
/** Tells its back end of everything. */
const HOOKED = {
  id: '1021',
  name: 'hooked',
  keys: [{ key: 'hooked-key', secret: 'hooked-secret' }],
  client_events: true,
  subscription_counting: true,
  webhooks: [{ url: receiver.url }],
};
const server = await startServer({ after }, { config: { apps: [VECTORS, HOOKED] } });
const { key, secret } = keyOf(VECTORS);

const raw = ([name, value]) => `${name}=${value}`;
const escaped = ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
/** Java's URIBuilder writes forms: a space is a plus. */
const form = ([name, value]) => new URLSearchParams([[name, value]]).toString();
const byName = ([a], [b]) => (a < b ? -1 : 1);

/**
 * How each library writes: the headers that it adds, the parameters of a list of attributes as signed and as sent, the order of the
 * query and its spelling, the spelling of a name in the path (Java signs what it has not yet encoded), and an event's JSON.
 */
const LIBRARIES = {
  PHP: {
    headers: { 'Content-Type': 'application/json', 'X-Pusher-Library': 'pusher-http-php 7.2.7' },
    signedInfo: (names) => [['info', names.join(',')]],
    sentInfo: (names) => names.map((name, index) => [`info[${index}]`, name]),
    query: (pairs, signature) => [...pairs, signature].sort(byName).map(escaped).join('&'),
    path: (name) => name,
    event: ({ name, data, channels, except }) => ({
      name,
      data,
      ...(channels.length === 1 ? { channel: channels[0] } : { channels }),
      ...(except && { socket_id: except }),
    }),
  },
  Ruby: {
    headers: { 'Content-Type': 'application/json', 'X-Pusher-Library': 'pusher-http-ruby 2.0.3' },
    signedInfo: (names) => names.map((name) => ['info[]', name]),
    sentInfo: (names) => names.map((name) => ['info[]', name]),
    query: (pairs, signature) => [...pairs, signature].map(escaped).join('&'),
    path: (name) => name,
    event: ({ name, data, channels, except }) => ({ ...(except && { socket_id: except }), name, channels, data }),
  },
  Go: {
    headers: { 'Content-Type': 'application/json', 'X-Pusher-Library': 'pusher-http-go 5.1.1' },
    signedInfo: (names) => [['info', names.join(',')]],
    sentInfo: (names) => [['info', names.join(',')]],
    query: (pairs, signature) => [...pairs, signature].sort(byName).map(raw).join('&'),
    path: (name) => name,
    event: ({ name, data, channels, except }) => ({ name, channels, data, ...(except && { socket_id: except }) }),
  },
  Java: {
    headers: { 'Content-Type': 'application/json' },
    signedInfo: (names) => [['info', names.join(',')]],
    sentInfo: (names) => [['info', names.join(',')]],
    // The order of a hash map: any will do, so the signature goes first and the rest backwards.
    query: (pairs, signature) => [signature, ...pairs.sort(byName).reverse()].map(form).join('&'),
    path: encodeURIComponent,
    event: ({ name, data, channels, except }) => ({ channels, name, data, ...(except && { socket_id: except }) }),
  },
  '.NET': {
    headers: {
      'Content-Type': 'application/json; charset=utf-8',
      'Pusher-Library-Name': 'pusher-http-dotnet',
      'Pusher-Library-Version': '5.0.0.0',
    },
    signedInfo: (names) => [['info', names.join(',')]],
    sentInfo: (names) => [['info', names.join(',')]],
    query: (pairs, signature) => [signature, ...pairs.sort(byName)].map(raw).join('&'),
    path: (name) => name,
    // What was not given is written all the same.
    event: ({ name, data, channels, except = null }) => ({ name, data, channels, socket_id: except }),
  },
};

/** Sends a request as this library would. `info` is a list of attributes, `query` what else is asked. */
async function ask(library, method, parts, { body, info, query = {} } = {}) {
  const { headers, signedInfo, sentInfo, ...spelling } = LIBRARIES[library];
  const common = {
    auth_key: key,
    auth_timestamp: String(Math.floor(Date.now() / 1000)),
    auth_version: '1.0',
    ...(body !== undefined && { body_md5: md5Hex(body) }),
    ...query,
  };
  const path = (spell) => `/apps/${VECTORS.id}/${parts.map(spell).join('/')}`;
  const signed = [...Object.entries(common), ...(info ? signedInfo(info) : [])];
  const signature = ['auth_signature', hmacHex(secret, stringToSign(method, path(String), signed))];
  const sent = [...Object.entries(common), ...(info ? sentInfo(info) : [])];
  return send(server, method, `${path(spelling.path)}?${spelling.query(sent, signature)}`, {
    body,
    headers: body === undefined ? {} : { ...headers, 'Content-Length': Buffer.byteLength(body) },
  });
}

for (const [library, { event }] of Object.entries(LIBRARIES)) {
  test(`p176 requests in the form of the ${library} library: trigger`, async () => {
    const [one, other] = [await connect(server, { app: VECTORS }), await connect(server, { app: VECTORS })];
    for (const socket of [one, other]) for (const channel of ['a', 'b;c']) await socket.subscribe(channel);
    const single = event({ name: 'App\\Events\\Said', data: '{"text":"hé"}', channels: ['a'] });
    assertDone(await ask(library, 'POST', ['events'], { body: JSON.stringify(single) }));
    const several = event({ name: 'moved', data: '', channels: ['a', 'b;c'], except: one.id });
    assertDone(await ask(library, 'POST', ['events'], { body: JSON.stringify(several) }));
    assert.deepEqual(await other.next(), { event: 'App\\Events\\Said', channel: 'a', data: '{"text":"hé"}' });
    assert.deepEqual(await other.next(), { event: 'moved', channel: 'a', data: '' });
    assert.deepEqual(await other.next(), { event: 'moved', channel: 'b;c', data: '' });
    assert.equal((await one.next()).event, 'App\\Events\\Said');
    assert.deepEqual(await one.settle(), []);
  });

  test(`p176 requests in the form of the ${library} library: batch`, async () => {
    const socket = await connect(server, { app: VECTORS });
    await socket.subscribe('batched');
    const item = (name) => ({ channel: 'batched', name, data: '"1"', ...(library === '.NET' && { socket_id: null }) });
    assertDone(await ask(library, 'POST', ['batch_events'], { body: JSON.stringify({ batch: [item('one'), item('two')] }) }));
    for (const event of ['one', 'two']) assert.deepEqual(await socket.next(), { event, channel: 'batched', data: '"1"' });
  });

  test(`p152 p176 requests in the form of the ${library} library: channels, channel, users`, async () => {
    const socket = await connect(server, { app: VECTORS });
    const channel = `presence-${library.replace('.', '')}@x;y`;
    await socket.join(channel, 'u1');
    const list = await ask(library, 'GET', ['channels'], { query: { filter_by_prefix: channel.slice(0, -2) }, info: ['user_count'] });
    assert.deepEqual([list.status, list.json], [200, { channels: { [channel]: { user_count: 1 } } }]);
    const one = await ask(library, 'GET', ['channels', channel], { info: ['user_count'] });
    assert.deepEqual([one.status, one.json], [200, { occupied: true, user_count: 1 }]);
    const users = await ask(library, 'GET', ['channels', channel, 'users']);
    assert.deepEqual([users.status, users.json], [200, { users: [{ id: 'u1' }] }]);
  });
}

for (const library of ['PHP', 'Ruby', 'Java', '.NET']) {
  test(`p111 p176 requests in the form of the ${library} library: terminate`, async () => {
    const user = `${library.replace('.', '')}-user`;
    const [one, other] = [await signedIn(user), await signedIn('somebody')];
    assertDone(await ask(library, 'POST', ['users', user, 'terminate_connections'], { body: '{}' }));
    assert.equal((await one.closed()).code, 4009);
    assert.deepEqual(await other.settle(), []);
  });
}

test('p111 a terminate at a path without the app, as Python writes it, is of the app whose key signs', async () => {
  const target = '/users/python-user/terminate_connections';
  const at = (token) => send(server, 'POST', `${target}?${signedQuery(token, 'POST', target, { body: '{}' }).map(raw).join('&')}`, { body: '{}' });
  const user = await signedIn('python-user');
  const wrong = [
    [{ key, secret: 'another' }, 401],
    [{ key: 'unknown', secret }, 400],
  ];
  for (const [token, status] of wrong) assert.equal((await at(token)).status, status);
  assert.equal((await send(server, 'POST', target, { body: '{}' })).status, 401);
  assert.deepEqual(await user.settle(), []);
  assertDone(await at({ key, secret }));
  assert.equal((await user.closed()).code, 4009);
});

test('p177 p178 p184 every kind of webhook passes the checks of the libraries that do not run here', async () => {
  const socket = await connect(server, { app: HOOKED });
  await socket.join('presence-hooks', 'u1');
  await socket.subscribe('cache-hooks');
  socket.send('client-typing', { on: 'é' }, 'presence-hooks');
  for (const told of [
    { name: 'channel_occupied', channel: 'presence-hooks' },
    { name: 'member_added', user_id: 'u1' },
    { name: 'client_event', data: '{"on":"é"}', user_id: 'u1', socket_id: socket.id },
    { name: 'cache_miss', channel: 'cache-hooks' },
    { name: 'subscription_count', channel: 'cache-hooks', subscription_count: 1 },
  ]) {
    const request = await receiver.heard(told);
    const tampered = { ...request, body: request.body.replace('"name"', '"nam3"') };
    for (const verify of Object.values(VERIFIERS)) {
      assert.deepEqual(verify(request, keyOf(HOOKED)), JSON.parse(request.body).events);
      assert.throws(() => verify(tampered, keyOf(HOOKED)));
    }
  }
});

async function signedIn(user) {
  const socket = await connect(server, { app: VECTORS });
  const data = JSON.stringify({ id: user });
  socket.send('pusher:signin', { auth: `${key}:${hmacHex(secret, `${socket.id}::user::${data}`)}`, user_data: data });
  await socket.expect('pusher:signin_success');
  return socket;
}

function assertDone({ status, text }) {
  assert.deepEqual([status, text], [200, '{}']);
}
