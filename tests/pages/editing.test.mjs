// Editing one's own status in a browser: docs/status.md rows C4 to C6, C9, C11, S6, S7, A3.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { changeStatus, gone, launch, profile, row, saveState, saved, shows } from '../lib/browser.mjs';
import { arrive, enterLobby, startStatusServer } from '../lib/lobby.mjs';
import { Jar } from '../lib/jar.mjs';
import { LOBBY } from '../lib/apps.mjs';
import { until } from '../lib/wait.mjs';

const server = await startStatusServer({ after });
const browser = await launch(after);

/** The cookies of a browser profile as a jar, to act as the same person from outside. */
async function jarOf(person) {
  const jar = new Jar(server);
  for (const { name, value } of await person.context.cookies()) jar.cookies.set(name, value);
  return jar;
}

test('c9 leaving the field, or Enter, without a change sends nothing', async (t) => {
  const ana = await profile(t, browser, server);
  const page = await ana.signUp('c9-ana', 'steady');
  const field = page.getByTestId('my-status');
  for (let round = 0; round < 3; round++) {
    await field.focus();
    await field.blur();
    await field.press('Enter');
  }
  await field.fill('steady');
  await field.press('Enter');
  await field.fill('  steady ');
  await field.blur();
  await changeStatus(page, 'changed');
  await saved(page);
  assert.equal(ana.requested('PUT /api/me/status'), 1);
});

test('c4 a view never writes: not on joins, leaves, or changes made elsewhere', async (t) => {
  const ana = await profile(t, browser, server);
  const page = await ana.signUp('c4-ana', 'old text');
  const field = page.getByTestId('my-status');
  await field.focus();
  const jar = await jarOf(ana);
  await jar.setStatus('changed elsewhere');
  await until(async () => (await field.inputValue()) === 'changed elsewhere', 'the field to follow');
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
  const field = page.getByTestId('my-status');
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
  await field.focus();
  await field.press('Escape');
  assert.equal(await field.inputValue(), 'known');
  assert.equal(ana.requested('PUT '), 0);

  await field.pressSequentially(' and more');
  await field.press('Enter');
  await shows(page, 'c5-ana', await field.inputValue());
  await saved(page);
  assert.equal(ana.requested('PUT '), 1);
  await page.reload();
  assert.notEqual(await field.inputValue(), 'half typed');
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
    await until(async () => (await each.getByTestId('my-status').inputValue()) === 'everywhere', 'the field to agree');
  }
});

test('c11 two tabs that race end with the same status, and so does everybody', async (t) => {
  const [ana, bo] = [await profile(t, browser, server), await profile(t, browser, server)];
  const tabs = [await ana.signUp('c11-ana', 'first'), await ana.open()];
  const viewer = await bo.signUp('c11-bo', 'watching');
  await shows(tabs[1], 'c11-ana', 'first');
  await Promise.all(tabs.map((tab, index) => changeStatus(tab, `from tab ${index}`)));
  const jar = await jarOf(ana);
  for (const tab of tabs) await until(async () => (await saveState(tab)) !== 'saving', 'both saves to end');
  const { status } = (await jar.get('/api/session')).json.user;
  assert.match(status, /^from tab [01]$/);
  for (const page of [...tabs, viewer]) await shows(page, 'c11-ana', status);
  for (const tab of tabs) {
    await until(async () => (await tab.getByTestId('my-status').inputValue()) === status, 'the field to agree');
  }
});

test('a3 the field is labelled, described and counted, works by keyboard, and its targets are 44 px', async (t) => {
  const ana = await profile(t, browser, server);
  const page = await ana.signUp('a3-ana', 'first');
  const field = page.getByRole('textbox', { name: 'Your status' });
  assert.equal(await field.count(), 1);
  const described = (await field.getAttribute('aria-describedby')).split(' ');
  for (const id of described) assert.notEqual((await page.locator(`[id="${id}"]`).textContent()).trim(), '');
  await field.fill('é👩‍👩‍👧‍👦');
  assert.match(await page.getByTestId('counter').textContent(), /2\s*\/\s*140/);
  await field.press('Escape');
  assert.equal(await field.inputValue(), 'first');
  await field.fill('by keyboard');
  await field.press('Enter');
  await shows(page, 'a3-ana', 'by keyboard');
  for (const target of [field, page.getByTestId('sign-out')]) {
    const box = await target.boundingBox();
    assert.ok(box.height >= 44 && box.width >= 44, JSON.stringify(box));
  }
  await field.focus();
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  await page.getByTestId('sign-up').waitFor();
});

test('a3 a status that is too long is refused beside the field, with the text kept', async (t) => {
  const ana = await profile(t, browser, server);
  const page = await ana.signUp('a3-long', 'first');
  const field = page.getByTestId('my-status');
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

test('s6 s7 what is pasted or typed is text and one line', async (t) => {
  const [ana, bo] = [await profile(t, browser, server), await profile(t, browser, server)];
  const page = await ana.signUp('s7-ana', 'first');
  const viewer = await bo.signUp('{{status}}', "cost $' and $& done");
  await shows(page, '{{status}}', "cost $' and $& done");
  for (const text of ['<b>bold</b> & "quoted"', "$& $' {{status}}"]) {
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
