// What is gone looks gone: an app that was deleted elsewhere, a channel that is none, a connection that has ended.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { launch } from '../lib/browser.mjs';
import { beginWithApp } from '../lib/operator.mjs';
import { connect } from '../lib/socket.mjs';

const browser = await launch(after);

test('every page of an app that was deleted elsewhere says so', async (t) => {
  const { person, page, operator, app, path } = await beginWithApp(t, browser);
  const tabs = [];
  for (const name of ['', '/debug', '/keys', '/channels']) {
    const tab = await person.open(path + name);
    await tab.getByTestId('navigation').getByText('Shop').waitFor();
    tabs.push(tab);
  }
  assert.equal((await operator.ask('DELETE', `apps/${app.id}`, { confirm: app.name })).status, 200);
  for (const tab of tabs) {
    await tab.getByTestId('app-gone').waitFor();
    assert.deepEqual(await tab.getByTestId('error').or(tab.getByTestId('live-state')).allTextContents(), []);
  }
  await page.goto(`${path}/settings`);
  await page.getByTestId('app-gone').getByRole('link').click();
  await page.getByTestId('cards').waitFor();
});

test('a channel that is none says so, until somebody is subscribed', async (t) => {
  const { server, page, app, path } = await beginWithApp(t, browser);
  await page.goto(`${path}/channels?channel=nope`);
  await page.getByTestId('unknown-channel').waitFor();
  assert.equal(await page.getByTestId('subscribers').count(), 0);
  const guest = await connect(server, { app });
  t.after(() => guest.drop());
  await guest.subscribe('nope');
  await page.getByTestId('subscribers').waitFor();
  assert.equal(await page.getByTestId('unknown-channel').count(), 0);
});

test('a connection that was closed here has no buttons any more, and keeps what was known of it', async (t) => {
  const { server, page, app, path } = await beginWithApp(t, browser);
  const guest = await connect(server, { app });
  t.after(() => guest.drop());
  await guest.subscribe('news');
  await page.goto(`${path}/connections?socket=${guest.id}`);
  await page.getByTestId('disconnect').click();
  await page.getByTestId('confirm-yes').click();
  await page.getByTestId('ended').waitFor();
  for (const button of ['disconnect', 'disconnect-for-good', 'error']) assert.equal(await page.getByTestId(button).count(), 0, button);
  await page.getByTestId('subscriptions').getByText('news').waitFor();
  await page.waitForFunction(() => document.activeElement?.localName === 'h1');
  await page.reload();
  await page.getByTestId('ended').waitFor();
  assert.equal(await page.getByTestId('subscriptions').count(), 0);
});
