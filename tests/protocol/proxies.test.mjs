// What stands in front of the server: a path prefix, and proxies that say who is behind them.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { MAIN, keyOf } from '../lib/apps.mjs';
import { call, send } from '../lib/api.mjs';
import { startServer, runProgram } from '../lib/server.mjs';
import { signedQuery } from '../lib/sign.mjs';
import { connect, dial } from '../lib/socket.mjs';
import { until } from '../lib/wait.mjs';

const GUARDED = { id: '1101', name: 'guarded', keys: [{ key: 'guarded-key', secret: 'guarded-secret' }], force_tls: true };

const server = await startServer(
  { after },
  { config: { path_prefix: '/rt', trusted_proxies: ['127.0.0.1'], apps: [MAIN, GUARDED] } },
);

test('p16 a WebSocket opens below the prefix, and without it for who comes by a proxy that takes it off', async () => {
  for (const prefix of ['/rt', '']) {
    const path = `${prefix}/app/${keyOf(MAIN).key}?protocol=7`;
    const socket = await connect(server, { path });
    await socket.subscribe('p16-public');
  }
  const { code } = await dial(server, { path: `/rtx/app/${keyOf(MAIN).key}?protocol=7` }).closed();
  assert.equal(code, 4005);
});

test('p16 p154 trap12 the HTTP API is below the prefix, and signatures may leave it out', async () => {
  const body = JSON.stringify({ name: 'e', channel: 'p16-api', data: '{}' });
  const target = (sent, signed) => {
    const pairs = signedQuery(keyOf(MAIN), 'POST', signed, { body });
    return `${sent}?${pairs.map(([key, value]) => `${key}=${value}`).join('&')}`;
  };
  const path = `/apps/${MAIN.id}/events`;
  const post = async (sent, signed) => (await send(server, 'POST', target(sent, signed), { body })).status;
  assert.equal(await post(`/rt${path}`, path), 200, 'prefix not signed, as SDKs do');
  assert.equal(await post(`/rt${path}`, `/rt${path}`), 200, 'prefix signed');
  assert.equal(await post(path, path), 200, 'prefix taken off by a proxy');
  assert.equal(await post(path, `/rt${path}`), 200, 'prefix signed, then taken off');
  assert.equal(await post(`/rt${path}`, `/rtx${path}`), 401, 'another prefix');
  assert.equal(await post(`/rt/rt${path}`, path), 404, 'the prefix twice');
});

test('p16 pages, their files and /up are below the prefix', async () => {
  assert.equal((await send(server, 'GET', '/rt/up')).status, 200);
  assert.equal((await send(server, 'GET', '/rt/isLoggedIn')).status, 200);
  assert.equal((await send(server, 'GET', '/rtx/up')).status, 404);
  assert.equal((await send(server, 'GET', '/rt/rollcall')).headers.location, '/rt/');
});

test('p11 a connection without TLS to an app that forces it is closed with 4000', async () => {
  const { code } = await dial(server, { app: GUARDED }).closed();
  assert.equal(code, 4000);
});

test('p11 a trusted proxy says that it took TLS off', async () => {
  const headers = { 'X-Forwarded-For': '198.51.100.7', 'X-Forwarded-Proto': 'https' };
  await connect(server, { app: GUARDED, headers });
  const { code } = await dial(server, { app: GUARDED, headers: { ...headers, 'X-Forwarded-Proto': 'http' } }).closed();
  assert.equal(code, 4000);
  const reply = await call(server, GUARDED, 'GET', '/channels');
  assert.equal(reply.status, 200, 'a back end may come without');
});

test('p11 nobody else says so', async (t) => {
  const strict = await startServer(t, { config: { trusted_proxies: ['192.0.2.0/24'], apps: [GUARDED] } });
  const { code } = await dial(strict, { app: GUARDED, headers: { 'X-Forwarded-Proto': 'https' } }).closed();
  assert.equal(code, 4000);
});

test('p11 p190 switched on it closes who came without TLS, and nobody else', async () => {
  const late = { id: '1102', keys: [{ key: 'late-key', secret: 'late-secret' }] };
  const apps = (...words) => runProgram(['apps', ...words, '--data', server.data, '--config', server.configFile]);
  const added = await apps('add', late.id, 'keys=late-key:late-secret');
  assert.equal(added.code, 0, added.stderr);
  const others = await connect(server);
  await until(async () => (await call(server, late, 'GET', '/channels')).status === 200, 'the app to be served');
  const plain = await connect(server, { app: late });
  const secure = await connect(server, { app: late, headers: { 'X-Forwarded-Proto': 'https' } });
  const set = await apps('set', late.id, 'force_tls=true');
  assert.equal(set.code, 0, set.stderr);
  assert.equal((await plain.closed()).code, 4000);
  await secure.settle();
  await others.settle();
});

test('the limits of the status page count who is behind a trusted proxy', async () => {
  const tries = async (address) => {
    const statuses = new Set();
    for (let n = 0; n < 7; n += 1) {
      const body = JSON.stringify({ username: 'behind', status: '' });
      const headers = { 'Content-Type': 'application/json', 'X-Forwarded-For': address };
      statuses.add((await send(server, 'POST', '/register', { body, headers })).status);
    }
    return statuses;
  };
  await tries('198.51.100.1');
  assert.ok((await tries('198.51.100.2')).has(429), 'one address is limited');
  const body = JSON.stringify({ username: 'behind', status: '' });
  const headers = { 'Content-Type': 'application/json', 'X-Forwarded-For': '198.51.100.3' };
  assert.equal((await send(server, 'POST', '/register', { body, headers })).status, 409, 'another is not');
});
