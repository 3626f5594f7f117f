// A page of 2018's ways, served with --pages and driven in Chromium: it trusts everything, and stays right (docs/status.md, feature 32).

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { STATUS, keyOf } from '../lib/apps.mjs';
import { launch, profile, shows } from '../lib/browser.mjs';
import { send } from '../lib/api.mjs';
import { startStatusServer } from '../lib/lobby.mjs';
import { edit, fillForm, preparePages, sees, statusOf } from '../lib/tutorial.mjs';
import { until } from '../lib/wait.mjs';

const pages = await preparePages(
  after,
  keyOf(STATUS).key,
  `{
    cluster: '', forceTLS: false, enabledTransports: ['ws', 'wss'], authEndpoint: '/usersystem/auth',
    wsHost: location.hostname, wsPort: location.port, wssPort: location.port,
    httpHost: location.hostname, httpPort: location.port, httpsPort: location.port, statsHost: location.host
  }`,
);
const server = await startStatusServer({ after }, { args: ['--pages', pages] });
const browser = await launch(after);

async function signUp(t, name, status) {
  const person = await profile(t, browser, server);
  const page = await person.open();
  await fillForm(page, name, status);
  return { person, page };
}

test("c1 c2 c3 c4 everybody's statuses stay right across joins, updates, leaves and refreshes", async (t) => {
  const ana = await signUp(t, 'ana', 'first');
  const bo = await signUp(t, 'bo', 'hello');
  await sees(ana.page, 'bo', 'hello');
  await sees(bo.page, 'ana', 'first');

  await edit(ana.page, 'IN A MEETING');
  await sees(bo.page, 'ana', 'IN A MEETING');

  const eve = await signUp(t, 'eve', 'new');
  await sees(eve.page, 'ana', 'IN A MEETING');
  await sees(bo.page, 'eve', 'new');
  await sees(bo.page, 'ana', 'IN A MEETING');
  await until(async () => (await ana.page.locator('#my-status').innerText()) === 'IN A MEETING', 'her own text to stay');

  await ana.page.locator('#my-status').click();
  await ana.page.locator('#my-status').blur();
  await bo.page.locator('#my-status').click();
  await bo.page.locator('#my-status').blur();

  await ana.page.reload();
  await until(async () => (await ana.page.locator('#my-status').innerText()) === 'IN A MEETING', 'her text after a refresh');
  await sees(ana.page, 'bo', 'hello');

  await eve.page.locator('#leave').click();
  await until(async () => (await statusOf(bo.page, 'eve')) === undefined, 'eve to be gone');
  await sees(bo.page, 'ana', 'IN A MEETING');
  await edit(bo.page, 'goodbye');
  await sees(ana.page, 'bo', 'goodbye');
  const late = await signUp(t, 'late', 'x');
  await sees(late.page, 'ana', 'IN A MEETING');
  await sees(late.page, 'bo', 'goodbye');
});

test('s5 s6 markup as a status runs nothing, whatever the page makes of it', async (t) => {
  const [mallory, victim] = [await signUp(t, 'mallory', 'x'), await signUp(t, 'victim', 'y')];
  await sees(victim.page, 'mallory', 'x');
  const payloads = [
    '<img src=x onerror="window.ran = true">one',
    '&lt;img src=x onerror="window.ran = true"&gt;two',
    '<svg onload="window.ran = true"></svg>three',
    'line1<div>line2</div>',
  ];
  for (const payload of payloads) {
    await mallory.page.evaluate((html) => channel.trigger('client-status-update', { username: 'mallory', status: html }), payload);
  }
  await until(async () => /line1\s?line2/.test((await statusOf(victim.page, 'mallory')) ?? ''), 'the last status');
  const late = await signUp(t, 'late-victim', 'z');
  for (const { page, person } of [victim, late, mallory]) {
    assert.equal(await page.evaluate(() => window.ran), undefined);
    // This page makes markup of text itself; the policy is what keeps that dead, and says so.
    person.forgive(/Content Security Policy|Refused/);
  }
});

test('s5 inline handlers are dead under the policy, even where the page itself writes them', async (t) => {
  const person = await profile(t, browser, server);
  const page = await person.open();
  await page.evaluate(() => {
    const holder = document.createElement('div');
    holder.innerHTML = '<img src="data:," onerror="window.ran = true"><button onclick="window.ran = true">x</button>';
    document.body.append(holder);
  });
  await page.locator('button', { hasText: /^x$/ }).click();
  assert.equal(await page.evaluate(() => window.ran), undefined);
  person.forgive(/Content Security Policy|Refused/);
});

test('the built-in page moves to /rollcall/, and both see the same people', async (t) => {
  const ana = await signUp(t, 'ana-tutorial', 'by the old page');
  const bo = await profile(t, browser, server);
  const page = await bo.signUp('bo-builtin', 'by the new page', '/rollcall/');
  await shows(page, 'ana-tutorial', 'by the old page');
  await sees(ana.page, 'bo-builtin', 'by the new page');
  await edit(ana.page, 'edited');
  await shows(page, 'ana-tutorial', 'edited');
});

test('s17 s18 --pages serves its files, nothing outside of them, with the policy less trusted types', async () => {
  const index = await send(server, 'GET', '/');
  assert.match(index.text, /What's up\?/);
  const policy = index.headers['content-security-policy'];
  assert.match(policy, /script-src 'self'/);
  assert.doesNotMatch(policy, /trusted-types|unsafe/);
  assert.equal((await send(server, 'GET', '/page.js')).headers['content-type'].split(';')[0], 'text/javascript');
  for (const path of ['/../rollcall.toml', '/%2e%2e/rollcall.toml', '/..%2frollcall.toml', '/%2e%2e%2f%2e%2e%2fetc/passwd', '//etc/passwd', '/nothing.js', '/page.js%00.html']) {
    const reply = await send(server, 'GET', path);
    assert.ok(reply.status >= 400, `${path}: ${reply.status}`);
    assert.doesNotMatch(reply.text, /root:|\[\[apps\]\]/);
  }
});
