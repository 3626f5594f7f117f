// Leaving everywhere, being forgotten, and coming back: docs/status.md section 0 (names and accounts), rows S12, C5, section 4.2.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { fillSignUp, gone, launch, openEditor, ownStatus, profile, shows } from '../lib/browser.mjs';
import { startStatusServer } from '../lib/lobby.mjs';
import { until } from '../lib/wait.mjs';

const server = await startStatusServer({ after });
const browser = await launch(after);

test('s12 signing out everywhere, by keyboard: a question first, then every tab and device shows the form', async (t) => {
  const [ana, phone, bo] = [await profile(t, browser, server), await profile(t, browser, server), await profile(t, browser, server)];
  const page = await ana.signUp('s12-ana', 'at my desk');
  const tab = await ana.open();
  await phone.context.addCookies(await ana.context.cookies());
  const other = await phone.open();
  const viewer = await bo.signUp('s12-bo', 'watching');
  for (const each of [tab, other, viewer]) await shows(each, 's12-ana', 'at my desk');
  await (await openEditor(other)).fill('half typed');

  await page.bringToFront();
  await page.getByTestId('account').focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  assert.equal(await focused(page), 'sign-out-everywhere');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Sign out everywhere?' });
  await dialog.waitFor();
  assert.match(await dialog.textContent(), /every browser and device/i);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  assert.equal(await focused(page), 'account', 'the focus is back where it came from');
  assert.equal(ana.requested('POST /api/me/'), 0);

  await page.getByTestId('account').click();
  await page.getByTestId('sign-out-everywhere').click();
  await page.getByTestId('confirm-yes').click();
  await gone(viewer, 's12-ana', 2_000);
  assert.match(await page.getByTestId('notice').textContent(), /signed out everywhere/);
  for (const each of [tab, other]) {
    assert.match(await each.getByTestId('notice').textContent(), /ended in another tab or on another device/);
    assert.equal(await each.getByTestId('notice').getAttribute('role'), 'alert');
  }
  assert.equal(await other.locator('[name="status"]').inputValue(), 'half typed', 'the draft is kept');
  assert.equal(await other.locator('[name="name"]').inputValue(), 's12-ana');
});

test('s12 this browser remembers its names: one click signs in again, with the status as it was', async (t) => {
  const ana = await profile(t, browser, server);
  const page = await ana.signUp('s12-back', 'as it was');
  await page.getByTestId('sign-out').click();
  const remembered = page.getByTestId('remembered');
  await remembered.waitFor();
  assert.match(await remembered.textContent(), /This browser remembers .*s12-back/);
  await remembered.getByRole('button', { name: /^Sign in as .*s12-back/ }).click();
  await shows(page, 's12-back', 'as it was');
});

test('s12 who comes back by the form and leaves the status empty keeps the one they had', async (t) => {
  const ana = await profile(t, browser, server);
  const page = await ana.signUp('s12-empty', 'as it was');
  await page.getByTestId('sign-out').click();
  await page.getByTestId('remembered').waitFor();
  await fillSignUp(page, 's12-empty', '');
  await shows(page, 's12-empty', 'as it was');
});

test('s9 s12 a remembered name does not take over another session without being asked to', async (t) => {
  const ana = await profile(t, browser, server);
  const page = await ana.signUp('s9-first', 'first');
  await page.getByTestId('sign-out').click();
  await page.getByTestId('remembered').waitFor();
  const tab = await ana.open();
  await fillSignUp(tab, 's9-second', 'second');
  await shows(tab, 's9-second', 'second');
  await page.getByTestId('sign-in-as').click();
  const error = page.locator('[data-field="remembered"]');
  await error.waitFor();
  assert.match(await error.textContent(), /already signed in under another name/);
  await page.getByTestId('switch').click();
  await shows(page, 's9-first', 'first');
});

test('s12 c5 after a session that ended elsewhere one click brings the draft back into its field', async (t) => {
  const ana = await profile(t, browser, server);
  const page = await ana.signUp('s12-draft', 'as it was');
  await (await openEditor(page)).fill('half typed');
  await (await ana.jar()).post('/logout');
  await page.getByTestId('remembered').getByTestId('sign-in-as').click();
  await shows(page, 's12-draft', 'as it was');
  assert.equal(await page.getByTestId('my-status').inputValue(), 'half typed');
});

test('s12 c5 after a session that ended elsewhere the form saves the draft', async (t) => {
  const ana = await profile(t, browser, server);
  const page = await ana.signUp('s12-form', 'as it was');
  await (await openEditor(page)).fill('half typed');
  await (await ana.jar()).post('/logout');
  await page.getByTestId('notice').waitFor();
  await page.locator('[name="status"]').fill('finished');
  await page.getByTestId('join').click();
  await shows(page, 's12-form', 'finished');
  assert.equal(await ownStatus(page), 'finished');
  assert.equal(await page.getByTestId('my-status').count(), 0, 'no draft is left over');
});

test('s12 forgetting this browser while signed in: the session goes on, the name is not offered again', async (t) => {
  const ana = await profile(t, browser, server);
  const page = await ana.signUp('s12-forget', 'here');
  await page.getByTestId('account').click();
  await page.getByTestId('forget-device').click();
  const dialog = page.getByRole('dialog', { name: 'Forget this browser?' });
  assert.match(await dialog.textContent(), /stranger/);
  await page.getByTestId('confirm-yes').click();
  await until(async () => /no longer remembers/.test(await page.getByTestId('account-note').textContent()), 'the outcome');
  assert.equal(await focused(page), 'account', 'the focus is back where the menu was opened');
  await page.reload();
  await shows(page, 's12-forget', 'here');
  await page.getByTestId('sign-out').click();
  await page.getByTestId('notice').waitFor();
  assert.equal(await page.getByTestId('remembered').count(), 0);
  await fillSignUp(page, 's12-forget', 'again');
  const error = page.getByTestId('error');
  await error.waitFor();
  assert.match(await error.textContent(), /in use here/);
});

test('s12 forgetting this browser at the form: said, focused, and final', async (t) => {
  const ana = await profile(t, browser, server);
  const page = await ana.signUp('s12-form-forget', 'here');
  await page.getByTestId('sign-out').click();
  await page.getByTestId('remembered').getByTestId('forget-device').click();
  const focus = await focusAsItAppears(page, 'forgotten');
  await page.getByTestId('confirm-yes').click();
  assert.equal(await focus(), 'forgotten');
  await page.reload();
  await page.getByTestId('sign-up').waitFor();
  assert.equal(await page.getByTestId('remembered').count(), 0);
});

/** Watches from now on; the answer tells what has the focus in the very moment in which `testId` comes. */
async function focusAsItAppears(page, testId) {
  const seen = await page.evaluateHandle((awaited) => {
    let tell;
    const focus = new Promise((resolve) => (tell = resolve));
    const watcher = new MutationObserver(() => {
      if (document.querySelector(`[data-testid="${awaited}"]`) === null) return;
      watcher.disconnect();
      tell(document.activeElement?.dataset.testid ?? 'nothing');
    });
    watcher.observe(document.body, { childList: true, subtree: true });
    return { focus };
  }, testId);
  return () => seen.evaluate((watched) => watched.focus);
}

/** The test id of what has the focus. */
function focused(page) {
  return page.evaluate(() => document.activeElement?.dataset.testid);
}
