// TLS by the program itself: wss, https and the HTTP transports on the port that plain clients use too.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import PusherClient from 'pusher-js';
import PusherServer from 'pusher';
import { MAIN, keyOf } from '../lib/apps.mjs';
import { publish, send } from '../lib/api.mjs';
import { dialTls, newCertificate, shownFingerprint } from '../lib/certificate.mjs';
import { clientOptions, nextEvent } from '../lib/pusher.mjs';
import { CLOSE, TEXT, clientFrame, openRaw } from '../lib/raw.mjs';
import { startServer } from '../lib/server.mjs';
import { connect, dial } from '../lib/socket.mjs';
import { eachOf, until, within } from '../lib/wait.mjs';

// Nobody vouches for the certificates of these tests, and stock clients cannot be told to trust one.
process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';

const GUARDED = { id: '1201', name: 'guarded', keys: [{ key: 'guarded-key', secret: 'guarded-secret' }], force_tls: true };
const SLOW = { id: '1202', name: 'slow', keys: [{ key: 'slow-key', secret: 'slow-secret' }], max_pending_bytes: 262_144 };

const dir = await mkdtemp(join(tmpdir(), 'rollcall-tls-'));
after(() => rm(dir, { recursive: true, force: true }));
const first = await newCertificate(dir, 'first');
const server = await startServer(
  { after },
  { config: { tls_cert: first.certFile, tls_key: first.keyFile, apps: [MAIN, GUARDED, SLOW] } },
);

test('p11 a plain connection to an app that forces TLS is closed with 4000, on the same port TLS is taken', async () => {
  const { code } = await dial(server, { app: GUARDED }).closed();
  assert.equal(code, 4000);
  const secure = await connect(server, { app: GUARDED, secure: true });
  await secure.subscribe('p11');
});

test('p11 pusher-js that comes without TLS is told so and comes back with it', async (t) => {
  const client = new PusherClient(keyOf(GUARDED).key, clientOptions(server));
  t.after(() => client.disconnect());
  await nextEvent(client.connection, 'connected');
  const channel = client.subscribe('p11-back');
  await nextEvent(channel, 'pusher:subscription_succeeded');
});

test('stock clients: pusher publishes over https and pusher-js receives over wss', async (t) => {
  const { key, secret } = keyOf(MAIN);
  const pusher = new PusherServer({ appId: MAIN.id, key, secret, host: '127.0.0.1', port: String(server.port), useTLS: true });
  const client = new PusherClient(key, { ...clientOptions(server), forceTLS: true });
  t.after(() => client.disconnect());
  const channel = client.subscribe('tls-stock');
  await nextEvent(channel, 'pusher:subscription_succeeded');
  const data = { text: 'é'.repeat(4_000) };
  const heard = nextEvent(channel, 'event');
  await pusher.trigger('tls-stock', 'event', data);
  assert.deepEqual(await heard, data);
});

test('what a client sends with its upgrade request is heard over TLS too', async () => {
  const subscribe = JSON.stringify({ event: 'pusher:subscribe', data: { channel: 'early' } });
  const raw = openRaw(server, { over: dialTls, extra: clientFrame(TEXT, Buffer.from(subscribe)) });
  await raw.wait(() => raw.frames.length === 2, 'the success frame');
  assert.match(raw.frames[1].payload.toString(), /subscription_succeeded/);
  raw.tcp.destroy();
});

test('large and many messages arrive whole and in order over TLS', async () => {
  const socket = await connect(server, { secure: true });
  await socket.subscribe('tls-many');
  const events = Array.from({ length: 200 }, (_, n) => String(n).padStart(9_000, '.'));
  for (const data of events) await publish(server, MAIN, 'tls-many', 'n', data);
  for (const data of events) assert.equal((await socket.expect('n')).data, data);
});

test('section 5: streaming and sends work over https', async () => {
  const base = `/pusher/app/${keyOf(MAIN).key}/123/abcdefgh`;
  const stream = await post(https, `${base}/xhr_streaming?protocol=7&t=1&n=1`);
  const heard = listen(stream);
  await until(() => heard().includes('connection_established'), 'the session to open');
  const frames = JSON.stringify([JSON.stringify({ event: 'pusher:subscribe', data: { channel: 'tls-stream' } })]);
  assert.equal((await post(https, `${base}/xhr_send?t=1&n=2`, frames)).statusCode, 204);
  await until(() => heard().includes('subscription_succeeded'), 'the success frame');
  stream.destroy();
});

test('p11 a request without TLS gets nothing of a session over https, and does it no harm', async () => {
  const base = `/pusher/app/${keyOf(GUARDED).key}/123/p11guard`;
  const stream = await post(https, `${base}/xhr_streaming?protocol=7&t=1&n=1`);
  const heard = listen(stream);
  await until(() => heard().includes('connection_established'), 'the session to open');
  for (const transport of ['xhr_streaming', 'xhr']) {
    const plain = await post(http, `${base}/${transport}?protocol=7&t=1&n=2`);
    const text = listen(plain);
    await within(once(plain, 'end'), 'the end of the answer');
    assert.match(text(), /^(h{2048}\n)?c\[4000,"[^"]+"\]\n$/);
  }
  const ping = JSON.stringify([JSON.stringify({ event: 'pusher:ping', data: {} })]);
  const refused = await post(http, `${base}/xhr_send?t=1&n=3`, ping);
  const why = listen(refused);
  await within(once(refused, 'end'), 'the end of the answer');
  assert.equal(refused.statusCode, 403);
  assert.match(why(), /https/);
  const subscribe = JSON.stringify([JSON.stringify({ event: 'pusher:subscribe', data: { channel: 'p11' } })]);
  assert.equal((await post(https, `${base}/xhr_send?t=1&n=4`, subscribe)).statusCode, 204);
  await until(() => heard().includes('subscription_succeeded'), 'the success frame');
  assert.ok(!heard().includes('pusher:pong'), 'the ping without TLS was not taken');
  stream.destroy();
});

test('s10 pages are for TLS alone: over http one is sent there, over https cookies are secure', async () => {
  const plain = await send(server, 'GET', '/isLoggedIn?x=1');
  assert.deepEqual([plain.status, plain.headers.location], [307, `https://${server.host}/isLoggedIn?x=1`]);
  const body = JSON.stringify({ username: 'tess', status: 'x' });
  const answer = await fetch(`https://${server.host}/register`, { method: 'POST', body, headers: { 'Content-Type': 'application/json' } });
  assert.equal(answer.status, 200, await answer.text());
  const cookies = answer.headers.getSetCookie();
  assert.equal(cookies.length, 2);
  for (const cookie of cookies) assert.match(cookie, /^__Host-.*; Secure$/);
});

test('s10 who comes without TLS is sent below the prefix, and where the operator says that people come, whatever the request names', async (t) => {
  const own = await startServer(t, {
    config: { tls_cert: first.certFile, tls_key: first.keyFile, path_prefix: '/rt', public_url: 'https://who.example', apps: [MAIN] },
  });
  for (const [path, expected] of [['/rt/isLoggedIn?x=1', '/rt/isLoggedIn?x=1'], ['/isLoggedIn', '/rt/isLoggedIn'], ['/rt', '/rt/'], ['//evil.example/', '/rt//evil.example/']]) {
    const { status, headers } = await send(own, 'GET', path, { headers: { Host: 'evil.example' } });
    assert.deepEqual([status, headers.location], [307, `https://who.example${expected}`], path);
  }
});

test('p189 a slow reader over TLS is closed with 4100, and the others lose nothing', async () => {
  const slow = openRaw(server, { app: SLOW, over: dialTls });
  await slow.established();
  const other = await connect(server, { app: SLOW, secure: true });
  await other.subscribe('ballast');
  slow.sendEvent('pusher:subscribe', { channel: 'ballast' });
  await slow.wait(() => slow.frames.length === 2, 'the success frame');
  slow.stopReading();
  const data = 'x'.repeat(10_000);
  // At most 200 kB are on their way to the other, which its limit has room for however busy the machine is.
  const rounds = Array.from({ length: 60 });
  for (const _ of rounds) {
    const some = Array.from({ length: 20 });
    await eachOf(some, 20, () => publish(server, SLOW, 'ballast', 'n', data));
    for (const _ of some) await other.expect('n');
  }
  slow.resumeReading();
  await slow.wait(() => slow.fate || slow.frames.at(-1)?.opcode === CLOSE, 'the close frame');
  assert.equal(slow.frames.at(-1).payload.readUInt16BE(0), 4100);
  assert.ok(slow.frames.length < 20 * rounds.length, `${slow.frames.length} frames`);
});

test('handshakes that never end keep nobody out', async () => {
  const halfOpen = await eachOf(Array(1_500), 100, async () => {
    const socket = net.connect({ host: '127.0.0.1', port: server.port }).on('error', () => {});
    // The beginning of a ClientHello.
    await new Promise((written) => socket.on('connect', () => socket.write(Buffer.from([0x16, 3, 1, 2, 0, 1]), written)));
    return socket;
  });
  const socket = await connect(server, { secure: true });
  await socket.subscribe('not-kept-out');
  await connect(server);
  halfOpen.forEach((half) => half.destroy());
});

test('what is no TLS at all ends, and nobody minds', async () => {
  const bystander = await connect(server, { secure: true });
  const garbage = net.connect({ host: '127.0.0.1', port: server.port });
  garbage.on('error', () => {});
  garbage.write(Buffer.concat([Buffer.from([0x16, 3, 1, 0, 50]), Buffer.alloc(50, 0xff)]));
  await within(new Promise((ended) => garbage.on('close', ended)), 'the end of the connection');
  await bystander.settle();
});

test('a changed certificate counts for the next connection, a wrong one does not, and nobody is dropped', async (t) => {
  const files = await newCertificate(dir, 'reloaded');
  const own = await startServer(t, { config: { tls_cert: files.certFile, tls_key: files.keyFile, apps: [MAIN] } });
  const witness = await connect(own, { secure: true });
  await witness.subscribe('reload');
  assert.equal(await shownFingerprint(own), files.fingerprint);

  const second = await newCertificate(dir, 'second');
  await writeFile(files.certFile, second.cert);
  await until(() => own.log.includes('is the key of another certificate'), 'the log to say so');
  assert.equal(await shownFingerprint(own), files.fingerprint, 'the old one stays');
  await writeFile(files.keyFile, second.key);
  await until(async () => (await shownFingerprint(own)) === second.fingerprint, 'the new certificate');

  await writeFile(files.keyFile, 'nothing');
  await until(() => own.log.includes('is no private key'), 'the log to say so');
  await rm(files.certFile);
  await until(() => own.log.includes('cannot be read'), 'the log to say so');
  assert.equal(await shownFingerprint(own), second.fingerprint, 'what works stays');

  await publish(own, MAIN, 'reload', 'still', '1');
  await witness.expect('still');
});

/** Posts over http or https; resolves with the answer as soon as it begins. */
function post(by, path, body = '') {
  const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
  const request = by.request({ host: '127.0.0.1', port: server.port, method: 'POST', path, headers });
  request.end(body);
  return new Promise((resolve, reject) => request.on('response', resolve).on('error', reject));
}

/** Reads an answer as it comes; what it returns tells what came so far. */
function listen(answer) {
  let text = '';
  answer.on('data', (bytes) => (text += bytes));
  return () => text;
}
