// The stock client in a real browser, on a page of another origin, over the HTTP transports:
// docs/protocol.md 5.6 to 5.9, appendix A items 130 and 133.

import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { after, test } from 'node:test';
import { LIVELY, MAIN, keyOf } from '../lib/apps.mjs';
import { call } from '../lib/api.mjs';
import { launch } from '../lib/browser.mjs';
import { clientOptions } from '../lib/pusher.mjs';
import { startProtocolServer } from '../lib/protocol.mjs';
import { until } from '../lib/wait.mjs';

const PUSHER_JS = fileURLToPath(new URL('../node_modules/pusher-js/dist/web/pusher.js', import.meta.url));
const server = await startProtocolServer(after);
const browser = await launch(after);

/** 5 MB, in events of less than 10 KB and batches of ten. */
const EVENTS = 580;
const FILLING = 'x'.repeat(9_050);
/** What may be on its way: far below what a session may be owed, which counts while the client rotates. */
const WINDOW = 40;
/** UTF-16 units after which pusher-js asks anew. */
const ROTATION = 262_144;

test('p132 p133 5 MB on one stream arrive complete and in order, while the client attaches again and again', async (t) => {
  const { page, requests } = await connected(t, MAIN, 'xhr_streaming');
  await page.evaluate(() => {
    window.numbers = [];
    return new Promise((resolve) => {
      const channel = window.client.subscribe('p133');
      channel.bind('block', (data) => window.numbers.push(data.number));
      channel.bind('pusher:subscription_succeeded', resolve);
    });
  });
  for (let first = 0; first < EVENTS; first += 10) {
    await until(() => page.evaluate((most) => window.numbers.length >= most, first - WINDOW), `event ${first - WINDOW}`);
    const batch = Array.from({ length: 10 }, (_, at) => ({ name: 'block', channel: 'p133', data: JSON.stringify({ number: first + at, filling: FILLING }) }));
    assert.equal((await call(server, MAIN, 'POST', '/batch_events', { body: JSON.stringify({ batch }) })).status, 200);
  }
  await until(() => page.evaluate((all) => window.numbers.length >= all, EVENTS), 'all of it');
  assert.deepEqual(await page.evaluate(() => window.numbers), Array.from({ length: EVENTS }, (_, number) => number));
  await stayed(page);
  const attached = requests('/xhr_streaming').length;
  t.diagnostic(`${EVENTS} events of ${FILLING.length} bytes over ${attached} receive requests of one session`);
  assert.ok(attached > (EVENTS * FILLING.length) / (2 * ROTATION) && new Set(requests('/xhr_streaming')).size === 1, `${attached} receive requests`);
});

// The app asks after 1 s of silence instead of 30 s, so twelve times are six minutes.
for (const [transport, path] of [['xhr_streaming', '/xhr_send'], ['xhr_polling', '/xhr']]) {
  test(`p130 p132 an idle client stays connected over ${transport}`, async (t) => {
    const { page, requests } = await connected(t, LIVELY, transport, { activityTimeout: 10_000, pongTimeout: 2_000 });
    const before = requests(path).length;
    await until(() => requests(path).length >= before + 12, 'twelve signs of life', 60_000);
    await stayed(page);
  });
}

/** A page with a client that is connected; `requests(path)` are the URLs of its requests so far that end so. */
async function connected(t, app, transport, more = {}) {
  const context = await browser.newContext({ bypassCSP: true });
  t.after(() => context.close());
  const page = await context.newPage();
  const seen = [];
  page.on('request', (request) => request.method() === 'POST' && seen.push(new URL(request.url()).pathname));
  // Another host name is another origin: every request is asked for first.
  await page.goto(`http://localhost:${server.port}/up`);
  await page.addScriptTag({ path: PUSHER_JS });
  const options = { ...clientOptions(server), ...more, enabledTransports: [transport] };
  await page.evaluate(connect, { key: keyOf(app).key, options });
  return { page, requests: (end) => seen.filter((path) => path.endsWith(end)) };
}

/** In the page: resolves once it is connected, and notes every state after that. */
function connect({ key, options }) {
  window.client = new window.Pusher(key, options);
  window.states = [];
  return new Promise((resolve) => {
    window.client.connection.bind('connected', () => {
      window.socket = window.client.connection.socket_id;
      window.client.connection.bind('state_change', ({ current }) => window.states.push(current));
      resolve();
    });
  });
}

async function stayed(page) {
  assert.deepEqual(await page.evaluate(() => window.states), []);
  assert.equal(await page.evaluate(() => window.client.connection.socket_id === window.socket), true);
}
