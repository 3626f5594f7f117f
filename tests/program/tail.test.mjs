// `rollcall tail` shows what the debug page shows, survives what happens to a server, and ends when nobody reads it.

import assert from 'node:assert/strict';
import http from 'node:http';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { call, publish } from '../lib/api.mjs';
import { MAIN, QUIET } from '../lib/apps.mjs';
import { startMeddler } from '../lib/meddler.mjs';
import { Operator } from '../lib/operator.mjs';
import { runProgram, startServer } from '../lib/server.mjs';
import { connect } from '../lib/socket.mjs';
import { startTail } from '../lib/tail.mjs';
import { until } from '../lib/wait.mjs';

/** An id that no channel's name may hold as it is. */
const SHOP = { id: 'my shop: café=1', name: 'Shop', keys: [{ key: 'shop-key', secret: 'shop-secret' }] };
const APPS = { config: { apps: [MAIN, QUIET, SHOP] } };

/** Publishes `count` events, ten to a request. */
async function publishMany(server, app, count, data = '{}') {
  for (let n = 0; n < count; n += 10) {
    const batch = Array.from({ length: 10 }, (_, index) => ({ channel: 'load', name: `event-${n + index}`, data }));
    const reply = await call(server, app, 'POST', '/batch_events', { body: JSON.stringify({ batch }) });
    assert.equal(reply.status, 200, reply.text);
  }
}

/** What the console's page is told of an app: its events, as they came. */
async function openDebugPage(server, app) {
  const operator = await new Operator(server).setUp();
  const { live } = await operator.get('session');
  const socket = await connect(server, { key: live.key });
  const channel = `${live.channel_prefix}debug-${app.id}`;
  const fields = new URLSearchParams({ socket_id: socket.id, channel_name: channel });
  const reply = await fetch(`${server.url}/console/api/live/auth`, { method: 'POST', headers: { Cookie: operator.cookie }, body: fields });
  await socket.subscribe(channel, { auth: (await reply.json()).auth });
  return () => socket.frames.filter(({ event }) => event === 'events').flatMap(({ data }) => JSON.parse(data).events);
}

test('events are shown as they happen, those of the filter alone, and a terminal obeys none of them', async (t) => {
  const server = await startServer(t, APPS);
  const tail = await startTail(t, server, MAIN, ['channel:news*', '-event:secret']);
  await publish(server, MAIN, 'other', 'headline');
  await publish(server, MAIN, 'news', 'secret');
  await publish(server, MAIN, 'news-1', 'headline', '\u001b]0;title\u0007\r\u009b2J\u202e');
  await publish(server, MAIN, 'news-2', 'last');
  const line = await tail.line('news-1');
  assert.match(line, /^\d\d:\d\d:\d\d\.\d{3}Z {2}api_message {5}news-1 {2}- {2}headline {2}/);
  assert.ok(line.includes(String.raw`\u{1b}]0;title\u{7}\r\u{9b}2J\u{202e}  `), line);
  await tail.line('news-2');
  assert.deepEqual(tail.lines.map((shown) => shown.split(/ +/)[2]), ['news-1', 'news-2']);
  assert.match(tail.stderr, /^rollcall: watching the app 1001 at http:/);
  assert.equal(await tail.end('SIGINT'), 0);
});

test('an app of any id is followed', async (t) => {
  const server = await startServer(t, APPS);
  const tail = await startTail(t, server, SHOP, ['type:connection']);
  const socket = await connect(server, { app: SHOP });
  await tail.line(socket.id);
});

test('an error is shown with its reason and its cure', async (t) => {
  const server = await startServer(t, APPS);
  const tail = await startTail(t, server, QUIET, ['type:error']);
  const socket = await connect(server, { app: QUIET });
  await socket.subscribe('private-room');
  socket.send('client-hello', {}, 'private-room');
  const line = await tail.line('client_error', 'private-room', socket.id);
  assert.match(line, /client-hello {2}client_events_off.*: To send client events.*\(cure: client_events = true\)/);
  assert.equal(tail.lines.length, 1);
});

test('with --json each line is the record that the console is told', async (t) => {
  const server = await startServer(t, APPS);
  const told = await openDebugPage(server, MAIN);
  const tail = await startTail(t, server, MAIN, ['type:api_message,client_event,presence,subscribed', '--json']);
  const socket = await connect(server);
  await socket.join('presence-room', '42', { name: 'Été' });
  socket.send('client-hello', { text: '\u001b[31m' }, 'presence-room');
  await publish(server, MAIN, 'news', 'headline', '{"last":true}');
  const last = await tail.record(({ event }) => event === 'headline');
  assert.deepEqual(Object.keys(last).sort(), ['at', 'channel', 'data', 'event', 'latency_us', 'n', 'size', 'type']);
  assert.deepEqual([last.channel, last.data, last.size], ['news', '{"last":true}', 13]);
  await until(() => told().some(({ n }) => n === last.n), 'the page to be told as well');
  const types = ['api_message', 'client_event', 'member_added', 'subscribed'];
  const expected = told().filter(({ type }) => types.includes(type));
  const [watching, ...events] = tail.records;
  assert.deepEqual(events, expected);
  assert.deepEqual(new Set(events.map(({ type }) => type)), new Set(types));
  assert.deepEqual([watching.type, watching.kind], ['notice', 'watching']);
  assert.equal(tail.stderr, '');
});

test('a bad filter is refused with its place and with what is allowed', async () => {
  const { errors } = JSON.parse(readFileSync(new URL('../../docs/filter-cases.json', import.meta.url)));
  for (const { filter, at, message } of errors.filter(({ code }) => ['unknown_word', 'open_quote', 'lone_minus'].includes(code))) {
    const { code, stdout, stderr } = await runProgram(['tail', '1001', filter]);
    assert.equal(code, 2, stderr);
    assert.equal(stdout, '');
    assert.ok(stderr.startsWith(`rollcall: the filter is wrong at character ${at + 1}, `), stderr);
    assert.ok(stderr.endsWith(`: ${message}\n`), stderr);
  }
});

test('what cannot be followed is told in a sentence', async (t) => {
  const server = await startServer(t, APPS);
  const refusal = async (...words) => {
    const { code, stdout, stderr } = await runProgram(['tail', ...words]);
    assert.equal(stdout, '');
    return [code, stderr];
  };
  const data = ['--data', server.data];
  const [code, unknown] = await refusal('7', ...data, '--url', server.url);
  assert.equal(code, 1);
  assert.match(unknown, /^rollcall: there is no app with the id "7"; there are .*1001, 1002/);
  const [, nowhere] = await refusal('1001', '--data', `${server.dir}/none`, '--url', server.url);
  assert.match(nowhere, /^rollcall: there is no database in /);
  const other = await startServer(t, APPS);
  const [, stranger] = await refusal('1001', '--data', other.data, '--url', server.url);
  assert.match(stranger, /^rollcall: the server at .* uses another database; name its directory with --data/);
  const teapot = http.createServer((request, reply) => reply.writeHead(418).end());
  await new Promise((resolve) => teapot.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${teapot.address().port}`;
  const [, strange] = await refusal('1001', ...data, '--url', url);
  assert.match(strange, /^rollcall: there is no console at http.*console\/api\/session is answered with 418; check --url/);
  await new Promise((resolve) => teapot.close(resolve));
  const [, silent] = await refusal('1001', ...data, '--url', url);
  assert.match(silent, /^rollcall: no server answers at http.*refused.*; start it, or say where it is with --url/);
  assert.deepEqual((await refusal('1001', ...data, '--url', 'who.example'))[0], 2);
});

test('a server that starts anew is followed again, and that events may be missing is told', async (t) => {
  const server = await startServer(t, APPS);
  const [tail, json] = await Promise.all([[], ['--json']].map((words) => startTail(t, server, MAIN, words)));
  await publish(server, MAIN, 'news', 'before');
  await tail.line('before');
  await server.restart();
  await Promise.all([tail.watching(2), json.watching(2)]);
  await publish(server, MAIN, 'news', 'after');
  await tail.line('after');
  await json.record(({ event }) => event === 'after');
  assert.match(tail.stderr, /^rollcall: watching the app.*\nrollcall: the server is lost, and tried again: .*\nrollcall: watching again; what happened meanwhile is not shown\n$/);
  const notices = json.records.filter(({ type }) => type === 'notice').map(({ kind }) => kind);
  assert.deepEqual(notices, ['watching', 'lost', 'watching']);
  // It also goes on when the server ends in good order.
  assert.equal(await server.terminate(), 0);
  await server.start();
  await tail.watching(3);
});

test('a server that starts anew elsewhere is found, whoever has its old place', async (t) => {
  const server = await startServer(t, APPS);
  const tail = await startTail(t, server, MAIN, [], { url: null });
  await server.kill();
  const stranger = http.createServer((request, response) => response.writeHead(418).end());
  await new Promise((resolve) => stranger.listen(server.port, '127.0.0.1', resolve));
  t.after(() => stranger.close());
  server.port = 0;
  await server.start();
  await tail.watching(2);
  await publish(server, MAIN, 'news', 'found');
  await tail.line('found');
});

test('it ends when its app is removed, and not when another is', async (t) => {
  const server = await startServer(t);
  const [gone, kept] = ['2001', '2002'].map((id) => ({ id, keys: [{ key: `key-${id}`, secret: 's' }] }));
  const edit = async (...words) => assert.equal((await runProgram(['apps', ...words, '--data', server.data])).code, 0);
  for (const { id } of [gone, kept]) await edit('add', id, `keys=key-${id}:s`);
  const tails = await Promise.all([[], ['type:error', '--json']].map((words) => startTail(t, server, gone, words)));
  const other = await startTail(t, server, kept);
  await edit('remove', gone.id);
  for (const tail of tails) {
    assert.equal(await tail.end(), 1);
    assert.match(tail.stderr, /rollcall: the app 2001 was removed\n$/);
  }
  // The other was followed before the server knew it.
  await until(() => publish(server, kept, 'news', 'headline').then(() => other.lines.length), () => other.said('an event'));
  assert.equal(await other.end('SIGTERM'), 0);
});

test('it ends when nobody reads what it prints, whether or not there is more', async (t) => {
  const server = await startServer(t, APPS);
  const idle = await startTail(t, server, MAIN, ['type:error']);
  idle.child.stdout.destroy();
  assert.deepEqual([await idle.end(), idle.stderr.split('\n').length], [0, 2]);
  const busy = await startTail(t, server, MAIN);
  await publish(server, MAIN, 'news', 'headline');
  await busy.line('headline');
  busy.child.stdout.destroy();
  await publishMany(server, MAIN, 50);
  assert.equal(await busy.end(), 0);
  assert.doesNotMatch(busy.stderr, /panic/);
});

test('a signal ends it although nobody takes what it prints, and its session ends with it', async (t) => {
  const server = await startServer(t, APPS);
  const proxy = await startMeddler(t, server);
  for (const signal of ['SIGINT', 'SIGTERM']) {
    const tail = await startTail(t, server, MAIN, ['--json'], { url: proxy.url });
    tail.child.stdout.removeAllListeners('data').pause();
    await publishMany(server, MAIN, 100, JSON.stringify('x'.repeat(9_000)));
    assert.equal(await tail.end(signal), 0);
    const { authorization } = proxy.asked.findLast(({ headers }) => headers.authorization).headers;
    const session = await fetch(`${server.url}/console/api/session`, { headers: { authorization } });
    assert.equal((await session.json()).signed_in, false);
  }
});

test('a stream that is full is followed by another, and nothing is lost or told twice', async (t) => {
  const server = await startServer(t, APPS);
  const proxy = await startMeddler(t, server);
  const tail = await startTail(t, server, MAIN, ['--json'], { url: proxy.url });
  const data = JSON.stringify('x'.repeat(9_000));
  await publishMany(server, MAIN, 120, data);
  await publish(server, MAIN, 'news', 'last');
  await tail.record(({ event }) => event === 'last');
  const names = tail.records.filter(({ channel }) => channel === 'load').map(({ event }) => event);
  assert.deepEqual(names, Array.from({ length: 120 }, (_, n) => `event-${n}`));
  assert.equal(tail.records.filter(({ type }) => type === 'notice').length, 1);
  const streams = proxy.asked.filter(({ url }) => url.includes('/xhr_streaming'));
  assert.ok(streams.length >= 3, `${streams.length} streams`);
  assert.equal(new Set(streams.map(({ url }) => url)).size, 1, 'they are of one session');
});

test('above 200 events a second it says that it shows a sample', async (t) => {
  const server = await startServer(t, APPS);
  const [tail, json] = await Promise.all([[], ['--json']].map((words) => startTail(t, server, MAIN, words)));
  let stopped = false;
  const load = (async () => {
    while (!stopped) await publishMany(server, MAIN, 100);
  })();
  const notice = await json.record(({ kind }) => kind === 'sampling');
  await until(() => /rollcall: this is a sample: \d+ of \d+ events/.test(tail.stderr), () => tail.said('a notice'));
  stopped = true;
  await load;
  assert.deepEqual(Object.keys(notice).sort(), ['at', 'kind', 'message', 'seen', 'shown', 'type']);
  assert.ok(notice.shown < notice.seen, notice.message);
});
