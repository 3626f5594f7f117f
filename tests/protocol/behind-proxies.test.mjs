// Behind nginx and Caddy, as docs/proxies.md configures them: everything works as without, and the server knows that TLS was taken off.

import assert from 'node:assert/strict';
import https from 'node:https';
import { after, test } from 'node:test';
import PusherServer from 'pusher';
import { keyOf } from '../lib/apps.mjs';
import { publish } from '../lib/api.mjs';
import { startProxy } from '../lib/proxy.mjs';
import { startServer } from '../lib/server.mjs';
import { signedQuery } from '../lib/sign.mjs';
import { connect } from '../lib/socket.mjs';
import { until } from '../lib/wait.mjs';

// Nobody vouches for the certificates of these tests, and stock clients cannot be told to trust one.
process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';

/** Only who came by TLS may connect, so each connection shows that the server knows. */
const APP = { id: '1301', name: 'proxied', keys: [{ key: 'proxied-key', secret: 'proxied-secret' }], force_tls: true };

const servers = {};
for (const prefix of ['', '/rt']) {
  const config = { path_prefix: prefix, trusted_proxies: ['127.0.0.1'], apps: [APP] };
  servers[prefix] = await startServer({ after }, { config });
}

for (const kind of ['nginx', 'caddy']) {
  for (const prefix of ['', '/rt']) {
    const name = `${kind}${prefix && ` below ${prefix}`}`;

    test(`p11 p16 p154 ${name}: WebSockets, the HTTP API, streams and pages`, async (t) => {
      const server = servers[prefix];
      const proxy = await startProxy(t, kind, server, prefix);
      await t.test('a WebSocket opens over TLS, and hears what is published', async () => {
        const path = `${prefix}/app/${keyOf(APP).key}?protocol=7`;
        const socket = await connect(proxy, { app: APP, secure: true, path });
        await socket.subscribe('proxied');
        const body = JSON.stringify({ name: 'event', channel: 'proxied', data: '1' });
        const reply = await request(proxy, 'POST', `${prefix}${signed('POST', `/apps/${APP.id}/events`, body)}`, body);
        assert.equal(reply.status, 200, reply.text);
        assert.equal((await socket.expect('event')).data, '1');
      });
      await t.test('what is streamed arrives at once', () => streams(proxy, server, prefix));
      await t.test('cookies are secure, and redirects stay below the prefix', async () => {
        const person = JSON.stringify({ username: `${kind} guest`, status: '' });
        const reply = await request(proxy, 'POST', `${prefix}/register`, person, { Origin: `https://${proxy.host}` });
        assert.equal(reply.status, 200, reply.text);
        for (const cookie of reply.headers['set-cookie']) assert.match(cookie, /^__Host-.*; Secure$/);
        const page = await request(proxy, 'GET', `${prefix}/rollcall`);
        assert.equal(page.headers.location, `${prefix}/`);
      });
      if (prefix) return;
      await t.test('the official library publishes', async () => {
        const { key, secret } = keyOf(APP);
        const pusher = new PusherServer({ appId: APP.id, key, secret, host: '127.0.0.1', port: String(proxy.port), useTLS: true });
        assert.equal((await pusher.trigger('proxied', 'event', { x: 1 })).status, 200);
        assert.equal((await pusher.get({ path: '/channels' })).status, 200);
      });
    });
  }
}

/** A stream through the proxy says each thing when it happens, although it never ends. */
async function streams(proxy, server, prefix) {
  const base = `${prefix}/pusher/app/${keyOf(APP).key}/123/${Math.random().toString(36).slice(2, 10)}`;
  const options = { host: '127.0.0.1', port: proxy.port, method: 'POST', path: `${base}/xhr_streaming?protocol=7&t=1&n=1` };
  const stream = https.request({ ...options, headers: { 'Content-Length': 0 } });
  let heard = '';
  stream.on('response', (response) => response.on('data', (bytes) => (heard += bytes)).on('error', () => {}));
  stream.on('error', () => {});
  stream.end();
  await until(() => heard.includes('connection_established'), () => `the session to open; heard ${heard.slice(-300)}`);
  const frames = JSON.stringify([JSON.stringify({ event: 'pusher:subscribe', data: { channel: 'streamed' } })]);
  assert.equal((await request(proxy, 'POST', `${base}/xhr_send?t=1&n=2`, frames)).status, 204);
  await until(() => heard.includes('subscription_succeeded'), 'the success frame');
  for (const text of ['one', 'two']) {
    await publish(server, APP, 'streamed', 'event', text);
    await until(() => heard.includes(text), () => `${text} to arrive`);
  }
  stream.destroy();
}

function signed(method, path, body) {
  const pairs = signedQuery(keyOf(APP), method, path, { body });
  return `${path}?${pairs.map(([key, value]) => `${key}=${value}`).join('&')}`;
}

function request(proxy, method, path, body, headers = {}) {
  const length = body === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const sent = https.request({ host: '127.0.0.1', port: proxy.port, method, path, headers: { ...length, ...headers } }, (response) => {
      let text = '';
      response.on('data', (bytes) => (text += bytes));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
