// Statuses, sessions that last, and the lobby without a browser: docs/status.md rows S4, S5, S7, S11, S12, C1, C2, C3, C6, C11 and section 3.4.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { LOBBY, STATUS } from '../lib/apps.mjs';
import { failure } from '../lib/answers.mjs';
import { Jar } from '../lib/jar.mjs';
import { arrive, enterLobby, signUp, startStatusServer, statusesIn, told } from '../lib/lobby.mjs';
import { payload } from '../lib/protocol.mjs';
import { connect } from '../lib/socket.mjs';
import { eachOf, until } from '../lib/wait.mjs';

const server = await startStatusServer({ after });

test('c1 whoever joins after many updates is given the newest status', async () => {
  const { jar } = await arrive(server, 'c1-ana', 'first');
  for (const text of ['second', 'third', 'newest']) assert.equal((await jar.setStatus(text)).status, 200);
  const { socket } = await arrive(server, 'c1-late', 'x');
  assert.equal(socket.roster.hash['c1-ana'].status, 'newest');
  assert.equal(socket.roster.hash['c1-ana'].rev, (await user(jar)).rev);
});

test('c2 a refresh, and signing in again, keep the status', async () => {
  const { jar, socket } = await arrive(server, 'c2-ana', 'first');
  await jar.setStatus('kept');
  socket.ws.close(1001);
  const again = await enterLobby(server, jar);
  assert.equal(again.roster.hash['c2-ana'].status, 'kept');
  assert.equal((await user(jar)).status, 'kept');
});

test('c6 a change reaches every tab of the author and everybody else, the sender included', async () => {
  const { jar, socket } = await arrive(server, 'c6-ana', 'first');
  const tab = await enterLobby(server, jar);
  const { socket: other } = await arrive(server, 'c6-bo', 'x');
  const reply = await jar.setStatus('changed');
  assert.equal(reply.status, 200);
  for (const each of [socket, tab, other]) await told(each, 'c6-ana', 'changed');
  assert.equal(reply.json.text, 'changed');
  assert.equal(typeof reply.json.rev, 'number');
  assert.ok(Math.abs(reply.json.updated_at - Date.now()) < 60_000);
});

test('c11 racing writers: everybody ends with the highest revision', async () => {
  const { jar, socket } = await arrive(server, 'c11-ana', 'first');
  const { socket: other } = await arrive(server, 'c11-bo', 'x');
  const texts = ['one', 'two', 'three', 'four'];
  const replies = await Promise.all(texts.map((text) => jar.setStatus(text)));
  const stored = replies.filter((reply) => reply.status === 200).map((reply) => reply.json);
  assert.ok(stored.length >= 2);
  assert.equal(new Set(stored.map((result) => result.rev)).size, stored.length);
  const winner = stored.reduce((best, result) => (result.rev > best.rev ? result : best));
  for (const each of [socket, other]) await told(each, 'c11-ana', winner.text);
  assert.equal((await user(jar)).status, winner.text);
  for (const each of [socket, other]) {
    const known = highest(each, 'c11-ana');
    assert.deepEqual([known.rev, known.status], [winner.rev, winner.text]);
  }
});

test('c3 after joins, leaves and updates in any order, every view equals the table', async () => {
  const people = await eachOf(Array.from({ length: 8 }, (_, index) => `c3-p${index}`), 2, (name) => arrive(server, name, 'start'));
  const random = generator(20_260_101);
  for (let step = 0; step < 60; step++) {
    const person = people[Math.floor(random() * people.length)];
    const what = random();
    if (what < 0.3) person.socket.ws.close(1001);
    if (what < 0.3) person.socket = await enterLobby(server, person.jar);
    else if (what < 0.4) await person.jar.setStatus(`step ${step}`);
    else {
      person.socket.unsubscribe(LOBBY);
      await person.socket.settle();
      person.socket = await enterLobby(server, person.jar);
    }
  }
  const table = new Map();
  for (const [index, person] of people.entries()) table.set(`c3-p${index}`, (await user(person.jar)).status);
  const { socket: late } = await arrive(server, 'c3-late', 'x');
  for (const [name, status] of table) assert.equal(late.roster.hash[name].status, status);
  for (const person of people) {
    for (const [name, status] of table) {
      await until(() => highest(person.socket, name).status === status, `${name} to be "${status}"`);
    }
  }
});

test('r14 r15 if_rev refuses with what is current; a repeated mutation answers as the first time', async () => {
  const jar = await signUp(server, 'r14-ana', 'first');
  const { rev } = await user(jar);
  const mutation = crypto.randomUUID();
  const first = await jar.setStatus('second', { if_rev: rev, mutation_id: mutation });
  assert.equal(first.status, 200, first.text);
  assert.ok(first.json.rev > rev);
  const again = await jar.setStatus('second', { if_rev: rev, mutation_id: mutation });
  assert.deepEqual([again.status, again.json], [200, first.json]);
  const conflict = await jar.setStatus('third', { if_rev: rev });
  assert.equal(conflict.status, 409);
  failure(conflict);
  assert.equal(conflict.json.current.text ?? conflict.json.current.status, 'second');
  assert.equal(conflict.json.current.rev, first.json.rev);
});

test('r20 a write that was answered is what anybody reads next', async () => {
  const jar = await signUp(server, 'r20-ana', 'first');
  const { socket } = await arrive(server, 'r20-bo', 'x');
  for (let round = 0; round < 4; round++) {
    const { json } = await jar.setStatus(`round ${round}`);
    assert.equal((await user(jar)).rev, json.rev);
    const visitor = await enterLobby(server, jar);
    assert.equal(visitor.roster.hash['r20-ana'].status, `round ${round}`);
    assert.ok(visitor.roster.hash['r20-ana'].rev >= json.rev);
  }
  assert.equal(socket.end, null);
});

test('s4 a forged client-status-update changes nothing in any other client', async () => {
  const { jar: bo, socket: victim } = await arrive(server, 's4-bob', 'in a meeting');
  const { socket: eve } = await arrive(server, 's4-eve', 'x');
  const { socket: watcher } = await arrive(server, 's4-watcher', 'x');
  for (const forged of [{ username: 's4-bob', status: 'fooled' }, { username: 'S4-BOB', status: 'fooled' }, { status: 'fooled', username: ['s4-bob'] }]) {
    eve.send('client-status-update', forged, LOBBY);
  }
  await eve.settle();
  await bo.setStatus('really');
  for (const each of [watcher, victim]) await told(each, 's4-bob', 'really');
  for (const each of [watcher, victim]) {
    assert.equal(each.texts.some((text) => text.includes('fooled')), false);
    assert.deepEqual(each.seen('client-status-update'), []);
  }
  assert.equal((await user(bo)).status, 'really');
});

test('s4 bridge: an honest client-status-update becomes the status, as plain text, for others only', async () => {
  const { jar, socket: author } = await arrive(server, 'bridge-ana', 'first');
  const tab = await enterLobby(server, jar);
  const { socket: other } = await arrive(server, 'bridge-bo', 'x');
  author.send('client-status-update', { username: 'bridge-ana', status: 'line <b>one</b>&amp;<img src=x onerror=alert(1)>two', user_id: 'bridge-bo' }, LOBBY);
  const frame = await other.take('client-status-update');
  assert.equal(frame.user_id ?? 'bridge-ana', 'bridge-ana');
  assert.deepEqual(payload(frame), { username: 'bridge-ana', status: 'line one&two' });
  await until(async () => (await user(jar)).status === 'line one&two', 'the bridge to have stored the status');
  await told(tab, 'bridge-ana', 'line one&two');
  const { socket: late } = await arrive(server, 'bridge-late', 'x');
  assert.equal(late.roster.hash['bridge-ana'].status, 'line one&two');
  for (const each of [author, tab]) assert.deepEqual(each.seen('client-status-update'), []);
});

test('s5 s7 a status is text: whatever it looks like, it comes back as it was', async () => {
  const { jar } = await arrive(server, 's5-ana', 'first');
  const texts = ['<img src=x onerror=alert(1)>', "cost $' and $& done", '{{status}}', '"quoted" & <b>bold</b>'];
  for (const text of texts) {
    const reply = await jar.setStatus(text);
    assert.equal(reply.status, 200, reply.text);
    const socket = await enterLobby(server, jar);
    assert.equal(socket.roster.hash['s5-ana'].status, text);
  }
});

test('s6 statuses are stored as one line of plain text, or refused with their field', async () => {
  const jar = await signUp(server, 's6-ana', 'first');
  const reply = await jar.setStatus('line1\nline2\r\n  e\u0301');
  assert.equal(reply.status, 200, reply.text);
  assert.equal(reply.json.text, 'line1 line2 \u00e9');
  for (const text of ['x'.repeat(141), '👩‍👩‍👧‍👦'.repeat(60)]) {
    const refused = await jar.setStatus(text);
    assert.equal(refused.status, 422);
    assert.ok(['text', 'status'].includes(failure(refused).field));
  }
  const wrong = await jar.put('/api/me/status', { text: 7, mutation_id: crypto.randomUUID() });
  assert.equal(wrong.status, 422);
});

test('s6 every clause: composed, no controls, no overrides, isolates in pairs, one line, 140 graphemes, 560 bytes', async (t) => {
  const own = await startStatusServer(t, { config: { statuses_per_10_seconds: 0 } });
  const jar = await signUp(own, 's6-ana', 'first');
  const family = '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}\u200d\u{1f466}';
  const kept = [
    ['cafe\u0301', 'caf\u00e9'],
    ['  one\r\n\r\ntwo\u2028three\u0085four\t', 'one two three four'],
    ['\u2067\u05e9\u05dc\u05d5\u05dd\u2069 ok', '\u2067\u05e9\u05dc\u05d5\u05dd\u2069 ok'],
    ['\u{1f980}'.repeat(140), '\u{1f980}'.repeat(140)],
    [family.repeat(22), family.repeat(22)],
    [`b${'\u0301'.repeat(279)}c`, `b${'\u0301'.repeat(279)}c`],
    ['', ''],
  ];
  for (const [text, stored] of kept) {
    const reply = await jar.setStatus(text);
    assert.equal(reply.status, 200, reply.text);
    assert.equal(reply.json.text, stored);
    assert.equal((await user(jar)).status, stored);
  }
  const refused = [
    ['x'.repeat(141), 'too_long'],
    [family.repeat(23), 'too_long'],
    [`b${'\u0301'.repeat(280)}`, 'too_long'],
    ['a\u0000b', 'illegal_character'],
    ['a\u001b[31m', 'illegal_character'],
    ['a\u009b', 'illegal_character'],
    ['\u202eevil', 'illegal_character'],
    ['\u202aa\u202c', 'illegal_character'],
    ['\u2066a', 'illegal_character'],
    ['a\u2069', 'illegal_character'],
    ['\u2069a\u2066', 'illegal_character'],
  ];
  for (const [text, error] of refused) {
    const reply = await jar.setStatus(text);
    assert.deepEqual([reply.status, failure(reply).error, failure(reply).field], [422, error, 'text'], JSON.stringify(text));
    const signUpReply = await new Jar(own).register('s6-bo', text);
    assert.deepEqual([signUpReply.status, failure(signUpReply).error, failure(signUpReply).field], [422, error, 'status']);
  }
  assert.equal((await user(jar)).status, '');
});

test('s7 what templates and escapes would make something of is stored and told as it is', async () => {
  const text = String.raw`$& $' {{status}} \u202e $$ %s \n &amp; ${'`'}`;
  const { jar, socket } = await arrive(server, 's7-ana', text);
  assert.equal(socket.roster.hash['s7-ana'].status, text);
  assert.equal((await user(jar)).status, text);
  const again = `${text} again`;
  assert.equal((await jar.setStatus(again)).json.text, again);
  await told(socket, 's7-ana', again);
  // The character itself is an override, which S6 refuses.
  assert.equal((await jar.setStatus('\u202e')).status, 422);
});

test('s11 kill -9, start, reload: still signed in, same status', async (t) => {
  const own = await startStatusServer(t);
  const { jar } = await arrive(own, 's11-ana', 'first');
  assert.equal((await jar.setStatus('durable')).status, 200);
  await own.restart();
  assert.deepEqual((await jar.get('/isLoggedIn')).json, { authenticated: true });
  assert.equal((await user(jar)).status, 'durable');
  const socket = await enterLobby(own, jar);
  assert.equal(socket.roster.hash['s11-ana'].status, 'durable');
  assert.deepEqual(socket.roster.ids, ['s11-ana'], 'rosters start empty');
});

test('c2 s11 a status that was answered survives a kill at any moment', async (t) => {
  const own = await startStatusServer(t);
  const jar = await signUp(own, 'c2-crash', 'first');
  for (let round = 0; round < 3; round++) {
    const reply = await jar.setStatus(`round ${round}`);
    assert.equal(reply.status, 200);
    await own.restart();
    const found = await user(jar);
    assert.deepEqual([found.status, found.rev], [`round ${round}`, reply.json.rev]);
  }
});

test('s12 signing out closes the sockets of that session with 4009, and others see the leave at once', async () => {
  const { jar, socket } = await arrive(server, 's12-ana', 'x');
  const tab = await enterLobby(server, jar);
  const { socket: other } = await arrive(server, 's12-bo', 'x');
  assert.ok((await jar.post('/logout')).status < 400);
  for (const each of [socket, tab]) assert.equal((await each.closed()).code, 4009);
  // The grace of this app is 10 s; the wait is shorter, so this leave had none.
  const removed = (frame) => frame.event.endsWith(':member_removed') && payload(frame).user_id === 's12-ana';
  await other.take(removed, 'the leave without a grace', 5_000);
});

test('s12 signing out everywhere ends all sessions of the account, and their sockets close with 4009', async () => {
  const { jar, socket } = await arrive(server, 's12-all', 'x');
  const twin = new Jar(server);
  twin.cookies.set('k', jar.cookies.get('k'));
  assert.equal((await twin.register('s12-all', 'there')).status, 200);
  const twins = await enterLobby(server, twin);
  const late = await connect(server, { app: STATUS });
  const signed = (await twin.authorize(late.id, LOBBY)).json;
  const { jar: bo, socket: other } = await arrive(server, 's12-all-bo', 'x');

  assert.equal((await jar.post('/api/me/sign-out-everywhere', undefined, { 'Sec-Fetch-Site': 'cross-site' })).status, 403);
  const begun = performance.now();
  const reply = await jar.post('/api/me/sign-out-everywhere');
  assert.deepEqual([reply.status, reply.json], [200, { success: true, error: false }]);
  assert.equal(jar.cookies.has('s'), false);
  for (const each of [socket, twins]) assert.equal((await each.closed()).code, 4009);
  assert.ok(performance.now() - begun < 1000);
  const removed = (frame) => frame.event.endsWith(':member_removed') && payload(frame).user_id === 's12-all';
  await other.take(removed, 'the leave without a grace', 5_000);
  const refused = await twin.setStatus('still there?');
  assert.deepEqual([refused.status, failure(refused).error], [401, 'not_signed_in']);
  assert.equal((await twin.authorize('1.1', LOBBY)).status, 401);
  // What was signed before is worth nothing now.
  late.send('pusher:subscribe', { channel: LOBBY, auth: signed.auth, channel_data: signed.channel_data });
  await until(() => late.end !== null || late.seen('pusher:subscription_error').length > 0, 'the old signature to be refused');

  assert.equal((await bo.setStatus('unhurt')).status, 200);
  assert.deepEqual((await jar.get('/api/session')).json.device, ['s12-all']);
  assert.equal((await jar.register('s12-all', 'back')).status, 200);
});

test('s12 forgetting the device takes the key and leaves the session', async () => {
  const jar = await signUp(server, 's12-device');
  assert.deepEqual((await jar.get('/api/session')).json.device, ['s12-device']);
  const key = jar.cookies.get('k');
  for (let n = 0; n < 2; n++) {
    const reply = await jar.post('/api/device/forget');
    assert.deepEqual([reply.status, reply.json], [200, { success: true, error: false }]);
  }
  assert.equal(jar.cookies.has('k'), false);
  const { user: still, device } = (await jar.get('/api/session')).json;
  assert.deepEqual([still.name, device], ['s12-device', []]);
  const old = new Jar(server);
  old.cookies.set('k', key);
  assert.equal((await old.register('s12-device', 'x')).status, 409);
});

test('the status page of a fresh server runs on the app that it made itself', async (t) => {
  const { startServer } = await import('../lib/server.mjs');
  const own = await startServer(t);
  const jar = await signUp(own, 'first-start', 'hello');
  const { json } = await jar.get('/api/session');
  assert.match(json.app_key, /^[0-9a-f]{20}$/);
  const app = { ...STATUS, keys: [{ key: json.app_key, secret: 'unknown' }] };
  const socket = await enterLobby(own, jar, app);
  assert.equal(socket.roster.hash['first-start'].status, 'hello');
  await own.restart();
  assert.equal((await jar.get('/api/session')).json.app_key, json.app_key);
});

async function user(jar) {
  return (await jar.get('/api/session')).json.user;
}

/** The info with the highest revision that this socket was told of `name`. */
function highest(socket, name) {
  let best = { rev: -1 };
  for (const frame of socket.frames) {
    if (!statusesIn(frame).has(name)) continue;
    const data = JSON.parse(frame.data);
    const info = data.presence ? data.presence.hash[name] : data.user_info;
    if (info.rev > best.rev) best = info;
  }
  return best;
}

/** A small generator of pseudo-random numbers, so that a failure can be repeated. */
function generator(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

