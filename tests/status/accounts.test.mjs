// Names, sign-up and what is signed for whom: docs/status.md section 0 and rows S1 to S3, S5, S13, S17.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { LOBBY, STATUS, keyOf } from '../lib/apps.mjs';
import { send } from '../lib/api.mjs';
import { Jar } from '../lib/jar.mjs';
import { arrive, enterLobby, signUp, startStatusServer } from '../lib/lobby.mjs';
import { failure } from '../lib/answers.mjs';
import { authorize } from '../lib/sign.mjs';
import { connect } from '../lib/socket.mjs';

const server = await startStatusServer({ after });

test("the tutorial's contract: register, isLoggedIn, auth, logout", async () => {
  const jar = new Jar(server);
  assert.deepEqual((await jar.get('/isLoggedIn')).json, { authenticated: false });
  const registered = await jar.register('contract', 'first status');
  assert.equal(registered.status, 200);
  assert.deepEqual(registered.json, { success: true, error: false });
  assert.deepEqual((await jar.get('/isLoggedIn')).json, { authenticated: true });
  const { json } = await jar.authorize('1234.5678', LOBBY);
  const member = JSON.parse(json.channel_data);
  assert.equal(member.user_id, 'contract');
  assert.equal(member.user_info.status, 'first status');
  assert.equal(typeof member.user_info.rev, 'number');
  assert.equal(json.auth, authorize(keyOf(STATUS), '1234.5678', LOBBY, json.channel_data));
  assert.deepEqual(Object.keys(json).sort(), ['auth', 'channel_data']);
  assert.equal((await jar.post('/logout')).status < 400, true);
  const after = await jar.get('/isLoggedIn');
  assert.equal(after.status, 200);
  assert.deepEqual(after.json, { authenticated: false });
});

test('register takes a form as well as JSON', async () => {
  const jar = new Jar(server);
  const reply = await jar.post('/register', new URLSearchParams({ username: 'by form', status: 'a & b' }));
  assert.equal(reply.status, 200, reply.text);
  assert.equal((await session(jar)).user.status, 'a & b');
});

test('s1 a name is claimed once, whatever it is spelled like, and nobody else gets a signature for it', async () => {
  await signUp(server, 'alice');
  for (const name of ['alice', 'ALICE', 'Alice', '\uff41\uff4c\uff49\uff43\uff45', '\u0430lice', '  alice ', 'al\u0456ce']) {
    const jar = new Jar(server);
    const reply = await jar.register(name, 'me too');
    assert.equal(reply.status, 409, `${name}: ${reply.text}`);
    assert.equal(failure(reply).error, 'name_taken');
    const auth = await jar.authorize('1.1', LOBBY);
    assert.equal(auth.status, 401);
    assert.equal('auth' in auth.json, false);
  }
});

test('s1 the browser that owns a name signs in again with it, and sets the given status', async () => {
  const jar = await signUp(server, 'owner', 'before');
  await jar.post('/logout');
  assert.equal((await jar.register('owner', 'after')).status, 200);
  assert.equal((await session(jar)).user.status, 'after');
  const stranger = new Jar(server);
  assert.equal((await stranger.register('owner', 'x')).status, 409);
});

test('s1 names are trimmed, collapsed and normalised, and unique, strange or not', async () => {
  const jar = await signUp(server, '  Ana   Mari\u0301a ');
  assert.equal((await session(jar)).user.name, 'Ana Mar\u00eda');
  for (const name of ['constructor', 'me', 'toString', 'hasOwnProperty', 'A'.repeat(64), '日本語', '🙂', "O'Neil", 'a/b', '{{status}}']) {
    const named = await signUp(server, name);
    assert.equal((await session(named)).user.name, name);
    const { json } = await named.authorize('1.1', LOBBY);
    assert.equal(JSON.parse(json.channel_data).user_id, name);
  }
});

test('s1 s13 names that are refused say which field and why', async () => {
  const refused = ['', '   ', 'A'.repeat(65), 'a<b', 'a>b', 'a&b', 'a"b', 'a`b', 'a\u0000b', 'a\u202eb', 'a\u2066b', '\u0007', '🙂'.repeat(33)];
  for (const name of refused) {
    const reply = await new Jar(server).register(name, 'x');
    assert.equal(reply.status, 422, `${JSON.stringify(name)}: ${reply.text}`);
    assert.ok(['username', 'name'].includes(failure(reply).field), reply.text);
  }
  const proto = await new Jar(server).register('__proto__', 'x');
  assert.equal(proto.status, 422);
  assert.equal(failure(proto).error, 'reserved_name');
});

test('s2 only the lobby is signed: any other channel is 403 without an auth field', async () => {
  const jar = await signUp(server, 'curious');
  const others = ['private-admin-secrets', 'presence-room-x', `${LOBBY}-x`, `private-${LOBBY}`, 'presence-', '#server-to-user-curious', 'private-encrypted-x', '', 'PRESENCE-WHATSUP-MEMBERS', 'lobby'];
  for (const channel of others) {
    const reply = await jar.authorize('1234.5678', channel);
    assert.ok([400, 403, 422].includes(reply.status), `${channel}: ${reply.status}`);
    if (channel.startsWith('private-') || channel.startsWith('presence-room')) assert.equal(reply.status, 403);
    failure(reply);
    assert.equal('auth' in reply.json, false);
  }
});

test('s3 asking while signed out is 401 JSON that names no file and no library', async () => {
  const jar = new Jar(server);
  const replies = [await jar.authorize('1.1', LOBBY), await jar.setStatus('x'), await jar.authorize('1.1', 'private-x')];
  for (const reply of replies) {
    assert.equal(reply.status, 401);
    assert.equal(failure(reply).error, 'not_signed_in');
    assert.doesNotMatch(reply.text, /node_modules|\.rs\b|src\/|axum|hyper|sqlx|sqlite|panicked|\/root|\/home/i);
  }
  assert.deepEqual(jar.lines, []);
});

test('s13 a field of the wrong type is 422, a body above 16 kB is 413', async () => {
  const wrong = [{ username: { x: 1 } }, { username: ['a'] }, { username: 7 }, { username: null }, { username: true }, {}, { status: 'no name' }];
  for (const body of wrong) {
    const reply = await new Jar(server).post('/register', { status: 'x', ...body });
    assert.equal(reply.status, 422, `${JSON.stringify(body)}: ${reply.text}`);
    failure(reply);
  }
  for (const status of [{ x: 1 }, 7, ['a'], true]) {
    const reply = await new Jar(server).post('/register', { username: 'typed', status });
    assert.equal(reply.status, 422, reply.text);
    assert.equal(failure(reply).field, 'status');
  }
  const big = await new Jar(server).register('big', 'x'.repeat(90_000));
  assert.equal(big.status, 413);
  failure(big);
});

test('s13 a status that is too long is 422 with its field, and never reaches channel_data', async () => {
  const jar = new Jar(server);
  for (const status of ['x'.repeat(141), '👩‍👩‍👧‍👦'.repeat(30), 'x'.repeat(8_000)]) {
    const reply = await jar.register('long-winded', status);
    assert.equal(reply.status, 422, reply.text);
    assert.equal(failure(reply).field, 'status');
  }
  assert.equal((await jar.register('long-winded', 'é'.repeat(140))).status, 200);
  const { json } = await jar.authorize('1.1', LOBBY);
  assert.ok(Buffer.byteLength(JSON.stringify(JSON.parse(json.channel_data).user_info)) <= 1024);
  const socket = await enterLobby(server, jar);
  assert.equal(socket.roster.hash['long-winded'].status, 'é'.repeat(140));
});

test('s13 names that are keys of objects elsewhere are ordinary members', async () => {
  const { socket } = await arrive(server, 'valueOf', 'v');
  const { jar } = await arrive(server, 'prototype', 'p');
  const late = await enterLobby(server, jar);
  for (const name of ['valueOf', 'prototype']) assert.ok(late.roster.ids.includes(name));
  assert.equal(socket.end, null);
});

test('s17 malformed requests get the failure body, the right 4xx and a request id', async () => {
  const jar = await signUp(server, 'sloppy');
  for (const socketId of ['', 'x', '1', '1.1.1', '1.1:private-x', "1.1'", '1.1\n']) {
    const reply = await jar.authorize(socketId, LOBBY);
    assert.ok(reply.status >= 400 && reply.status < 500, `${socketId}: ${reply.status}`);
    failure(reply);
  }
  const json = { 'Content-Type': 'application/json' };
  for (const body of ['{', '', 'null', '[]', '"x"', '{"username":']) {
    const reply = await new Jar(server).post('/register', body, json);
    assert.ok([400, 422].includes(reply.status), `${body}: ${reply.status}`);
    failure(reply);
    const put = await jar.put('/api/me/status', body, json);
    assert.ok([400, 422].includes(put.status), `${body}: ${put.status}`);
    failure(put);
  }
  const missing = await jar.get('/api/nothing-here');
  assert.equal(missing.status, 404);
  failure(missing);
  const wrongMethod = await jar.request('DELETE', '/api/me/status');
  assert.ok([404, 405].includes(wrongMethod.status));
  failure(wrongMethod);
  const ids = [missing, wrongMethod, await jar.get('/api/nothing-here')].map((reply) => failure(reply).request_id);
  assert.equal(new Set(ids).size, 3);
});

test('section 0: every failure on an API path is JSON, whatever the content type', async () => {
  for (const type of ['text/plain', 'application/xml', 'multipart/form-data; boundary=x']) {
    const reply = await send(server, 'POST', '/register', { body: 'username=a', headers: { 'Content-Type': type } });
    assert.ok(reply.status >= 400 && reply.status < 500, `${type}: ${reply.status}`);
    failure(reply);
  }
});

test('the session answer tells the page what it needs, and no secret', async () => {
  const jar = new Jar(server);
  const anonymous = await jar.get('/api/session');
  assert.equal(anonymous.status, 200);
  assert.equal(anonymous.json.app_key, keyOf(STATUS).key);
  assert.equal(anonymous.json.channel, LOBBY);
  assert.equal(anonymous.json.user, null);
  assert.ok(Math.abs(anonymous.json.now - Date.now()) < 60_000);
  assert.doesNotMatch(anonymous.text, new RegExp(keyOf(STATUS).secret));
  const member = await connect(server, { app: STATUS });
  assert.ok(member.id);
});

async function session(jar) {
  return (await jar.get('/api/session')).json;
}
