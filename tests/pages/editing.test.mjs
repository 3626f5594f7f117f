// Editing one's own status in a browser: docs/status.md rows C4 to C6, C9, C11, S6, S7, A3; section 4.2.
// What becomes of an edit when the server or the network will not have it is in saving.test.mjs.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { changeStatus, fillSignUp, gone, launch, openEditor, ownStatus, profile, row, saveState, saved, shows } from '../lib/browser.mjs';
import { arrive, enterLobby, startStatusServer } from '../lib/lobby.mjs';
import { LOBBY } from '../lib/apps.mjs';
import { until } from '../lib/wait.mjs';

const server = await startStatusServer({ after });
const browser = await launch(after);

test('c9 leaving the field, or Enter, without a change sends nothing', async (t) => {
  const ana = await profile(t, browser, server);
  const page = await ana.signUp('c9-ana', 'steady');
  for (const text of [null, 'steady', '  steady ']) {
    for (const leave of [(field) => field.blur(), (field) => field.press('Enter'), () => page.getByTestId('save').click()]) {
      const field = await openEditor(page);
      if (text !== null) await field.fill(text);
      await leave(field);
      await page.getByTestId('edit-status').waitFor();
    }
  }
  await changeStatus(page, 'changed');
  await saved(page);
  assert.equal(ana.requested('PUT /api/me/status'), 1);
});

test('c4 a view never writes: not on joins, leaves, or changes made elsewhere', async (t) => {
  const ana = await profile(t, browser, server);
  const page = await ana.signUp('c4-ana', 'old text');
  const field = await openEditor(page);
  const jar = await ana.jar();
  await jar.setStatus('changed elsewhere');
  await shows(page, 'c4-ana', 'changed elsewhere');
  assert.equal(await field.inputValue(), 'old text', 'an open field stays as it is');
  const { socket } = await arrive(server, 'c4-bo', 'passing by');
  await row(page, 'c4-bo').waitFor();
  socket.unsubscribe(LOBBY);
  await gone(page, 'c4-bo');
  await field.blur();
  await page.reload();
  await shows(page, 'c4-ana', 'changed elsewhere');
  assert.equal(ana.requested('PUT '), 0);
});

test('c5 a draft and its caret survive joins, a reconnect and a refresh; Escape restores, Enter saves', async (t) => {
  const own = await startStatusServer(t);
  const ana = await profile(t, browser, own);
  const page = await ana.signUp('c5-ana', 'known');
  const field = await openEditor(page);
  const caret = () => field.evaluate((input) => [input.selectionStart, input.selectionEnd, document.activeElement === input]);
  await field.fill('half typed');
  await field.evaluate((input) => input.setSelectionRange(2, 6));

  const { socket } = await arrive(own, 'c5-bo', 'hello');
  await row(page, 'c5-bo').waitFor();
  socket.unsubscribe(LOBBY);
  await gone(page, 'c5-bo');
  assert.equal(await field.inputValue(), 'half typed');
  assert.deepEqual(await caret(), [2, 6, true]);

  await own.restart();
  await arrive(own, 'c5-cy', 'hello');
  await row(page, 'c5-cy').waitFor();
  assert.equal(await field.inputValue(), 'half typed');
  assert.deepEqual(await caret(), [2, 6, true]);

  await page.reload();
  await shows(page, 'c5-ana', 'known');
  assert.equal(await field.inputValue(), 'half typed');
  await field.press('Escape');
  assert.equal(await ownStatus(page), 'known');
  assert.equal(ana.requested('PUT '), 0);

  await openEditor(page);
  await field.press('End');
  await field.pressSequentially(' and more');
  await field.press('Enter');
  await saved(page);
  await shows(page, 'c5-ana', 'known and more');
  assert.equal(ana.requested('PUT '), 1);
  await page.reload();
  await shows(page, 'c5-ana', 'known and more');
  assert.equal(await ownStatus(page), 'known and more');
});

test('c5 two tabs have drafts of their own; looking at another window saves nothing, another place on the page does', async (t) => {
  const ana = await profile(t, browser, server);
  const tabs = [await ana.signUp('c5-tabs', 'known'), await ana.open()];
  for (const [index, tab] of tabs.entries()) {
    await tab.bringToFront();
    await (await openEditor(tab)).fill(`draft ${index}`);
  }
  await tabs[0].bringToFront();
  for (const tab of tabs) await tab.reload();
  for (const [index, tab] of tabs.entries()) {
    assert.equal(await tab.getByTestId('my-status').inputValue(), `draft ${index}`);
  }
  assert.equal(ana.requested('PUT '), 0);
  await tabs[0].getByTestId('my-status').focus();
  await tabs[0].getByRole('heading', { level: 1 }).click();
  await saved(tabs[0]);
  await shows(tabs[1], 'c5-tabs', 'draft 0');
  assert.equal(await tabs[1].getByTestId('my-status').inputValue(), 'draft 1');
});

test('c5 a draft is its author\'s: the next person in this tab does not find it', async (t) => {
  const ana = await profile(t, browser, server);
  const page = await ana.signUp('c5-author', 'known');
  await (await openEditor(page)).fill('for my eyes');
  await page.reload();
  await page.getByTestId('my-status').waitFor();
  await ana.context.clearCookies();
  await page.reload();
  await fillSignUp(page, 'c5-other', 'hello');
  await shows(page, 'c5-other', 'hello');
  assert.equal(await ownStatus(page), 'hello');
});

test('c6 all tabs and devices show a new status, and the page reports it as saved', async (t) => {
  const [ana, device] = [await profile(t, browser, server), await profile(t, browser, server)];
  const page = await ana.signUp('c6-ana', 'first');
  const tab = await ana.open();
  await shows(tab, 'c6-ana', 'first');
  await device.context.addCookies(await ana.context.cookies());
  const other = await device.open();
  await shows(other, 'c6-ana', 'first');
  await changeStatus(tab, 'everywhere');
  await saved(tab);
  for (const each of [page, tab, other]) {
    await shows(each, 'c6-ana', 'everywhere', 1_000);
    await until(async () => (await ownStatus(each)) === 'everywhere', 'the field to agree');
  }
});

test('c11 two tabs that race end with the same status, and so does everybody', async (t) => {
  const [ana, bo] = [await profile(t, browser, server), await profile(t, browser, server)];
  const tabs = [await ana.signUp('c11-ana', 'first'), await ana.open()];
  const viewer = await bo.signUp('c11-bo', 'watching');
  await shows(tabs[1], 'c11-ana', 'first');
  await Promise.all(tabs.map((tab, index) => changeStatus(tab, `from tab ${index}`)));
  const jar = await ana.jar();
  for (const tab of tabs) await until(async () => (await saveState(tab)) !== 'saving', 'both saves to end');
  const { status } = (await jar.get('/api/session')).json.user;
  assert.match(status, /^from tab [01]$/);
  for (const page of [...tabs, viewer]) await shows(page, 'c11-ana', status);
  for (const tab of tabs) {
    await until(async () => (await ownStatus(tab)) === status, 'the field to agree');
  }
});

test('a3 the field is labelled, described and counted, works by keyboard, and its targets are 44 px', async (t) => {
  const ana = await profile(t, browser, server);
  const page = await ana.signUp('a3-ana', 'first');
  const button = page.getByRole('button', { name: 'Your status first Edit' });
  await button.focus();
  await page.keyboard.press('Enter');
  const field = page.getByRole('textbox', { name: 'Your status' });
  await field.waitFor();
  assert.ok(await field.evaluate((input) => document.activeElement === input), 'the field has the focus');
  const described = (await field.getAttribute('aria-describedby')).split(' ');
  for (const id of described) assert.notEqual((await page.locator(`[id="${id}"]`).textContent()).trim(), '');
  await field.fill('é👩‍👩‍👧‍👦');
  assert.match(await page.getByTestId('counter').textContent(), /2\s*\/\s*140/);
  await field.press('Escape');
  assert.equal(await ownStatus(page), 'first');
  assert.equal(await focused(page), 'edit-status');
  await page.keyboard.press('Enter');
  await page.keyboard.type('by keyboard');
  await page.keyboard.press('Enter');
  await shows(page, 'a3-ana', 'by keyboard');
  assert.equal(await focused(page), 'edit-status');
  const passed = [];
  while (passed.at(-1) !== 'sign-out' && passed.length < 10) {
    await page.keyboard.press('Shift+Tab');
    passed.push(await focused(page));
  }
  assert.deepEqual(passed.slice(-2), ['account', 'sign-out']);
  await page.keyboard.press('Enter');
  await page.getByTestId('sign-up').waitFor();
});

test('a3 a status that is too long is refused beside the field, with the text kept', async (t) => {
  const ana = await profile(t, browser, server);
  const page = await ana.signUp('a3-long', 'first');
  const field = await openEditor(page);
  const long = 'x'.repeat(141);
  await field.fill(long);
  await field.press('Enter');
  const error = page.getByTestId('error');
  await error.waitFor();
  assert.equal(await field.inputValue(), long);
  assert.equal(await field.getAttribute('aria-invalid'), 'true');
  assert.ok((await field.getAttribute('aria-describedby')).includes(await error.getAttribute('id')));
  await field.fill('x'.repeat(140));
  await field.press('Enter');
  await shows(page, 'a3-long', 'x'.repeat(140));
});

test('s6 rich text that is pasted goes in as plain text on one line', async (t) => {
  const ana = await profile(t, browser, server);
  const page = await ana.signUp('s6-paste', 'first');
  const field = await openEditor(page);
  await ana.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.evaluate(() => {
    const part = (type, text) => ({ [type]: new Blob([text], { type }) });
    const rich = part('text/html', '<b>bold</b><div>second line</div>');
    return navigator.clipboard.write([new ClipboardItem({ ...rich, ...part('text/plain', 'bold\nsecond line') })]);
  });
  await field.press('ControlOrMeta+V');
  const pasted = await field.inputValue();
  assert.match(pasted, /^bold ?second line$/);
  await field.press('Enter');
  await saved(page);
  await shows(page, 's6-paste', pasted);
});

test('s6 s7 what is pasted or typed is text and one line', async (t) => {
  const [ana, bo] = [await profile(t, browser, server), await profile(t, browser, server)];
  const page = await ana.signUp('s7-ana', 'first');
  const viewer = await bo.signUp('{{status}}', "cost $' and $& done");
  await shows(page, '{{status}}', "cost $' and $& done");
  for (const text of ['<b>bold</b> & "quoted"', "$& $' {{status}}", '\\u202e not a direction']) {
    await changeStatus(page, text);
    for (const each of [page, viewer]) await shows(each, 's7-ana', text);
  }
  assert.equal(await page.getByTestId('members').locator('b, i, div[onclick], img').count(), 0);
});

test('s12 signing out in one tab ends the others, which show the form', async (t) => {
  const ana = await profile(t, browser, server);
  const page = await ana.signUp('s12-page', 'x');
  const tab = await ana.open();
  await shows(tab, 's12-page', 'x');
  await tab.getByTestId('sign-out').click();
  await page.getByTestId('sign-up').waitFor();
  const { socket } = await arrive(server, 's12-watch', 'x');
  assert.ok(!socket.roster.ids.includes('s12-page'));
  assert.ok(await enterLobby(server, (await arrive(server, 's12-more', 'x')).jar));
});

/** The test id of what has the focus. */
function focused(page) {
  return page.evaluate(() => document.activeElement?.dataset.testid);
}
