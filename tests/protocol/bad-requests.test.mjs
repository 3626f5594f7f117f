// Bytes that no honest client sends: truncated, huge, of the wrong type, in the wrong encoding. Each is refused or ends
// its own connection, none is a fault of the server, and a well-behaved client hears every event in between.
// Slow senders are in http-bodies.test.mjs, and thousands of half-open sockets in ../slow/siege.test.mjs.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, test } from 'node:test';
import { MAIN, keyOf } from '../lib/apps.mjs';
import { call, publish } from '../lib/api.mjs';
import { Wire, signedRequest } from '../lib/http.mjs';
import { alive, startProtocolServer } from '../lib/protocol.mjs';
import { clientFrame } from '../lib/raw.mjs';
import { open } from '../lib/session.mjs';
import { connect } from '../lib/socket.mjs';
import { eachOf } from '../lib/wait.mjs';

const server = await startProtocolServer(after);
const witness = await connect(server);
await witness.subscribe('witness');

const HEAD = 'Host: x\r\nConnection: close\r\n';
const NESTED = '['.repeat(8_000);
const EVENT = '{"name":"e","channel":"bad","data":""}';

/** Whole requests and beginnings of requests, by what is wrong with them. */
const REQUESTS = {
  nothing: '',
  'a line break': '\r\n\r\n',
  'half a method': 'GE',
  'half a head': `GET /up HTTP/1.1\r\nHo`,
  'zero bytes': Buffer.alloc(64),
  chance: randomBytes(4_096).fill('\n', 4_095),
  'a TLS greeting': Buffer.from('160301020001000001fc0303', 'hex'),
  'HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'HTTP/9.9': `GET /up HTTP/9.9\r\n${HEAD}\r\n`,
  'no version': 'GET /up\r\n\r\n',
  'a method that nobody knows': `BREW /apps/1001/events HTTP/1.1\r\n${HEAD}\r\n`,
  'a method in small letters': `post /apps/1001/events HTTP/1.1\r\n${HEAD}\r\n`,
  'a header without a colon': `GET /nothing HTTP/1.1\r\n${HEAD}Nonsense\r\n\r\n`,
  'a header with a zero byte': `GET /nothing HTTP/1.1\r\n${HEAD}X: a\0b\r\n\r\n`,
  'a space before the colon': `GET /nothing HTTP/1.1\r\n${HEAD}X : a\r\n\r\n`,
  'two lengths': `POST /apps/1001/events HTTP/1.1\r\n${HEAD}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`,
  'a negative length': `POST /apps/1001/events HTTP/1.1\r\n${HEAD}Content-Length: -1\r\n\r\n`,
  'a length beyond all numbers': `POST /apps/1001/events HTTP/1.1\r\n${HEAD}Content-Length: 18446744073709551616\r\n\r\n`,
  'a length in words': `POST /apps/1001/events HTTP/1.1\r\n${HEAD}Content-Length: ten\r\n\r\n`,
  'a length and chunks': signedRequest('POST', '/events', { body: EVENT, headers: ['Transfer-Encoding: chunked', 'Content-Length: 3'], sentBody: 'zz\r\n\r\n' }),
  'a chunk beyond all numbers': signedRequest('POST', '/events', { body: EVENT, headers: ['Transfer-Encoding: chunked'], sentBody: 'fffffffffffffffff\r\n' }),
  'a coding that nobody knows': `POST /apps/1001/events HTTP/1.1\r\n${HEAD}Transfer-Encoding: rot13\r\n\r\n`,
  'a target of 70 KB': `GET /${'x'.repeat(70_000)} HTTP/1.1\r\n${HEAD}\r\n`,
  'ten thousand parameters': `GET /apps/1001/channels?${'a=1&'.repeat(10_000)} HTTP/1.1\r\n${HEAD}\r\n`,
  'a target with a zero byte': `GET /apps/1001/channels/%00 HTTP/1.1\r\n${HEAD}\r\n`,
  'a target that is no UTF-8': `GET /apps/%ff%fe/channels HTTP/1.1\r\n${HEAD}\r\n`,
  'a target in raw bytes': Buffer.concat([Buffer.from('GET /apps/'), Buffer.from([0xff, 0xc3, 0x28]), Buffer.from(` HTTP/1.1\r\n${HEAD}\r\n`)]),
  'half an escape': `GET /apps/1001/channels/%2 HTTP/1.1\r\n${HEAD}\r\n`,
  'a way up': `GET /apps/../../etc/passwd HTTP/1.1\r\n${HEAD}\r\n`,
  'an address for a target': `GET http://[::1/apps HTTP/1.1\r\n${HEAD}\r\n`,
  'an upgrade without a key': upgrade([]),
  'an upgrade with a short key': upgrade(['Sec-WebSocket-Key: AAAA']),
  'an upgrade of another version': upgrade([`Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`], 12),
  'an upgrade to something else': `GET /app/${keyOf(MAIN).key}?protocol=7 HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n`,
  'a session without segments': `POST /pusher/app/${keyOf(MAIN).key}/xhr HTTP/1.1\r\n${HEAD}\r\n`,
  'a session in raw bytes': Buffer.concat([Buffer.from(`POST /pusher/app/${keyOf(MAIN).key}/1/`), Buffer.from([0xff, 0xfe]), Buffer.from(`/xhr HTTP/1.1\r\n${HEAD}\r\n`)]),
  'a session that is no UTF-8': `POST /pusher/app/${keyOf(MAIN).key}/1/%ff%fe/xhr HTTP/1.1\r\n${HEAD}\r\n`,
  'a session by GET': `GET /pusher/app/${keyOf(MAIN).key}/1/abcdefgh/xhr_streaming HTTP/1.1\r\n${HEAD}\r\n`,
  'a send to nobody': `POST /pusher/app/${keyOf(MAIN).key}/1/nobody/xhr_send HTTP/1.1\r\n${HEAD}Content-Length: 2\r\n\r\n[]`,
  'a send that is never whole': `POST /pusher/app/${keyOf(MAIN).key}/1/nobody/xhr_send HTTP/1.1\r\n${HEAD}Content-Length: 100\r\n\r\n["`,
  'an upgrade by POST': upgrade([`Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`]).replace('GET', 'POST'),
};

/** Bodies of `/events` and `/batch_events`, signed as they are. */
const BODIES = {
  'no JSON': 'name=e&channel=bad&data=',
  'half a string': EVENT.slice(0, 20),
  'two values': `${EVENT}${EVENT}`,
  'nested far too deep': `{"name":"e","channel":"bad","data":${NESTED}`,
  'nested and closed': `{"name":"e","channel":"bad","data":"","info":${NESTED}${']'.repeat(8_000)}}`,
  'an array': '[]',
  'a number beyond all numbers': '{"name":"e","channel":"bad","data":1e999}x',
  'wrong types': '{"name":{},"channel":7,"data":[]}',
  'channels that are none': '{"name":"e","channels":[[],{},null],"data":""}',
  'an empty list of channels': '{"name":"e","channels":[],"data":""}',
  'a batch that is none': '{"batch":"x"}',
  'a batch of nothing that fits': '{"batch":[null,1,"x",[],{}]}',
  'half a surrogate': '{"name":"e","channel":"\\ud800","data":""}',
  'a name of 300,000 characters': `{"name":"${'n'.repeat(300_000)}","channel":"bad","data":""}`,
  'a channel of 300,000 characters': `{"name":"e","channel":"${'c'.repeat(300_000)}","data":""}`,
};

/** The same in encodings that are not UTF-8; strings cannot hold them. */
const BYTES = {
  'UTF-16': Buffer.from(`\ufeff${EVENT}`, 'utf16le'),
  'Latin-1': Buffer.from('{"name":"e","channel":"bad","data":"caf\u00e9"}', 'latin1'),
  'an overlong slash': Buffer.concat([Buffer.from('{"name":"e","channel":"a'), Buffer.from([0xc0, 0xaf]), Buffer.from('","data":""}')]),
  'a zero byte': Buffer.from('{"name":"e","channel":"bad\0","data":""}'),
  'a mark before it': Buffer.from(`\ufeff${EVENT}`),
};

/** Text messages, of which each is answered by errors or not at all. */
const MESSAGES = {
  'nested far too deep': `{"event":"pusher:subscribe","data":${NESTED}`,
  'nested and closed': `{"event":"client-x","channel":"private-bad","data":${NESTED}${']'.repeat(8_000)}}`,
  'nested in a string': JSON.stringify({ event: 'pusher:subscribe', data: `${NESTED}` }),
  'a member nested too deep': JSON.stringify({ event: 'pusher:subscribe', data: { channel: 'presence-bad', auth: 'a:b', channel_data: NESTED } }),
  'half a surrogate': '{"event":"pusher:subscribe","data":{"channel":"\\ud800"}}',
  'an event of 30,000 characters': JSON.stringify({ event: 'e'.repeat(30_000) }),
  'a channel of 30,000 characters': JSON.stringify({ event: 'pusher:subscribe', data: { channel: 'c'.repeat(30_000) } }),
  'a signature of 30,000 characters': JSON.stringify({ event: 'pusher:subscribe', data: { channel: 'private-bad', auth: `${keyOf(MAIN).key}:${'0'.repeat(30_000)}` } }),
  'a key of 30,000 characters': JSON.stringify({ event: 'pusher:subscribe', data: { channel: 'private-bad', auth: 'k'.repeat(30_000) } }),
  'keys twice': '{"event":"pusher:subscribe","event":"pusher:unsubscribe","data":{"channel":"a"},"data":{"channel":"b"}}',
  'a signin of the wrong types': '{"event":"pusher:signin","data":{"auth":[],"user_data":{}}}',
  'a signin nested too deep': JSON.stringify({ event: 'pusher:signin', data: { auth: 'a:b', user_data: NESTED } }),
  'a number beyond all numbers': '{"event":"client-x","channel":"private-bad","data":1e999}',
  'zero bytes': '\0'.repeat(1_000),
};

test('invariant 10: requests that make no sense are refused or end their own connection', async () => {
  await eachOf(Object.entries(REQUESTS), 8, async ([what, bytes]) => {
    const wire = new Wire(server);
    await wire.write(bytes);
    wire.tcp.end();
    await wire.end();
    assert.match(wire.heard, /^(HTTP\/1\.[01] 4\d\d |$)/, what);
  });
  await undisturbed();
});

test('invariant 10: bodies that make no sense are 4xx, with a sentence', async () => {
  for (const [what, body] of Object.entries(BODIES)) {
    for (const path of ['/events', '/batch_events']) await refused(`${what}, ${path}`, path, body);
  }
  for (const [what, body] of Object.entries(BYTES)) await refused(what, '/events', body);
  await undisturbed();
});

test('invariant 10: messages that make no sense leave their own connection open', async () => {
  for (const [what, text] of Object.entries(MESSAGES)) {
    const socket = await connect(server);
    socket.sendText(text);
    const answers = (await alive(socket)).map((frame) => frame.event);
    assert.ok(answers.length > 0 && answers.every((event) => /^pusher:(subscription_)?error$/.test(event)), `${what}: ${answers}`);
    for (const told of socket.texts) assert.ok(told.length < 10_000, `${what}: ${told.length} characters in answer`);
    socket.drop();
  }
  await undisturbed();
});

test('invariant 10: sends that make no sense leave their session as it is', async () => {
  const { session: own, answer } = await open(server);
  const bodies = ['', '{', '{}', 'null', '"x"', '[1]', '[null]', '[["x"]]', `["${'x'.repeat(20)}`, NESTED, '["\\ud800"]', `[${Array(1_000).fill('""')}]`];
  const bytes = [Buffer.from('["caf\u00e9"]', 'latin1'), Buffer.from('\ufeff["x"]', 'utf16le'), randomBytes(1_000)];
  for (const body of [...bodies, ...bytes, `["${'x'.repeat(3_000_000)}"]`]) {
    const { status } = await own.sendBody(body);
    assert.ok(status >= 400 && status < 500, `${status}: ${String(body).slice(0, 40)}`);
  }
  for (const [what, text] of Object.entries(MESSAGES)) assert.equal((await own.send(text)).status, 204, what);
  await own.send({ event: 'pusher:ping', data: {} });
  assert.equal((await own.take(answer, 'pusher:pong')).event, 'pusher:pong');
  await undisturbed();
});

test('invariant 10: frames without end are bounded', async () => {
  const endless = {
    'a message in fragments of nothing': [fragment(0x01, ''), ...Array(20_000).fill(fragment(0x00, ''))],
    'a message in more fragments than it may have bytes': [fragment(0x01, 'x'), ...Array(3_000).fill(fragment(0x00, 'x'.repeat(100)))],
    'pings without a pause': Array(20_000).fill(clientFrame(9, 'x'.repeat(125))),
  };
  for (const [what, frames] of Object.entries(endless)) {
    const socket = await connect(server);
    socket.ws._socket.write(Buffer.concat(frames));
    socket.ws._socket.write(clientFrame(8));
    const { code } = await socket.closed();
    assert.ok([1002, 1005, 1009, 4100].includes(code), `${what}: ${code}`);
  }
  await undisturbed();
});

function upgrade(headers, version = 13) {
  const head = [`GET /app/${keyOf(MAIN).key}?protocol=7 HTTP/1.1`, 'Host: x', 'Upgrade: websocket', 'Connection: Upgrade'];
  return [...head, `Sec-WebSocket-Version: ${version}`, ...headers, '\r\n'].join('\r\n');
}

/** A frame that is not the last of its message. */
function fragment(opcode, text) {
  const frame = clientFrame(opcode, Buffer.from(text));
  frame[0] &= 0x7f;
  return frame;
}

async function refused(what, path, body) {
  const { status, json, text } = await call(server, MAIN, 'POST', path, { body });
  assert.ok(status >= 400 && status < 500, `${what}: ${status} ${text}`);
  assert.equal(typeof json?.error, 'string', `${what}: ${text}`);
  assert.ok(json.error.length < 1_000, `${what}: ${json.error.length} characters in answer`);
}

/** The witness hears the next event, and nothing else came. */
async function undisturbed() {
  await publish(server, MAIN, 'witness', 'fence');
  await witness.expect('fence');
}
