// Who is alive: docs/protocol.md 1.4, appendix A items 18 to 24.
// The app "lively" asks after 1 s of silence and waits 1 s for any answer; a mute client, which must be
// dropped meanwhile, tells each test when long enough is.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { LIVELY } from '../lib/apps.mjs';
import { publish } from '../lib/api.mjs';
import { startProtocolServer } from '../lib/protocol.mjs';
import { connect } from '../lib/socket.mjs';
import { every, timed, within } from '../lib/wait.mjs';

const server = await startProtocolServer(after);

test('p18 pusher:ping is answered by pusher:pong with data "{}"', async () => {
  const socket = await connect(server);
  for (const ping of ['{"event":"pusher:ping","data":{}}', '{"event":"pusher:ping"}', '{"data":"{}","event":"pusher:ping"}']) {
    socket.sendText(ping);
    assert.deepEqual(await socket.next(), { event: 'pusher:pong', data: '{}' });
  }
});

test('p19 a control PING is answered by a control PONG with the same payload', async () => {
  const socket = await connect(server);
  for (const text of ['', 'payload', 'é'.repeat(62)]) {
    const pong = new Promise((resolve) => socket.ws.once('pong', resolve));
    socket.ws.ping(text);
    assert.equal((await within(pong, 'a PONG')).toString(), text);
  }
});

test('p20 trap19 a connection that only sends control PINGs is never dropped as idle', async (t) => {
  const socket = await connect(server, { app: LIVELY, autoPong: false });
  t.after(every(300, () => socket.ws.ping()));
  await threeMuteClientsAreDropped();
  await socket.settle();
});

test('p21 trap19 a connection that only receives, but answers control PINGs, is never dropped', async (t) => {
  const socket = await connect(server, { app: LIVELY });
  await socket.subscribe('p21');
  t.after(every(100, () => publish(server, LIVELY, 'p21', 'news').catch(() => {})));
  await threeMuteClientsAreDropped();
  assert.equal(socket.end, null);
  await socket.take('news');
});

test('p22 a peer that stops answering is closed with 4201, in time and not before', async () => {
  const { value, ms } = await timed(() => muteClientIsDropped());
  assert.equal(value.code, 4201);
  assert.ok(ms < 41_000, `${ms} ms`);
  assert.ok(ms > 1_800, `${ms} ms: activity timeout and pong timeout are 1 s each`);
});

test('p23 pusher:pong from the client counts as activity', async (t) => {
  const socket = await connect(server, { app: LIVELY, autoPong: false });
  t.after(every(300, () => socket.send('pusher:pong', {})));
  await threeMuteClientsAreDropped();
  await socket.settle();
});

test('p24 trap20 outbound traffic alone does not postpone the idle check', async (t) => {
  const socket = await connect(server, { app: LIVELY, autoPong: false });
  await socket.subscribe('p24');
  t.after(every(100, () => publish(server, LIVELY, 'p24', 'news').catch(() => {})));
  const { code } = await socket.closed(10_000);
  assert.equal(code, 4201);
  assert.ok(socket.seen('news').length >= 10, 'it received all the while');
});

async function muteClientIsDropped() {
  const mute = await connect(server, { app: LIVELY, autoPong: false });
  const end = await mute.closed(41_000);
  assert.equal(end.code, 4201);
  return end;
}

async function threeMuteClientsAreDropped() {
  for (let round = 0; round < 3; round++) await muteClientIsDropped();
}
