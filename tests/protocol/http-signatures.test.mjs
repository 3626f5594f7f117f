// Signed requests: docs/protocol.md 6.2, appendix A items 146 to 156.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { MAIN, QUIET, VECTORS, keyOf } from '../lib/apps.mjs';
import { call, send, trigger } from '../lib/api.mjs';
import { pusherFor } from '../lib/pusher.mjs';
import { startProtocolServer } from '../lib/protocol.mjs';
import { authorize, hmacHex, md5Hex, signedQuery, stringToSign } from '../lib/sign.mjs';

const server = await startProtocolServer(after);
const EVENT = { name: 'e', channel: 'a', data: '1' };
const VECTOR_BODY = '{"name":"foo","channels":["project-3"],"data":"{\\"some\\":\\"data\\"}"}';
const CHANNEL_VECTORS = [
  ['private-foobar', undefined, '58df8b0c36d6982b82c3ecf6b4662e34fe8c25bba48f5369f135bf843651c3a4'],
  ['private-encrypted-foobar', undefined, 'e6a18892d037c5d5e76a2265df4f086ffc38631605530dfd214aa5bff495f533'],
  ['private-foobar', '{"user_id":"u1"}', 'e307391c8e8e9253874a38e3a02b657cea6bc4be825f9da02357cffdfd618d6d'],
  [
    'presence-foobar',
    '{"user_id":10,"user_info":{"name":"Mr. Channels"}}',
    '31935e7d86dba64c2a90aed31fdc61869f9b22ba9d8863bba239c03ca481bc80',
  ],
  ['presence-foobar', undefined, '71506e66e7fdca106571b8999a849ad34245bc653772e51e0026c1a2475b92ba'],
];

test('p146 the published vectors hold for the signer of these tests, and the server accepts what it signs', async () => {
  const key = keyOf(VECTORS);
  for (const [channel, data, hex] of CHANNEL_VECTORS) {
    assert.equal(authorize(key, '1234.1234', channel, data), `${key.key}:${hex}`);
  }
  const query = { auth_key: key.key, auth_timestamp: 1353088179, auth_version: '1.0', body_md5: md5Hex(VECTOR_BODY) };
  assert.equal(query.body_md5, 'ec365a775a4cd0599faeb73354201b6f');
  const signed = stringToSign('POST', '/apps/3/events', query);
  assert.equal(hmacHex(key.secret, signed), 'da454824c97ba181a32ccc17a72625ba02771f50b50e1e7430e47a1f3f457e6c');
  const reply = await call(server, VECTORS, 'POST', '/events', { body: VECTOR_BODY });
  assert.equal(reply.status, 200, reply.text);
  const old = await call(server, VECTORS, 'POST', '/events', { body: VECTOR_BODY, timestamp: 1353088179 });
  assert.equal(old.status, 401);
});

test('p147 a timestamp 599 s off is accepted, 600 s off is 401', async () => {
  for (const sign of [-1, 1]) {
    assert.equal((await withinOneSecond((now) => triggerAt(now + sign * 599))).status, 200);
    const late = await withinOneSecond((now) => triggerAt(now + sign * 600));
    assert.equal(late.status, 401);
    assert.match(late.text, /Timestamp expired: Given timestamp \(.*Z\) not within 600s of server time \(.*Z\)/);
  }
  for (const timestamp of [null, '', 'now', '1e9', '-5', '9'.repeat(30)]) {
    assert.equal((await trigger(server, MAIN, EVENT, { timestamp })).status, 401, String(timestamp));
  }
});

test('p148 an auth_version other than 1.0 is 401', async () => {
  for (const version of ['1.1', '2.0', '1', '', null]) {
    const reply = await trigger(server, MAIN, EVENT, { version });
    assert.equal(reply.status, 401, String(version));
    assert.match(reply.text, /Version (required|not supported)/);
  }
});

test('p149 a tampered body, or a missing digest of one, is rejected', async () => {
  const body = JSON.stringify(EVENT);
  const tampered = await call(server, MAIN, 'POST', '/events', { body, sentBody: body.replace('"1"', '"2"') });
  const missing = await call(server, MAIN, 'POST', '/events', { body, md5: null });
  const foreign = await call(server, MAIN, 'POST', '/events', { body, md5: md5Hex('other') });
  for (const reply of [tampered, missing, foreign]) assert.ok([400, 401].includes(reply.status), String(reply.status));
});

test('p149 a tampered signature, path, key or query is 401 and tells the string to sign', async () => {
  const body = JSON.stringify(EVENT);
  const pairs = signedQuery(keyOf(MAIN), 'POST', '/apps/1001/events', { body });
  const query = (changed) => changed.map(([key, value]) => `${key}=${value}`).join('&');
  const headers = { 'Content-Type': 'application/json' };
  const post = (path, changed) => send(server, 'POST', `${path}?${query(changed)}`, { body, headers });
  const wrong = await post('/apps/1001/events', [...pairs.slice(0, -1), ['auth_signature', '0'.repeat(64)]]);
  assert.equal(wrong.status, 401);
  const { error = wrong.text } = wrong.json ?? {};
  assert.match(error, /Invalid signature: you should have sent HmacSHA256Hex\("POST\\n\/apps\/1001\/events\\n/);
  assert.doesNotMatch(wrong.text, new RegExp(keyOf(MAIN).secret));
  assert.equal((await post('/apps/1001/events', pairs.slice(0, -1))).status, 401);
  assert.equal((await post('/apps/1001/events', [['extra', '1'], ...pairs])).status, 401);
  assert.equal((await post('/apps/1002/events', pairs)).status >= 400, true);
  const unknown = await trigger(server, MAIN, EVENT, { key: { key: 'nobody', secret: 'x' } });
  assert.equal(unknown.status, 400);
  assert.match(unknown.text, /Unknown auth_key/);
});

test('p150 trap11 the digest of an empty body is part of the signature, on GET too', async () => {
  const empty = md5Hex('');
  assert.equal(empty, 'd41d8cd98f00b204e9800998ecf8427e');
  const get = await call(server, MAIN, 'GET', '/channels', { md5: empty });
  assert.notEqual(get.status, 401, get.text);
  // A POST with an empty body shows the rule where a wrong digest is certain to be seen.
  const right = await call(server, MAIN, 'POST', '/events', { sentBody: '', md5: empty });
  assert.equal(right.status, 400, 'the signature holds; the body is no event');
  const wrong = await call(server, MAIN, 'POST', '/events', { sentBody: '', md5: md5Hex('x') });
  assert.equal(wrong.status, 401);
});

test('p151 upper-case query keys are lower-cased before signing', async () => {
  const spell = (pairs) => pairs.map(([key, value]) => `${key.toUpperCase()}=${value}`).join('&');
  assert.equal((await trigger(server, MAIN, EVENT, { spell })).status, 200);
});

test('section 6.2: array parameters verify in the forms of every SDK', async () => {
  const body = JSON.stringify(EVENT);
  const wire = (pairs) => pairs.map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`).join('&');
  const literal = signedWith([['info[]', 'b'], ['info[]', 'a']], [['info[]', 'b'], ['info[]', 'a']]);
  const php = signedWith([['info[0]', 'b'], ['info[1]', 'a']], [['info', 'b,a']]);
  const node = signedWith([['info', 'b,a']], [['info', 'b,a']]);
  for (const pairs of [literal, php, node]) {
    const reply = await send(server, 'POST', `/apps/1001/events?${wire(pairs)}`, {
      body,
      headers: { 'Content-Type': 'application/json' },
    });
    assert.notEqual(reply.status, 401, reply.text);
  }

  function signedWith(sent, signed) {
    const auth = signedQuery(keyOf(MAIN), 'POST', '/apps/1001/events', { body }).slice(0, -1);
    const signature = hmacHex(keyOf(MAIN).secret, stringToSign('POST', '/apps/1001/events', [...auth, ...signed]));
    return [...auth, ...sent, ['auth_signature', signature]];
  }
});

test('p156 the key of another app is refused on the path of this app', async () => {
  const reply = await trigger(server, MAIN, EVENT, { key: keyOf(QUIET) });
  assert.ok([400, 401].includes(reply.status), String(reply.status));
});

test('section 6.2: the stock server library is accepted', async () => {
  const reply = await pusherFor(server, MAIN).trigger(['a', 'b', 'c'], 'my-event', { deep: { value: 'é' } });
  assert.equal(reply.status, 200);
  assert.deepEqual(await reply.json(), {});
});

/** Runs `job(now)` until it began and ended within one second of the clock. */
async function withinOneSecond(job) {
  for (;;) {
    const now = Math.floor(Date.now() / 1000);
    const reply = await job(now);
    if (Math.floor(Date.now() / 1000) === now) return reply;
  }
}

function triggerAt(timestamp) {
  return trigger(server, MAIN, EVENT, { timestamp });
}
