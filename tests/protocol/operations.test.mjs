// Ending, draining, slow readers: docs/protocol.md appendix A items 188 and 189, and the program itself.

import assert from 'node:assert/strict';
import net from 'node:net';
import { test } from 'node:test';
import { MAIN, PROTOCOL_APPS, SLOW, keyOf } from '../lib/apps.mjs';
import { publish } from '../lib/api.mjs';
import { CLOSE, TEXT, openRaw } from '../lib/raw.mjs';
import { startServer } from '../lib/server.mjs';
import { signedQuery } from '../lib/sign.mjs';
import { connect, dial } from '../lib/socket.mjs';
import { eachOf, every, timed, within } from '../lib/wait.mjs';

const config = { apps: PROTOCOL_APPS };

test('p188 trap23 draining closes with 4200, refuses with 4100, finishes requests and ends within 5 s', async (t) => {
  const server = await startServer(t, { config });
  const sockets = await eachOf(Array(50), 10, () => connect(server));
  for (const socket of sockets) await socket.subscribe('p188');
  const request = await beginRequest(server);
  const { ms, value: code } = await timed(async () => {
    server.child.kill('SIGTERM');
    for (const socket of sockets) assert.equal((await socket.closed()).code, 4200);
    assert.equal((await dial(server).closed()).code, 4100);
    assert.match(await request.finish(), /^HTTP\/1\.1 200/);
    return (await within(server.exited, 'the end of the process')).code;
  });
  assert.equal(code, 0, server.log);
  assert.ok(ms < 5_000, `${ms} ms`);
});

test('p188 a request that never ends does not hold the process for more than 5 s', async (t) => {
  const server = await startServer(t, { config });
  await beginRequest(server);
  const socket = await connect(server);
  const { ms, value: code } = await timed(() => server.terminate());
  assert.equal(code, 0, server.log);
  assert.ok(ms < 6_000, `${ms} ms`);
  assert.equal((await socket.closed()).code, 4200);
});

test('p189 a slow reader is dropped at its limit and closed with 4100 after whole frames', async (t) => {
  const server = await startServer(t, { config });
  const [slow, other] = [openRaw(server, { app: SLOW }), await connect(server, { app: SLOW })];
  await slow.established();
  slow.sendEvent('pusher:subscribe', { channel: 'p189' });
  await slow.wait(() => slow.frames.length === 2, 'the success frame');
  await other.subscribe('p189');
  slow.stopReading();
  await flood(server, 'p189', 1_200);
  await publish(server, SLOW, 'p189', 'last');
  slow.resumeReading();
  await slow.wait(() => slow.fate !== null || slow.frames.some((frame) => frame.opcode === CLOSE), 'the close');
  const close = slow.frames.at(-1);
  assert.equal(close.opcode, CLOSE, `ended with ${slow.fate} after ${slow.frames.length} frames`);
  assert.equal(close.payload.readUInt16BE(), 4100);
  assert.equal(slow.leftOver, 0);
  const events = slow.frames.slice(2, -1);
  assert.ok(events.length < 1_200, 'its queue was dropped');
  for (const { opcode, payload } of events) assert.equal(opcode === TEXT && JSON.parse(payload).event, 'flood');
  await other.take('last');
  assert.equal(other.seen('flood').length, 1_200);
});

test('p189 a slow reader that takes nothing more is reset within 5 s', async (t) => {
  const server = await startServer(t, { config });
  const slow = openRaw(server, { app: SLOW });
  await slow.established();
  slow.sendEvent('pusher:subscribe', { channel: 'p189-reset' });
  await slow.wait(() => slow.frames.length === 2, 'the success frame');
  slow.stopReading();
  t.after(every(100, () => slow.fate ?? slow.sendEvent('pusher:ping', {})));
  await flood(server, 'p189-reset', 1_200);
  const { ms } = await timed(() => slow.wait(() => slow.fate !== null, 'the reset'));
  assert.equal(slow.fate, 'reset');
  assert.ok(ms < 8_000, `${ms} ms`);
});

/** Publishes `count` events of 10 KB, 16 requests at a time. */
function flood(server, channel, count) {
  const data = 'x'.repeat(10_000);
  return eachOf(Array(count), 16, () => publish(server, SLOW, channel, 'flood', data));
}

/** Sends a publish but for the end of its body; `finish()` sends that and returns the response. */
async function beginRequest(server) {
  const body = JSON.stringify({ name: 'e', channel: 'a', data: '1' });
  const pairs = signedQuery(keyOf(MAIN), 'POST', `/apps/${MAIN.id}/events`, { body });
  const head = [
    `POST /apps/${MAIN.id}/events?${pairs.map(([key, value]) => `${key}=${value}`).join('&')} HTTP/1.1`,
    `Host: ${server.host}`,
    'Content-Type: application/json',
    'Expect: 100-continue',
    `Content-Length: ${body.length}\r\n\r\n`,
  ].join('\r\n');
  const tcp = net.connect({ host: '127.0.0.1', port: server.port, noDelay: true });
  let response = '';
  let wake = () => {};
  tcp.on('data', (text) => {
    response += text;
    wake();
  });
  tcp.on('error', () => wake());
  tcp.on('close', () => wake());
  tcp.write(head);
  // The server asks for the body only once the request is in its hands.
  await heard(/^HTTP\/1\.1 100/);
  response = '';
  tcp.write(body.slice(0, 5));
  return {
    finish: async () => {
      tcp.write(body.slice(5));
      await heard(/^HTTP\/1\.1 \d/);
      return response;
    },
  };

  async function heard(pattern) {
    const loop = async () => {
      while (!pattern.test(response) && !tcp.destroyed) await new Promise((resolve) => (wake = resolve));
    };
    await within(loop(), () => `a response; got ${JSON.stringify(response)}`);
  }
}
