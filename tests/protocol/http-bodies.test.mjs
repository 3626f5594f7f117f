// Requests as they come over the wire: in pieces, in chunks, several at once, too large, or never whole.
// docs/protocol.md 6.1 and 6.7, appendix A item 173.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { MAIN } from '../lib/apps.mjs';
import { call, publish, send } from '../lib/api.mjs';
import { Wire, inChunks, signedRequest } from '../lib/http.mjs';
import { startProtocolServer } from '../lib/protocol.mjs';
import { connect } from '../lib/socket.mjs';
import { timed } from '../lib/wait.mjs';

const server = await startProtocolServer(after);
const wires = [];
after(() => wires.forEach((wire) => wire.close()));
const event = (name, data = '1') => JSON.stringify({ name, channel: 'bodies', data });

// What never becomes whole takes its time to be given up, so it begins with the file and is looked at in the end.
const trickles = await Promise.all([
  begin(signedRequest('POST', '/events', { body: event('never') }).slice(0, -3)),
  begin(`POST /apps/1001/events HTTP/1.1\r\nHost: test\r\nContent-Length: 100\r\n\r\nunsigned`),
  begin(signedRequest('POST', '/events', { body: event('never'), headers: ['Transfer-Encoding: chunked'], sentBody: '5\r\n{"nam' })),
]);
const trickledHead = await begin('GET /up HTTP/1.1\r\nHost: te');

function wire() {
  const opened = new Wire(server);
  wires.push(opened);
  return opened;
}

async function begin(text) {
  const begun = wire();
  await begun.write(text);
  return begun;
}

async function subscriber() {
  const socket = await connect(server);
  await socket.subscribe('bodies');
  return socket;
}

test('p173 trap13 a body is taken whole, a byte in each segment, in chunks, or both', async () => {
  const socket = await subscriber();
  const data = 'é😀'.repeat(20);
  const chunked = (body, size) => signedRequest('POST', '/events', { body, headers: ['Transfer-Encoding: chunked'], sentBody: inChunks(body, size) });
  for (const [name, size, request] of [
    ['bytes', 1, signedRequest('POST', '/events', { body: event('bytes', data) })],
    ['chunks', 100_000, chunked(event('chunks', 'x'.repeat(9000)), 1000)],
    ['both', 1, chunked(event('both', 'abc'), 7)],
  ]) {
    const client = wire();
    await client.writeInPieces(request, size);
    const { status, json } = await client.response();
    assert.deepEqual([status, json], [200, {}], name);
    await socket.expect(name);
  }
});

test('section 6.1: requests sent without waiting for answers are answered in order', async () => {
  const socket = await subscriber();
  const names = Array.from({ length: 20 }, (_, n) => `pipelined-${n}`);
  const requests = names.flatMap((name) => [signedRequest('POST', '/events', { body: event(name) }), signedRequest('GET', '/channels/bodies')]);
  const client = wire();
  await client.write(requests.join(''));
  const bodies = (await client.responses(40)).map(({ body }) => body);
  assert.deepEqual(bodies, names.flatMap(() => ['{}', '{"occupied":true}']));
  for (const name of names) await socket.expect(name);
});

test('section 6.1: whoever expects 100 is told to go on, or refused before the body', async () => {
  const body = event('expected');
  const asking = (request) => begin(request.replace('Content-Type', 'Expect: 100-continue\r\nContent-Type'));
  const socket = await subscriber();
  const request = signedRequest('POST', '/events', { body });
  const client = await asking(request.slice(0, -body.length));
  await client.until(/^HTTP\/1\.1 100 Continue\r\n\r\n/);
  await client.write(body);
  assert.equal((await client.response()).status, 200);
  await socket.expect('expected');
  const forged = await asking(request.slice(0, -body.length).replace('auth_signature=', 'auth_signature=0'));
  assert.equal((await forged.response()).status, 401);
  assert.doesNotMatch(forged.heard, /100 Continue/);
});

test('section 6.7: what is too large or compressed is refused with a sentence', async () => {
  const huge = await call(server, MAIN, 'POST', '/events', { body: event('huge', 'x'.repeat(4_000_000)) });
  assert.equal(huge.status, 413);
  assert.match(huge.json.error, /larger than \d+ bytes/);
  const zipped = await begin(signedRequest('POST', '/events', { body: event('zipped'), headers: ['Content-Encoding: gzip'] }));
  const { status, json } = await zipped.response();
  assert.equal(status, 415);
  assert.match(json.error, /Content-Encoding/);
  for (const head of [`X-Long: ${'x'.repeat(300_000)}`, Array.from({ length: 200 }, (_, n) => `X-${n}: 1`).join('\r\n')]) {
    const client = await begin(`GET /up HTTP/1.1\r\nHost: test\r\n${head}\r\n\r\n`);
    assert.match((await client.responses(1))[0].head, /^HTTP\/1\.1 431 /);
  }
  assert.equal((await send(server, 'GET', '/up')).status, 200);
});

test('section 6.7: a body that lies about its length is 400 or ends its connection', async () => {
  const socket = await subscriber();
  const short = await begin(signedRequest('POST', '/events', { body: event('short') }).slice(0, -4));
  short.tcp.end();
  await short.end();
  const broken = await begin(signedRequest('POST', '/events', { body: event('broken'), headers: ['Transfer-Encoding: chunked'], sentBody: 'zz\r\n' }));
  await broken.end();
  for (const { heard } of [short, broken]) assert.match(heard, /^(HTTP\/1\.1 400 |$)/);
  await publish(server, MAIN, 'bodies', 'fence');
  await socket.expect('fence');
});

test('section 6.7: slow senders hold up nobody and are given up within a bounded time', async () => {
  const { ms } = await timed(async () => {
    for (let n = 0; n < 20; n++) assert.equal((await call(server, MAIN, 'GET', '/channels')).status, 200);
  });
  assert.ok(ms < 5_000, `${ms} ms beside slow senders`);
  const [signed, unsigned, chunked] = trickles;
  for (const client of [signed, chunked]) {
    const { status, head, json } = await client.response();
    assert.equal(status, 408);
    assert.match(head, /connection: close/i);
    assert.match(json.error, /10 seconds/);
  }
  assert.equal((await unsigned.response()).status, 401);
  for (const client of [...trickles, trickledHead]) await client.end();
});
