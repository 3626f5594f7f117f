// What opens on the pages of the console and over them, looked at as the pages themselves are.

import { after, test } from 'node:test';
import { launch, profile } from '../lib/browser.mjs';
import { checkInEachLook, LOOKED_AT, walkOpenings } from '../lib/console-pages.mjs';
import { startServer } from '../lib/server.mjs';

const browser = await launch(after);

test('what opens on a page and over it is as it should be, wide and narrow, light and dark', async (t) => {
  const server = await startServer(t);
  const person = await profile(t, browser, server, LOOKED_AT);
  await walkOpenings((job) => t.after(job), person, server, checkInEachLook);
});
