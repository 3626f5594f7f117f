// What is written is shown as text and loads nothing: docs/status.md rows S5, S7 and S16.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { fillSignUp, launch, names, openEditor, ownStatus, profile, row, shows } from '../lib/browser.mjs';
import { Jar } from '../lib/jar.mjs';
import { enterLobby, startStatusServer } from '../lib/lobby.mjs';
import { until } from '../lib/wait.mjs';
import { CORPUS } from '../lib/xss.mjs';

const server = await startStatusServer({ after });
const browser = await launch(after);
const FOREIGN = 'script, img, svg:not([class]), iframe, object, embed, video, audio, form, a[href^="javascript"], math, base, template, marquee, details, [onerror], [onload], [onclick], [onfocus], [onmouseover]';

test('s5 no string of the corpus, as name or as status, creates an element or runs', async (t) => {
  const shown = new Map();
  for (const [index, text] of CORPUS.entries()) {
    for (const [name, status] of [[`victim ${index}`, text], [text, `named ${index}`]]) {
      const jar = new Jar(server);
      const reply = await jar.register(name, status);
      if (reply.status === 200) shown.set(...(await present(jar)));
      else assert.ok([409, 422].includes(reply.status), `${name}: ${reply.status} ${reply.text}`);
    }
  }
  assert.ok(shown.size >= CORPUS.length, `${shown.size} people are shown`);

  const ana = await profile(t, browser, server);
  await ana.context.addInitScript(() => {
    window.brokenBy = [];
    window.broken = () => window.brokenBy.push(new Error('ran').stack);
  });
  const page = await ana.signUp('safe', `<img src=x onerror=window.broken()>`);
  await until(async () => (await names(page)).length === shown.size + 1, 'everybody to be listed');
  const found = await page.getByTestId('member').evaluateAll((rows) =>
    rows.map((each) => [each.dataset.user, each.querySelector('[data-testid="member-status"]').textContent]),
  );
  for (const [user, status] of found) if (user !== 'safe') assert.equal(status, shown.get(user), user);
  for (const bad of await page.getByTestId('members').locator(FOREIGN).all()) {
    assert.fail(await bad.evaluate((element) => element.outerHTML));
  }
  assert.equal(await ownStatus(page), '<img src=x onerror=window.broken()>');
  assert.equal(await (await openEditor(page)).inputValue(), '<img src=x onerror=window.broken()>');
  for (const element of await page.getByTestId('member').all()) await element.hover({ timeout: 500 }).catch(() => {});
  assert.deepEqual(await page.evaluate(() => window.brokenBy), []);
});

test('s7 directions and templates are shown literally', async (t) => {
  const jar = new Jar(server);
  assert.equal((await jar.register('s7-bo', "$& $' {{status}}")).status, 200);
  await present(jar);
  const ana = await profile(t, browser, server);
  const page = await ana.signUp('s7-ana', 'x');
  await shows(page, 's7-bo', "$& $' {{status}}");
  assert.equal(await row(page, 's7-bo').locator('bdi').count(), 2);
});

test('s16 the page asks no other origin for anything, and works without one', async (t) => {
  const ana = await profile(t, browser, server);
  await ana.context.route((url) => url.host !== server.host, (route) => route.abort());
  const page = await ana.signUp('s16-ana', 'x');
  await page.reload();
  await shows(page, 's16-ana', 'x');
  assert.ok(ana.requested('WS /app/') >= 2);
  assert.ok(ana.requested('GET /assets/') >= 1);
});

test('s16 with the server away for 30 s of its clock, the page still asks nobody else, and comes back', async (t) => {
  const own = await startStatusServer(t);
  const ana = await profile(t, browser, own);
  const page = await ana.context.newPage();
  await page.clock.install();
  await page.goto('/');
  await fillSignUp(page, 's16-away', 'patient');
  await shows(page, 's16-away', 'patient');
  await own.kill();
  const before = ana.requests.length;
  for (let half = 0; half < 60; half++) {
    await page.clock.runFor(500);
    // A refused request of the page itself gives the refused dials the time to be noticed.
    await page.evaluate(() => fetch('/up').catch(() => {}));
  }
  const asked = ana.requests.slice(before).filter((request) => request !== 'GET /up');
  assert.ok(asked.length >= 2, `it kept trying: ${asked}`);
  for (const request of asked) assert.match(request, /^(WS \/app\/|POST \/pusher\/app\/|GET \/api\/|POST \/usersystem\/auth)/);
  assert.match(await page.getByTestId('banner').textContent(), /Reconnecting/);
  assert.deepEqual(await names(page), ['s16-away'], 'the list stays');
  await own.start();
  await until(async () => {
    await page.clock.runFor(500);
    return (await page.getByTestId('banner').textContent()).match(/Back online|^$/);
  }, 'the page to come back');
  await shows(page, 's16-away', 'patient');
});

/** Lets the jar's person join; returns `[name, status]` as the server keeps them. */
async function present(jar) {
  await enterLobby(server, jar);
  const { user } = (await jar.get('/api/session')).json;
  return [user.name, user.status];
}
