// A new operator, from the one-time code to a page of their own that works, and finds out on the way why it did not.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { launch, profile } from '../lib/browser.mjs';
import { openDebug, setUp, ticked } from '../lib/operator.mjs';
import { startServer } from '../lib/server.mjs';
import { CLIPBOARD, copied, openPrograms, serveProgram } from '../lib/snippets.mjs';
import { until } from '../lib/wait.mjs';

const browser = await launch(after);

test('from the one-time code to a client event that arrives, with an error and its button in between', async (t) => {
  const server = await startServer(t);
  const operator = await profile(t, browser, server, CLIPBOARD);
  const page = await operator.open('/console');
  await setUp(page, server);

  const wizard = page.getByTestId('new-app-form');
  await wizard.locator('[name=name]').fill('My app');
  await wizard.locator('[name=front][value=vanilla]').check();
  await page.getByTestId('create-app').click();
  await page.waitForURL(/getting-started/);
  const id = new URL(page.url()).pathname.split('/')[3];

  // The page's own button, before there is any program, and with what it suggests.
  await page.getByTestId('listen').click();
  await until(async () => (await page.getByTestId('receiver-state').getAttribute('data-state')) === 'listening', 'the receiver to listen');
  await page.getByTestId('send-test-event').click();
  await page.getByTestId('received').getByText('{"message":"Hello from the console"}').waitFor();
  await page.getByTestId('sent').filter({ hasText: /\w/ }).waitFor();
  for (const what of ['connection', 'subscription', 'event']) await ticked(page, what);

  // What the page shows is pasted as it is.
  await openPrograms(page, id, { front: 'private' });
  const site = await serveProgram(t, {
    'index.html': await copied(page, 'index.html'),
    'server.mjs': await copied(page, 'server.mjs'),
  });
  const visitor = await browser.newContext({ baseURL: site });
  t.after(() => visitor.close());
  const [one, two] = [await visitor.newPage(), await visitor.newPage()];
  for (const each of [one, two]) {
    await each.goto('/');
    await each.getByText('subscribed to private-my-channel').waitFor();
  }
  await ticked(page, 'presence');

  // Client events are off, so it fails, and the debug console says why and offers the cure.
  await openDebug(page, id, 'type:error');
  const failed = page.getByTestId('events').getByTestId('row').first();
  await until(async () => {
    await one.locator('#hello').click();
    return (await failed.count()) > 0;
  }, 'the error to be shown');
  await failed.click();
  await page.getByTestId('fix-client_events').first().click();
  await page.getByTestId('confirm-yes').click();
  await page.getByTestId('toast').first().waitFor();

  // The same page, without reconnecting: the next one arrives.
  await until(async () => {
    await one.locator('#hello').click();
    return (await two.getByText('Hello from another page').count()) > 0;
  }, 'a client event to arrive');
  assert.equal(await one.locator('#state').textContent(), 'connected');
});
