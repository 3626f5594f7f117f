// Three people and a fresh server: what Rollcall is for, from end to end, in a real browser.

import { after, test } from 'node:test';
import { launch, profile } from '../lib/browser.mjs';
import { outlivesCrash, threePeople } from '../lib/scenario.mjs';
import { startServer } from '../lib/server.mjs';

const server = await startServer({ after });
const browser = await launch(after);

test('c1 c2 c6 c12 s1 r10 three profiles sign up, see each other, change, refresh, open tabs and leave', async (t) => {
  await threePeople(t, [await profile(t, browser, server), await profile(t, browser, server), await profile(t, browser, server)]);
});

test('s11 SIGKILL, start, reload: still signed in, same status', async (t) => {
  await outlivesCrash(await profile(t, browser, server), server);
});
