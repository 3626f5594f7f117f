// When things go wrong: docs/status.md rows C17, C18, S3 and feature 20, in a browser.
// What becomes of an edit then is in saving.test.mjs.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { LOBBY, STATUS } from '../lib/apps.mjs';
import { changeStatus, fillSignUp, launch, names, openEditor, ownStatus, profile, saveState, saved, shows } from '../lib/browser.mjs';
import { arrive, signUp, startStatusServer } from '../lib/lobby.mjs';
import { refusal } from '../lib/states.mjs';
import { until } from '../lib/wait.mjs';

const server = await startStatusServer({ after });
const browser = await launch(after);
const BROKEN = { status: 500, contentType: 'application/json', body: '{"success":false,"error":"internal","message":"no","request_id":"x"}' };

test('c17 a subscription that fails shows its cause and a button that tries again', async (t) => {
  const ana = await profile(t, browser, server);
  for (const reply of [BROKEN, { status: 403, contentType: 'application/json', body: '{}' }, { status: 200, contentType: 'application/json', body: '{"auth":"status-key:00"}' }]) {
    await ana.context.route('**/usersystem/auth', (route) => route.fulfill(reply));
    const page = await ana.open();
    if ((await page.getByTestId('sign-up').count()) > 0 || reply === BROKEN) await fillSignUp(page, 'c17-ana', 'x');
    const error = page.getByTestId('error');
    await error.waitFor();
    assert.notEqual((await error.textContent()).trim(), '');
    await page.getByTestId('me').waitFor();
    await ana.context.unroute('**/usersystem/auth');
    await error.getByTestId('retry').click();
    await shows(page, 'c17-ana', 'x');
    await until(async () => (await error.count()) === 0, 'the error to go');
    await page.close();
  }
});

test('c17 the stale list stays visible while the subscription fails', async (t) => {
  const own = await startStatusServer(t);
  const ana = await profile(t, browser, own);
  const page = await ana.signUp('c17-stale', 'x');
  await arrive(own, 'c17-bo', 'was here');
  await shows(page, 'c17-bo', 'was here');
  await ana.context.route('**/usersystem/auth', (route) => route.fulfill(BROKEN));
  await own.restart();
  await page.getByTestId('error').waitFor();
  assert.deepEqual((await names(page)).sort(), ['c17-bo', 'c17-stale']);
  await shows(page, 'c17-bo', 'was here');
  await ana.context.unroute('**/usersystem/auth');
  await page.getByTestId('error').getByTestId('retry').click();
  await until(async () => (await names(page)).join() === 'c17-stale', 'the list to be live again');
});

test('c18 a sign-up that fails returns with values kept, the error focused and announced', async (t) => {
  await signUp(server, 'c18-taken');
  const ana = await profile(t, browser, server);
  const page = await ana.open();
  const cases = [
    [(route) => route.fulfill(BROKEN), 'c18-ana'],
    [(route) => route.fulfill({ status: 500, contentType: 'text/html', body: '<h1>oops</h1>' }), 'c18-ana'],
    [(route) => route.fulfill({ status: 429, headers: { 'Retry-After': '7' }, contentType: 'application/json', body: '{"success":false,"error":"rate_limited","message":"slow down","request_id":"x"}' }), 'c18-ana'],
    [(route) => route.abort(), 'c18-ana'],
    [(route) => route.continue(), 'c18-taken'],
    [(route) => route.continue(), 'C18-TAKEN'],
    [(route) => route.continue(), 'c18<b>'],
    [(route) => route.continue(), '__proto__'],
  ];
  for (const [handler, name] of cases) {
    await page.route('**/register', handler);
    await fillSignUp(page, name, 'kept');
    const error = page.getByTestId('error');
    await error.waitFor();
    assert.equal(await error.getAttribute('role'), 'alert');
    assert.notEqual((await error.textContent()).trim(), '');
    assert.equal(await page.locator('[name="name"]').inputValue(), name);
    assert.equal(await page.locator('[name="status"]').inputValue(), 'kept');
    assert.equal(await page.getByTestId('me').count(), 0);
    await until(() => focusIsAtTheError(page), 'the focus to be where the error is');
    await page.unroute('**/register');
    await page.reload();
  }
  await fillSignUp(page, 'c18-ana', 'kept');
  await shows(page, 'c18-ana', 'kept');
});

test('c18 success:false with 200 is no success, and a server that never answers ends the wait', async (t) => {
  const ana = await profile(t, browser, server);
  const page = await ana.open();
  await page.route('**/api/session', (route) => route.fulfill({ status: 200, contentType: 'application/json', body: '{"success":false}' }));
  await page.reload();
  await page.getByTestId('error').waitFor();
  await page.unroute('**/api/session');
  await page.getByTestId('retry').click();
  await page.getByTestId('sign-up').waitFor();
});

test('c18 a save that fails keeps the text and says so; trying again saves it', async (t) => {
  const ana = await profile(t, browser, server);
  const page = await ana.signUp('c18-save', 'first');
  for (const handler of [(route) => route.fulfill(BROKEN), (route) => route.abort()]) {
    await page.route('**/api/me/status', handler);
    const text = `kept ${handler.length}${String(handler).length}`;
    await changeStatus(page, text);
    await until(async () => (await saveState(page)) === 'retrying', 'the failure to be shown');
    assert.equal(await ownStatus(page), text);
    await page.unroute('**/api/me/status');
    await page.getByTestId('save-retry').click({ timeout: 1_000 }).catch(() => {}); // It may have tried again by itself.
    await saved(page);
    await shows(page, 'c18-save', text);
  }
});

test('s3 a page without a session shows the form, not a blank', async (t) => {
  const ana = await profile(t, browser, server);
  const page = await ana.open();
  await page.getByTestId('sign-up').waitFor();
  assert.equal(ana.requested('WS '), 0, 'no socket before sign-in');
  await fillSignUp(page, 's3-ana', 'x');
  await shows(page, 's3-ana', 'x');
  await ana.context.clearCookies();
  await page.reload();
  await page.getByTestId('sign-up').waitFor();
});

test('s3 a session that ended elsewhere leads to the form', async (t) => {
  const ana = await profile(t, browser, server);
  const page = await ana.signUp('s3-ended', 'x');
  const jar = await ana.jar();
  assert.ok((await jar.post('/logout')).status < 400);
  await page.getByTestId('sign-up').waitFor();
  assert.notEqual((await page.getByTestId('notice').textContent()).trim(), '');
});

test('c18 a request from a page that the server does not know as its own says what to do', async (t) => {
  const ana = await profile(t, browser, server);
  const page = await ana.signUp('c18-origin', 'first');
  for (const path of ['**/logout', '**/api/me/status']) {
    await page.route(path, (route) => route.fulfill(refusal(403, 'cross_site')), { times: 1 });
  }
  await page.getByTestId('sign-out').click();
  const signOut = page.locator('[data-field="sign-out"]');
  await signOut.waitFor();
  assert.match(await signOut.textContent(), /still signed in.*Open its usual address/);
  await changeStatus(page, 'second');
  const status = page.locator('[data-field="my-status"]');
  await status.waitFor();
  assert.match(await status.textContent(), /Not saved.*Open its usual address/);
  assert.equal(await page.getByTestId('my-status').inputValue(), 'second');
  await page.getByTestId('save').click();
  await saved(page);
});

test('c17 a full room says so and lets the person try again', async (t) => {
  const full = { ...STATUS, presence: { ...STATUS.presence, max_members: 1, grace_seconds: 0 } };
  const own = await startStatusServer(t, { app: full });
  const { socket } = await arrive(own, 'c17-first', 'here');
  const ana = await profile(t, browser, own);
  const page = await ana.open();
  await fillSignUp(page, 'c17-second', 'outside');
  const error = page.locator('[data-field="list"]');
  await error.waitFor();
  assert.match(await error.textContent(), /room is full/);
  socket.unsubscribe(LOBBY);
  await until(async () => {
    await error.getByTestId('retry').click({ timeout: 500 }).catch(() => {});
    return (await error.count()) === 0;
  }, 'the second to be let in');
  await shows(page, 'c17-second', 'outside');
});

test('c17 an interruption: silence for 2 s, then a line and a dimmed list, a way to hurry after 10 s, and good news for 3 s', async (t) => {
  const own = await startStatusServer(t);
  const ana = await profile(t, browser, own);
  const page = await ana.context.newPage();
  await page.clock.install();
  await page.goto('/');
  await fillSignUp(page, 'c17-away', 'patient');
  await shows(page, 'c17-away', 'patient');
  const banner = page.getByTestId('banner');
  assert.equal(await banner.getAttribute('role'), 'status');
  await own.kill();
  await until(async () => (await page.locator('.count-stale').count()) === 1, 'the loss to be noticed');
  await page.clock.runFor(1_000);
  assert.equal(await banner.textContent(), '');
  assert.equal(await page.locator('.members.stale').count(), 0);
  await page.clock.runFor(1_000);
  assert.match(await banner.textContent(), /^Reconnecting… statuses as of \d\d:\d\d$/);
  assert.equal(await page.locator('.members.stale').count(), 1);
  assert.equal(await banner.getByTestId('retry').count(), 0);
  await page.clock.runFor(8_000);
  await banner.getByTestId('retry').waitFor();
  assert.match(await banner.getByTestId('next-try').textContent(), /^Next try in \d+ s\.$/);
  await own.start();
  await banner.getByTestId('retry').click();
  await until(async () => (await banner.textContent()) === 'Back online', 'the good news');
  assert.equal(await page.locator('.members.stale').count(), 0);
  await page.clock.runFor(3_000);
  assert.equal(await banner.textContent(), '');
});

test('c17 c5 a page whose key was taken from the app asks for the one it has now, and goes on with its draft', async (t) => {
  const own = await startStatusServer(t);
  const ana = await profile(t, browser, own);
  const page = await ana.signUp('c17-key', 'before');
  const field = await openEditor(page);
  await field.fill('half typed');
  const renewed = { ...STATUS, keys: [{ key: 'renewed-key', secret: 'renewed-secret' }] };
  await own.configure({ status_app: renewed.id, apps: [renewed] });
  await own.restart();
  await arrive(own, 'c17-key-bo', 'with the new key', renewed);
  await shows(page, 'c17-key-bo', 'with the new key');
  assert.equal(await page.getByTestId('banner').getByTestId('retry').count(), 0);
  assert.equal(await field.inputValue(), 'half typed');
  assert.equal(ana.requested('WS /app/renewed-key'), 1);
  await field.press('Enter');
  await saved(page);
});

test('c17 a device without a network says so, in French as in English, and comes back by itself', async (t) => {
  const ana = await profile(t, browser, server, { locale: 'fr-FR' });
  const page = await ana.context.newPage();
  await page.clock.install();
  await page.goto('/');
  await fillSignUp(page, 'c17-offline', 'x');
  await shows(page, 'c17-offline', 'x');
  await ana.context.setOffline(true);
  const banner = page.getByTestId('banner');
  await until(async () => {
    await page.clock.runFor(1_000);
    return /hors ligne/.test(await banner.textContent());
  }, 'the banner to say that the device is offline');
  await ana.context.setOffline(false);
  await until(async () => {
    await page.clock.runFor(200);
    return /De nouveau en ligne/.test(await banner.textContent());
  }, 'the good news');
});

/** Whether the focused element is in error, or holds the error. */
function focusIsAtTheError(page) {
  return page.evaluate(() => {
    const focused = document.activeElement;
    const error = document.querySelector('[data-testid="error"]');
    return focused?.contains(error) || (focused?.getAttribute('aria-describedby') ?? '').split(' ').includes(error?.id);
  });
}
