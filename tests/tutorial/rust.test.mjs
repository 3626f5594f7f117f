// The tutorial's server as a Rust back end writes it, examples/tutorial.rs, under the tutorial's page in Chromium.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { MAIN, keyOf } from '../lib/apps.mjs';
import { launch } from '../lib/browser.mjs';
import { example, startLines } from '../lib/lines.mjs';
import { startServer } from '../lib/server.mjs';
import { edit, fillForm, preparePages, sees, statusOf } from '../lib/tutorial.mjs';
import { until } from '../lib/wait.mjs';

const server = await startServer({ after }, { config: { apps: [MAIN] } });
const { key, secret } = keyOf(MAIN);
const pages = await preparePages(
  after,
  key,
  `{
    cluster: '', forceTLS: false, enabledTransports: ['ws'], authEndpoint: '/usersystem/auth',
    wsHost: '127.0.0.1', wsPort: ${server.port}
  }`,
);
const site = startLines(after, example('tutorial'), [pages], {
  env: { ROLLCALL_URL: server.url, APP_ID: MAIN.id, APP_KEY: key, APP_SECRET: secret, PORT: '0' },
});
const url = await site.next();
const browser = await launch(after);

async function signUp(t, name, status) {
  const context = await browser.newContext({ baseURL: url });
  t.after(() => context.close());
  const page = await context.newPage();
  await page.goto('/');
  await fillForm(page, name, status);
  return page;
}

test('the Rust server of the tutorial: sign up, see each other, tell a status, leave', async (t) => {
  const ana = await signUp(t, 'ana', 'first');
  const bo = await signUp(t, 'bo', 'hello');
  await sees(ana, 'bo', 'hello');
  await sees(bo, 'ana', 'first');
  await edit(ana, 'in a meeting');
  await sees(bo, 'ana', 'in a meeting');
  await bo.reload();
  await sees(bo, 'ana', 'first');
  await bo.locator('#leave').click();
  await bo.locator('#join').waitFor();
  await until(async () => (await statusOf(ana, 'bo')) === undefined, 'bo to be gone');
});

test('the Rust server of the tutorial signs nothing for strangers, and serves no other file', async () => {
  const form = new URLSearchParams({ socket_id: '1.2', channel_name: 'presence-whatsup-members' });
  assert.equal((await fetch(`${url}/usersystem/auth`, { method: 'POST', body: form })).status, 403);
  for (const path of ['/..%2fpage.js', '/index.html', '/page.js%00', '/etc/passwd']) {
    assert.equal((await fetch(url + path)).status, 404, path);
  }
});
