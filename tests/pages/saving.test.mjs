// What becomes of an edit when the server or the network will not have it: docs/status.md rows C10, S6, S14, feature 21.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { changeStatus, launch, openEditor, ownStatus, profile, row, saveState, saved, shows } from '../lib/browser.mjs';
import { arrive, startStatusServer, told } from '../lib/lobby.mjs';
import { refusal } from '../lib/states.mjs';
import { until } from '../lib/wait.mjs';

const server = await startStatusServer({ after });
const browser = await launch(after);
const STATUS = '**/api/me/status';

test('c10 an edit shows at once as pending, is confirmed by its revision, and others see it then', async (t) => {
  const ana = await profile(t, browser, server);
  const { socket } = await arrive(server, 'c10-bo', 'watching');
  const page = await ana.signUp('c10-ana', 'first');
  const held = [];
  await page.route(STATUS, (route) => void held.push(route));
  await changeStatus(page, 'second');
  await until(async () => (await saveState(page)) === 'saving', 'the save to begin');
  await shows(page, 'c10-ana', 'second', 1_000);
  assert.equal(await row(page, 'c10-ana').getByTestId('pending').count(), 1);
  assert.match(await row(page, 'c10-ana').getAttribute('aria-label'), /not saved yet/);
  assert.equal(await ownStatus(page), 'second');
  await held[0].continue();
  await saved(page);
  await until(async () => (await row(page, 'c10-ana').getByTestId('pending').count()) === 0, 'the mark to go');
  await told(socket, 'c10-ana', 'second');
});

test('c10 s6 a text that the server refuses is rolled back and returns to its field, with the reason, focused and announced', async (t) => {
  const ana = await profile(t, browser, server);
  const page = await ana.signUp('c10-refused', 'first');
  // Fits in 140 characters as people count them, and not in 560 bytes: only the server can tell.
  const heavy = '👩‍👩‍👧‍👦'.repeat(30);
  await changeStatus(page, heavy);
  const error = page.getByTestId('error');
  await error.waitFor();
  const field = page.getByTestId('my-status');
  assert.equal(await field.inputValue(), heavy);
  assert.equal(await error.getAttribute('role'), 'alert');
  assert.ok((await field.getAttribute('aria-describedby')).split(' ').includes(await error.getAttribute('id')));
  assert.equal(await field.getAttribute('aria-invalid'), 'true');
  assert.ok(await field.evaluate((input) => document.activeElement === input), 'the field has the focus');
  await shows(page, 'c10-refused', 'first', 1_000);
  await page.getByRole('heading', { level: 1 }).click();
  assert.equal(ana.requested('PUT /api/me/status'), 1, 'leaving the field does not ask again');
  await field.fill('lighter');
  await field.press('Enter');
  await saved(page);
  await shows(page, 'c10-refused', 'lighter');
  assert.equal(await error.count(), 0);
});

test('c10 an edit made offline is sent once when the network is back, the latest text only', async (t) => {
  const ana = await profile(t, browser, server);
  const { socket } = await arrive(server, 'c10-off-bo', 'watching');
  const page = await ana.signUp('c10-offline', 'first');
  await ana.context.setOffline(true);
  for (const text of ['on the', 'on the train']) await changeStatus(page, text);
  await until(async () => (await saveState(page)) === 'offline', 'the edit to be queued');
  await shows(page, 'c10-offline', 'on the train', 1_000);
  assert.equal(ana.requested('PUT /api/me/status'), 0);
  await ana.context.setOffline(false);
  await saved(page);
  await told(socket, 'c10-offline', 'on the train');
  assert.equal(ana.requested('PUT /api/me/status'), 1);
  assert.ok(!socket.frames.some((frame) => frame.data?.includes('"on the"')), 'the earlier text was never sent');
});

test('c10 an edit made offline survives a refresh and a restart of the server, and is saved once', async (t) => {
  const own = await startStatusServer(t);
  const ana = await profile(t, browser, own);
  const page = await ana.signUp('c10-restart', 'first');
  await own.kill();
  await changeStatus(page, 'while it was away');
  await until(async () => (await saveState(page)) === 'retrying', 'the first attempt to fail');
  await own.start();
  await saved(page);
  const { rev, status } = (await (await ana.jar()).get('/api/session')).json.user;
  assert.equal(status, 'while it was away');
  await page.reload();
  await shows(page, 'c10-restart', 'while it was away');
  assert.equal((await (await ana.jar()).get('/api/session')).json.user.rev, rev, 'one change, one revision');
});

test('c10 an answer that is lost never saves twice: the retry, after a refresh too, carries the same mutation id', async (t) => {
  const ana = await profile(t, browser, server);
  const page = await ana.signUp('c10-lost', 'first');
  const before = (await (await ana.jar()).get('/api/session')).json.user.rev;
  const mutations = [];
  const deaf = { socket: true };
  // Neither the answer nor the echo on the socket reaches the page: the server alone knows that it was saved.
  await page.route(STATUS, async (route) => {
    mutations.push(route.request().postDataJSON().mutation_id);
    if (mutations.length === 1) await route.fetch();
    await (deaf.socket ? route.abort() : route.continue());
  });
  await page.route('**/api/session', (route) => route.abort());
  await changeStatus(page, 'second');
  await until(() => mutations.length >= 2, 'a retry');
  await page.reload();
  const retry = page.getByTestId('retry');
  await retry.waitFor();
  deaf.socket = false;
  await page.unroute('**/api/session');
  await retry.click();
  await shows(page, 'c10-lost', 'second');
  await until(async () => (await page.getByTestId('pending').count()) === 0, 'the edit to be settled');
  assert.equal(new Set(mutations).size, 1);
  assert.equal((await (await ana.jar()).get('/api/session')).json.user.rev, before + 1);
});

test('c10 an edit that waited does not undo what another device wrote meanwhile', async (t) => {
  const ana = await profile(t, browser, server);
  const page = await ana.signUp('c10-device', 'first');
  await ana.context.setOffline(true);
  await changeStatus(page, 'older');
  await until(async () => (await saveState(page)) === 'offline', 'the edit to be queued');
  await (await ana.jar()).setStatus('newer, from the phone');
  await ana.context.setOffline(false);
  await page.getByTestId('error').waitFor();
  await shows(page, 'c10-device', 'newer, from the phone');
  const field = page.getByTestId('my-status');
  assert.equal(await field.inputValue(), 'older');
  await field.press('Enter');
  await saved(page);
  await shows(page, 'c10-device', 'older');
});

test('s14 on 429 the page counts down, keeps the text and sends it by itself', async (t) => {
  const ana = await profile(t, browser, server);
  const page = await ana.context.newPage();
  await page.clock.install();
  await page.goto('/');
  await signIn(page, 's14-ana');
  const asked = [];
  await page.route(STATUS, (route) => {
    asked.push(route.request().postDataJSON());
    return asked.length === 1 ? route.fulfill(refusal(429, 'too_many_requests', { retryAfter: 12 })) : route.continue();
  });
  await changeStatus(page, 'quick');
  const state = page.getByTestId('save-state');
  await until(async () => (await saveState(page)) === 'limited', 'the limit to be shown');
  assert.match(await state.textContent(), /You’re changing status too quickly\. Try again in 1[12] s\./);
  await page.clock.runFor(5_000);
  assert.match(await state.textContent(), /Try again in [67] s\./);
  assert.equal(await ownStatus(page), 'quick');
  assert.equal(asked.length, 1);
  await page.clock.runFor(8_000);
  await saved(page);
  await shows(page, 's14-ana', 'quick');
  assert.deepEqual(asked[1], { ...asked[0], if_rev: asked[1].if_rev }, 'the same change');
});

test('s14 sign-up counts down too, keeps the values, and lets the person try again after it', async (t) => {
  const ana = await profile(t, browser, server);
  const page = await ana.context.newPage();
  await page.clock.install();
  await page.goto('/');
  await page.route('**/register', (route) => route.fulfill(refusal(429, 'too_many_requests', { retryAfter: 30 })), { times: 1 });
  await signIn(page, 's14-form', 'not');
  const limited = page.getByTestId('limited');
  await limited.waitFor();
  assert.match(await limited.textContent(), /Try again in (30|29) s\./);
  assert.equal(await page.getByTestId('join').getAttribute('aria-disabled'), 'true');
  await page.locator('[name="status"]').press('Enter');
  assert.equal(ana.requested('POST /register'), 1, 'the form waits');
  await page.clock.runFor(31_000);
  await until(async () => (await limited.count()) === 0, 'the limit to pass');
  assert.equal(await page.locator('[name="name"]').inputValue(), 's14-form');
  await page.getByTestId('join').click();
  await shows(page, 's14-form', 'hello');
});

test('s14 the list says when it asks again, and does', async (t) => {
  const ana = await profile(t, browser, server);
  const page = await ana.context.newPage();
  await page.clock.install();
  await page.goto('/');
  await page.route('**/usersystem/auth', (route) => route.fulfill(refusal(429, 'too_many_requests', { retryAfter: 20 })), { times: 1 });
  await signIn(page, 's14-list', 'not');
  const error = page.locator('[data-field="list"]');
  await error.waitFor();
  assert.match(await error.getByTestId('next-try').textContent(), /Next try in (19|20|21) s\./);
  await until(async () => {
    await page.clock.runFor(1_000);
    return (await error.count()) === 0;
  }, 'the page to ask again');
  assert.equal(ana.requested('POST /usersystem/auth'), 2);
  await shows(page, 's14-list', 'hello');
});

test('s14 the limits of a real server are obeyed: ten quick edits end with the last one', async (t) => {
  const ana = await profile(t, browser, server);
  const page = await ana.context.newPage();
  await page.clock.install();
  await page.goto('/');
  await signIn(page, 's14-quick');
  for (let edit = 0; edit < 10; edit++) {
    await changeStatus(page, `edit ${edit}`);
    await until(async () => (await saveState(page)) !== 'saving', 'an answer');
  }
  await until(async () => (await saveState(page)) === 'limited', 'the limit to be reached');
  await until(async () => {
    await page.clock.runFor(1_000);
    return (await saveState(page)) === 'saved';
  }, 'the last edit to be saved', 40_000);
  await shows(page, 's14-quick', 'edit 9');
});

async function signIn(page, name, expected = 'shown') {
  await page.locator('[name="name"]').fill(name);
  await page.locator('[name="status"]').fill('hello');
  await page.getByTestId('join').click();
  if (expected === 'shown') await shows(page, name, 'hello');
}

test('c10 an edit made offline is sent although the list does not come back', async (t) => {
  const ana = await profile(t, browser, server);
  const page = await ana.signUp('c10-no-list', 'first');
  await page.route('**/usersystem/auth', (route) => route.fulfill(refusal(403, 'channel_forbidden')));
  await ana.context.routeWebSocket(/\/app\//, (socket) => socket.close({ code: 4003 }));
  await ana.context.setOffline(true);
  await changeStatus(page, 'on the train');
  await until(async () => (await saveState(page)) === 'offline', 'the edit to be queued');
  await ana.context.setOffline(false);
  await saved(page);
  assert.equal((await (await ana.jar()).get('/api/session')).json.user.status, 'on the train');
});

test('c10 a browser that says "offline" while the server answers is not believed', async (t) => {
  const ana = await profile(t, browser, server);
  const page = await ana.context.newPage();
  await page.clock.install();
  await page.goto('/');
  await signIn(page, 'c10-alone');
  // As on a computer that serves itself and has no network.
  await page.evaluate(() => window.dispatchEvent(new Event('offline')));
  await changeStatus(page, 'at home');
  await until(async () => {
    await page.clock.runFor(500);
    return (await saveState(page)) === 'saved';
  }, 'the edit to be saved');
  await page.clock.runFor(3_000);
  assert.equal(await page.getByTestId('banner').textContent(), '');
});

test('c10 what is typed while an edit is under way stays in the field', async (t) => {
  const ana = await profile(t, browser, server);
  const page = await ana.signUp('c10-typing', 'first');
  const held = [];
  await page.route(STATUS, (route) => void held.push(route));
  await changeStatus(page, 'second');
  const field = await openEditor(page);
  await field.fill('third, half');
  await until(() => held.length === 1, 'the save to begin');
  await held[0].continue();
  await until(async () => (await page.getByTestId('pending').count()) === 0, 'the edit to be confirmed');
  assert.equal(await field.inputValue(), 'third, half');
  assert.equal(ana.requested('PUT /api/me/status'), 1);
});
