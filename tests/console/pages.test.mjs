// Every page of the console on a real server: it loads, shows no error, asks nobody else, and axe finds nothing at 320 px and on a desktop, dark and light.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { checkAsItIs } from '../lib/access.mjs';
import { launch, profile } from '../lib/browser.mjs';
import { inEachLook, LOOKED_AT, walkConsole } from '../lib/console-pages.mjs';
import { startServer } from '../lib/server.mjs';

/** Where there is an error to be seen, made on purpose. */
const WITH_ERROR = ['sign-in-refused', 'debug-creator'];
const browser = await launch(after);

test('every page loads and is as it should be, wide and narrow, light and dark', async (t) => {
  const server = await startServer(t);
  const person = await profile(t, browser, server, LOOKED_AT);
  await walkConsole((job) => t.after(job), person, server, (page, name) => inEachLook(page, (_, look) => check(page, name, look)));
});

async function check(page, name, look) {
  const what = `${name}, ${look.name}`;
  if (!WITH_ERROR.includes(name)) assert.equal(await page.getByTestId('error').count(), 0, `${what}: ${await page.locator('main').textContent()}`);
  const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(tooWide <= 0, `${what}: ${tooWide} px too wide`);
  await checkAsItIs(page, what);
}
