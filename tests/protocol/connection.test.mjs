// Connecting and being refused: docs/protocol.md 1.1 to 1.3 and 1.5, appendix A items 1 to 17.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { DISABLED, MAIN, ORIGIN, QUOTA } from '../lib/apps.mjs';
import { startProtocolServer } from '../lib/protocol.mjs';
import { TEXT, clientFrame, openRaw } from '../lib/raw.mjs';
import { connect, dial } from '../lib/socket.mjs';
import { eachOf, until } from '../lib/wait.mjs';

const server = await startProtocolServer(after);

test('p1 the first frame is connection_established', async () => {
  const socket = dial(server);
  const frame = await socket.next();
  assert.equal(frame.event, 'pusher:connection_established');
  assert.deepEqual(Object.keys(frame).sort(), ['data', 'event']);
});

test('p2 the data of connection_established is a JSON string', async () => {
  const socket = dial(server);
  const frame = await socket.next();
  assert.equal(typeof frame.data, 'string');
  assert.deepEqual(Object.keys(JSON.parse(frame.data)).sort(), ['activity_timeout', 'socket_id']);
});

test('p3 socket ids have the documented form and differ among 10,000 connections', async () => {
  const ids = await eachOf(Array(10_000), 200, async () => {
    const raw = openRaw(server);
    const id = await raw.established();
    raw.reset();
    return id;
  });
  for (const id of ids) assert.match(id, /^\d{1,10}\.\d{1,10}$/);
  assert.equal(new Set(ids).size, ids.length);
  const halves = ids.map((id) => Number(id.split('.')[0]));
  const ascending = halves.filter((half, index) => index > 0 && half > halves[index - 1]).length;
  assert.ok(ascending > 2_000 && ascending < 8_000, `${ascending} of 9,999 ascend: random, not sequential`);
});

test('p4 activity_timeout is the positive integer that the app sets', async () => {
  const established = await dial(server).established();
  assert.equal(established.activity_timeout, 30);
});

test('p5 protocols 5, 6 and 7 are accepted', async () => {
  for (const protocol of [5, 6, 7]) {
    const socket = await connect(server, { protocol });
    assert.match(socket.id, /^\d+\.\d+$/);
    await socket.subscribe('p5-public');
  }
});

test('p6 other protocols are closed with 4007', async () => {
  for (const protocol of [3, 4, 8, 0, -7, 'seven', '7.0']) {
    const socket = dial(server, { protocol });
    const { code } = await socket.closed();
    assert.equal(code, 4007, `protocol=${protocol}`);
  }
});

test('p7 a missing protocol is closed with 4008', async () => {
  const socket = dial(server, { protocol: null });
  assert.equal((await socket.closed()).code, 4008);
});

test('p8 an unknown key is upgraded and then closed with 4001', async () => {
  const socket = dial(server, { key: 'nobody' });
  const upgraded = new Promise((resolve) => socket.ws.on('open', () => resolve(true)));
  const { code, reason } = await socket.closed();
  assert.equal(await upgraded, true);
  assert.equal(code, 4001);
  assert.match(reason, /^App key nobody /);
});

test('p9 an app that is switched off closes with 4003', async () => {
  assert.equal((await dial(server, { app: DISABLED }).closed()).code, 4003);
});

test('p10 trap22 trap34 a connection over the quota is closed with 4004, and its place is given back', async () => {
  const first = await connect(server, { app: QUOTA });
  assert.equal((await dial(server, { app: QUOTA }).closed()).code, 4004);
  await first.settle();
  await first.close();
  const again = await until(() => tryToConnect(QUOTA), 'a place under the quota');
  await again.close();
});

test('p12 a path that no app is under closes with 4005, and a page there is a plain 404', async () => {
  for (const path of ['/socket?protocol=7', '/app?protocol=7', '/app/?protocol=7', '/apps/1001/events?protocol=7', '/nothing/at/all']) {
    const socket = dial(server, { path });
    assert.equal((await socket.closed()).code, 4005, path);
    assert.deepEqual(socket.frames, []);
  }
  const old = dial(server, { path: '/socket?protocol=5' });
  assert.equal((await old.closed()).code, 4005);
  assert.equal(old.frames[0].data.code, 4005);
  assert.equal((await fetch(`${server.url}/nothing-here`)).status, 404);
});

test('p13 protocol 5 hears the error in a frame first, protocol 7 only in the close', async () => {
  const cases = [
    [{ key: 'nobody' }, 4001],
    [{ app: DISABLED }, 4003],
  ];
  for (const [options, code] of cases) {
    const old = dial(server, { ...options, protocol: 5 });
    assert.equal((await old.closed()).code, code);
    assert.equal(old.frames.length, 1);
    assert.equal(old.frames[0].event, 'pusher:error');
    assert.equal(old.frames[0].data.code, code);
    assert.equal(old.frames[0].data.message, old.end.reason);
    const current = dial(server, options);
    const { reason } = await current.closed();
    assert.deepEqual(current.frames, []);
    assert.notEqual(reason, '');
  }
});

test('p14 nothing precedes connection_established, not even the answer to an eager client', async () => {
  const eager = Buffer.concat([
    clientFrame(TEXT, JSON.stringify({ event: 'pusher:ping', data: {} })),
    clientFrame(TEXT, '{not json'),
    clientFrame(TEXT, JSON.stringify({ event: 'pusher:subscribe', data: { channel: 'p14' } })),
  ]);
  for (let round = 0; round < 20; round++) {
    const raw = openRaw(server, { extra: eager });
    await raw.established();
    raw.reset();
  }
});

test('p15 flash=false and unknown parameters are ignored, in any order', async () => {
  await connect(server, { query: { flash: 'false', colour: 'blue', empty: '' } });
  await connect(server, { path: '/app/main-key?flash=false&version=x&zzz&client=%F0%9F%98%80&protocol=7' });
});

test('p17 close reasons never exceed 123 bytes', async () => {
  const long = 'é'.repeat(300);
  const refused = [
    { key: 'k'.repeat(500) },
    { path: `/app/${encodeURIComponent(long)}?protocol=7` },
    { protocol: '9'.repeat(400) },
    { query: { version: 'v'.repeat(400) }, protocol: null },
    { app: DISABLED },
    { app: ORIGIN, origin: `https://${'a'.repeat(200)}.example` },
  ];
  for (const options of refused) {
    const { code, reason } = await dial(server, options).closed();
    assert.ok(code >= 4000 && code < 4100, `${code}: ${JSON.stringify(options).slice(0, 60)}`);
    assert.ok(Buffer.byteLength(reason) <= 123, reason);
    assert.notEqual(reason, '');
  }
});

test('trap34 an origin that the app does not allow is closed with 4009', async () => {
  assert.equal((await dial(server, { app: ORIGIN, origin: 'https://evil.example' }).closed()).code, 4009);
  await connect(server, { app: ORIGIN, origin: 'https://good.example' });
  await connect(server, { app: MAIN, origin: 'https://any.example' });
});

test('section 1.2: the checks come in the documented order', async () => {
  assert.equal((await dial(server, { key: 'nobody', protocol: 3 }).closed()).code, 4007);
  assert.equal((await dial(server, { app: DISABLED, protocol: null }).closed()).code, 4008);
  assert.equal((await dial(server, { key: 'nobody', origin: 'https://evil.example' }).closed()).code, 4001);
});

async function tryToConnect(app) {
  const socket = dial(server, { app });
  const frame = await socket.next().catch(() => null);
  return frame?.event === 'pusher:connection_established' ? socket : null;
}
