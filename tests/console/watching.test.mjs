// The pages that watch, in a browser: an app of any id is live, errors of no app stand apart, and a chart is read and zoomed by keyboard.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { launch, profile } from '../lib/browser.mjs';
import { openDebug, setUp } from '../lib/operator.mjs';
import { startServer } from '../lib/server.mjs';
import { connect, dial } from '../lib/socket.mjs';
import { until } from '../lib/wait.mjs';

const SHOP = { id: 'my shop: café=1', name: 'Shop', keys: [{ key: 'shop-key', secret: 'shop-secret' }] };
const PATH = `/console/apps/${encodeURIComponent(SHOP.id)}`;
const browser = await launch(after);

async function operatorOf(t, server) {
  const person = await profile(t, browser, server, { bypassCSP: true });
  const page = await person.open('/console');
  await setUp(page, server);
  return page;
}

test('the debug console of an app whose id has spaces shows what happens', async (t) => {
  const server = await startServer(t, { config: { apps: [SHOP] } });
  const page = await operatorOf(t, server);
  await openDebug(page, SHOP.id, 'type:connection');
  await until(async () => {
    await connect(server, { app: SHOP });
    return (await page.getByTestId('events').getByTestId('row').count()) > 0;
  }, 'a connection to be shown');
});

test('an error of no app is on the page of all apps, and in no number', async (t) => {
  const server = await startServer(t, { config: { apps: [SHOP] } });
  const page = await operatorOf(t, server);
  await dial(server, { key: 'nobody-has-this' }).closed();
  await page.goto('/console/apps');
  const apart = page.getByTestId('errors-of-no-app');
  await apart.locator('summary').first().click();
  await apart.getByTestId('error-group').first().waitFor();
  assert.equal(await page.locator('[data-testid=health][data-state=troubled]').count(), 0);
  await page.goto(`${PATH}/errors`);
  await page.getByText('No errors').waitFor();
  assert.equal(await page.getByTestId('error-group').count(), 0);
});

test('a chart is read and zoomed by keyboard', async (t) => {
  const server = await startServer(t, { config: { apps: [SHOP] } });
  const page = await operatorOf(t, server);
  await connect(server, { app: SHOP });
  await page.goto(`${PATH}/stats?range=15m`);
  const plot = page.getByTestId('plot').first();
  await plot.waitFor({ timeout: 40_000 });
  await plot.focus();
  const said = () => plot.getAttribute('aria-valuetext');
  const span = async () => Number(await plot.getAttribute('aria-valuemax')) - Number(await plot.getAttribute('aria-valuemin'));
  const [newest, whole] = [await said(), await span()];
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  assert.notEqual(await said(), newest);
  await page.keyboard.press('+');
  await page.getByTestId('zoom-out').waitFor();
  assert.ok((await span()) <= whole / 2, `${await span()} of ${whole}`);
  assert.equal(await plot.evaluate((element) => getComputedStyle(element).outlineStyle), 'solid', 'the focus is visible');
  await page.keyboard.press('Escape');
  await page.getByTestId('zoom-out').waitFor({ state: 'detached' });
  assert.equal(await span(), whole);
});
