// Every page of the console on a real server: it loads, shows no error, asks nobody else, and axe finds nothing at 320 px and on a desktop, dark and light.

import { after, test } from 'node:test';
import { launch, profile } from '../lib/browser.mjs';
import { checkInEachLook, LOOKED_AT, walkPages } from '../lib/console-pages.mjs';
import { startServer } from '../lib/server.mjs';

const browser = await launch(after);

test('every page loads and is as it should be, wide and narrow, light and dark', async (t) => {
  const server = await startServer(t);
  const person = await profile(t, browser, server, LOOKED_AT);
  await walkPages((job) => t.after(job), person, server, checkInEachLook);
});
