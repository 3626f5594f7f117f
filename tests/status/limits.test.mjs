// How often people may do what, as curl would see it: docs/status.md row S14, R15 and C10 across a kill.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { failure } from '../lib/answers.mjs';
import { send } from '../lib/api.mjs';
import { Jar } from '../lib/jar.mjs';
import { LOBBY } from '../lib/apps.mjs';
import { arrive, signUp, startStatusServer } from '../lib/lobby.mjs';

const server = await startStatusServer({ after });

/** Checks that a limit refused and returns the seconds to wait. */
function seconds(reply) {
  assert.equal(reply.status, 429, reply.text);
  const { error, retry_after: wait, message } = failure(reply);
  assert.equal(error, 'too_many_requests');
  assert.ok(Number.isInteger(wait) && wait >= 1, String(wait));
  assert.equal(reply.headers['retry-after'], String(wait));
  assert.match(message, /Try again in \d+ (s|min)\.$/);
  return wait;
}

test('s14 the sixth status within ten seconds is refused and changes nothing, by the page or by the bridge', async () => {
  const { jar, socket } = await arrive(server, 's14-ana', 'zero');
  for (let n = 1; n <= 5; n++) assert.equal((await jar.setStatus(`status ${n}`)).status, 200);
  const wait = seconds(await jar.setStatus('status 6'));
  assert.ok(wait <= 10, String(wait));
  const { user } = (await jar.get('/api/session')).json;
  assert.deepEqual([user.status, user.rev], ['status 5', 6]);
  socket.send('client-status-update', { username: 's14-ana', status: 'by the bridge' }, LOBBY);
  await socket.settle();
  assert.equal((await jar.get('/api/session')).json.user.rev, 6);
});

test('s14 names of others: five tries, then waits that double, told in whole seconds', async () => {
  const owner = await signUp(server, 's14-owner');
  const stranger = new Jar(server);
  for (let n = 0; n < 5; n++) assert.equal((await stranger.register('s14-owner', 'x')).status, 409);
  const wait = seconds(await stranger.register('s14-owner', 'x'));
  assert.ok(wait > 50 && wait <= 60, String(wait));
  assert.equal(stranger.cookies.size, 0);
  await owner.post('/logout');
  assert.equal((await owner.register('s14-owner', 'mine')).status, 200, 'the owner does not wait for others');
});

test('s14 each limit is an option: sign-ups per address, signatures per web session', async (t) => {
  const config = { sign_ups_per_10_minutes: 2, auths_per_minute: 3, statuses_per_10_seconds: 0 };
  const own = await startStatusServer(t, { config });
  const jar = await signUp(own, 'first');
  await signUp(own, 'second');
  const third = new Jar(own);
  const wait = seconds(await third.register('third', 'x'));
  assert.ok(wait > 590 && wait <= 600, String(wait));
  assert.equal(third.cookies.size, 0);
  for (let n = 0; n < 3; n++) assert.equal((await jar.authorize(`1.${n}`, LOBBY)).status, 200);
  const refused = await jar.authorize('1.4', LOBBY);
  assert.ok(seconds(refused) <= 60);
  assert.equal('auth' in refused.json, false);
  for (let n = 0; n < 8; n++) assert.equal((await jar.setStatus(`status ${n}`)).status, 200);
  const metrics = await send(own, 'GET', '/metrics');
  for (const line of ['rollcall_status_limited_total{limit="sign_ups"} 1', 'rollcall_status_limited_total{limit="auths"} 1', 'rollcall_status_saves_total{via="page"} 8']) {
    assert.ok(metrics.text.includes(line), `${line} in\n${metrics.text}`);
  }
});

test('s14 forwarding headers give nobody another address', async (t) => {
  const own = await startStatusServer(t, { config: { sign_ups_per_10_minutes: 1 } });
  await signUp(own, 'first');
  const headers = { 'X-Forwarded-For': '192.0.2.1', 'X-Real-IP': '192.0.2.1', Forwarded: 'for=192.0.2.1' };
  seconds(await new Jar(own).post('/register', { username: 'second', status: 'x' }, headers));
});

test('c10 r15 s11 a retry of a save returns the first result, also after a kill and over the limit', async (t) => {
  const own = await startStatusServer(t);
  const jar = await signUp(own, 'c10-ana', 'zero');
  const mutation = { mutation_id: crypto.randomUUID() };
  const first = await jar.setStatus('once', mutation);
  assert.equal(first.status, 200, first.text);
  await own.restart();
  const other = await jar.setStatus('meanwhile');
  assert.equal(other.json.rev, first.json.rev + 1);
  for (let n = 0; n < 8; n++) {
    const again = await jar.setStatus('once', mutation);
    assert.deepEqual([again.status, again.json], [200, first.json]);
  }
  for (let n = 0; n < 4; n++) assert.equal((await jar.setStatus(`more ${n}`)).status, 200);
  seconds(await jar.setStatus('too many'));
  const again = await jar.setStatus('once', mutation);
  assert.deepEqual([again.status, again.json], [200, first.json]);
  assert.equal((await jar.get('/api/session')).json.user.status, 'more 3');
});
