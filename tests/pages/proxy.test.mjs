// The status page behind a proxy that adds TLS, below a path, and over the program's own TLS.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { launch, profile } from '../lib/browser.mjs';
import { newCertificate } from '../lib/certificate.mjs';
import { startProxy } from '../lib/proxy.mjs';
import { startServer } from '../lib/server.mjs';

const browser = await launch(after);

test('p16 below a path behind nginx, two people see each other live, and stay signed in', async (t) => {
  const server = await startServer(t, { config: { path_prefix: '/rt', trusted_proxies: ['127.0.0.1'] } });
  const proxy = await startProxy(t, 'nginx', server, '/rt');
  await twoPeople(t, proxy, '/rt/');
});

test('s10 over TLS of its own, two people see each other live, and stay signed in', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'rollcall-page-tls-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const { certFile, keyFile } = await newCertificate(dir);
  const server = await startServer(t, { config: { tls_cert: certFile, tls_key: keyFile } });
  await twoPeople(t, { host: server.host, url: `https://${server.host}` }, '/');
});

async function twoPeople(t, site, path) {
  const options = { ignoreHTTPSErrors: true };
  const [ana, bo] = [await profile(t, browser, site, options), await profile(t, browser, site, options)];
  const page = await ana.signUp('ana', 'tea', path);
  await bo.signUp('bo', 'coffee', path);
  await page.getByText('coffee').waitFor();
  assert.ok(ana.frames.length > 0, 'frames came over a WebSocket');
  await page.reload();
  await page.getByText('coffee').waitFor();
  for (const { name, secure } of await ana.context.cookies()) assert.ok(secure && name.startsWith('__Host-'), name);
}
