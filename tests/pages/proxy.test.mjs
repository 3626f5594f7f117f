// The status page behind a proxy that adds TLS, below a path, and over the program's own TLS.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { changeStatus, gone, launch, profile, shows } from '../lib/browser.mjs';
import { newCertificate } from '../lib/certificate.mjs';
import { TRANSPORTS, used, withoutWebSocket } from '../lib/fallback.mjs';
import { startProxy } from '../lib/proxy.mjs';
import { startServer } from '../lib/server.mjs';

const browser = await launch(after);

test('p16 below a path behind nginx, two people see each other live, and stay signed in, also without WebSocket', async (t) => {
  const server = await startServer(t, { config: { path_prefix: '/rt', trusted_proxies: ['127.0.0.1'] } });
  const proxy = await startProxy(t, 'nginx', server, '/rt');
  await everyWay(t, proxy, '/rt/');
});

test('s10 over TLS of its own, two people see each other live, and stay signed in, also without WebSocket', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'rollcall-page-tls-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const { certFile, keyFile } = await newCertificate(dir);
  const server = await startServer(t, { config: { tls_cert: certFile, tls_key: keyFile } });
  await everyWay(t, { host: server.host, url: `https://${server.host}` }, '/');
});

/** Nobody vouches for the certificates. */
const TRUSTING = { ignoreHTTPSErrors: true };

/** Two people over WebSockets, and two over each HTTP transport, side by side: most of it is waiting. */
async function everyWay(t, site, path) {
  const ways = Object.keys(TRANSPORTS).map((transport) => [transport, () => withoutWebSocket(t, browser, site, transport, TRUSTING)]);
  const all = [['ws', () => profile(t, browser, site, TRUSTING)], ...ways];
  await Promise.all(all.map(([transport, newcomer]) => twoPeople(transport, newcomer, path)));
}

async function twoPeople(transport, newcomer, path) {
  const [ana, bo] = [await newcomer(), await newcomer()];
  const [anaName, boName] = [`ana-${transport}`, `bo-${transport}`];
  const page = await ana.signUp(anaName, 'tea', path);
  const boPage = await bo.signUp(boName, 'coffee', path);
  await shows(page, boName, 'coffee');
  await changeStatus(boPage, 'more coffee');
  await shows(page, boName, 'more coffee');
  assert.ok(ana.frames.some((frame) => /:member_/.test(frame.event)), 'member events came');
  assert.ok(used(ana).includes(transport) && (transport === 'ws' || !used(ana).includes('ws')), `${used(ana)}`);
  await page.reload();
  await shows(page, boName, 'more coffee');
  for (const { name, secure } of await ana.context.cookies()) assert.ok(secure && name.startsWith('__Host-'), name);
  await boPage.getByTestId('sign-out').click();
  await gone(page, boName);
}
