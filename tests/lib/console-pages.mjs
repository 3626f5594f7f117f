// Walks through the console, page after page, for tests that look at each: axe, sizes, pictures.

import assert from 'node:assert/strict';
import { checkAsItIs } from './access.mjs';
import { publish } from './api.mjs';
import { OPERATOR, Operator, setUp } from './operator.mjs';
import { startReceiver } from './receiver.mjs';
import { connect, dial } from './socket.mjs';
import { until } from './wait.mjs';

/** Every look that a page has. */
export const LOOKS = [320, 1280].flatMap((width) => ['light', 'dark'].map((colorScheme) => ({ width, colorScheme, name: `${width}-${colorScheme}` })));
/** What the browser's context needs: axe is put into the pages, and nothing moves while it is looked at. */
export const LOOKED_AT = { bypassCSP: true, reducedMotion: 'reduce', locale: 'en-GB' };

const OF_SERVER = ['apps', 'new-app', 'account', 'system'];
const OF_APP = ['', 'getting-started', 'keys', 'settings', 'channels', 'connections', 'presence', 'stats', 'webhooks', 'errors'];
/** Where an error is shown that was made on purpose. */
const WITH_ERROR = ['sign-in-refused', 'debug-creator'];
/** The request of a page that shows stats, and not the page. */
const STATS = /\/api\/.*\/stats\?/;
const HEIGHT = 900;

/** Calls `visit(page, look)` in each look of what is on the page. */
export async function inEachLook(page, visit) {
  for (const look of LOOKS) {
    await page.emulateMedia({ colorScheme: look.colorScheme });
    await page.setViewportSize({ width: look.width, height: HEIGHT });
    await page.evaluate(drawn);
    await visit(page, look);
  }
}

/** Finds no error on the page, nothing beside the screen, and nothing of axe's, in each look. */
export function checkInEachLook(page, name) {
  return inEachLook(page, async (_, look) => {
    const what = `${name}, ${look.name}`;
    if (!WITH_ERROR.includes(name)) assert.deepEqual(await page.getByTestId('error').allTextContents(), [], what);
    const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(tooWide <= 0, `${what}: ${tooWide} px too wide`);
    await checkAsItIs(page, what);
  });
}

/** Resolves in the page once it is drawn as it is now: what lists and charts measure, they draw a frame later. */
function drawn() {
  return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done))));
}

/** Brings `person`, who has never been here, from the first start through every page, and calls `visit(page, name)` at each. */
export async function walkPages(after, person, server, visit) {
  const page = await person.open('/console');
  await page.getByTestId('set-up').waitFor();
  await visit(page, 'set-up');
  await setUp(page, server);
  await signIn(page, person, visit);
  const shop = await openShop(after, await Operator.of(person), server);
  await page.route(STATS, fillStats);
  for (const path of OF_SERVER) await visitPage(page, `/console/${path}`, path, visit);
  for (const path of OF_APP) await visitPage(page, shop.path(path), path || 'overview', visit);
  await debug(page, shop, visit);
}

/** The same with what opens on pages and over them, and an app that is gone at the end. */
export async function walkOpenings(after, person, server, visit) {
  const page = await person.open('/console');
  await setUp(page, server);
  const operator = await Operator.of(person);
  const shop = await openShop(after, operator, server);
  await page.route(STATS, fillStats);
  await debugOpenings(page, shop, visit);
  await details(page, shop, visit);
  await overlays(page, shop, visit);
  await gone(page, operator, shop, visit);
}

async function signIn(page, person, visit) {
  const cookies = await person.context.cookies();
  await person.context.clearCookies();
  await page.goto('/console');
  await page.getByTestId('sign-in').waitFor();
  await visit(page, 'sign-in');
  await page.locator('[name=name]').fill(OPERATOR.name);
  await page.locator('[name=password]').fill('not the password');
  await page.getByTestId('sign-in-button').click();
  await page.getByTestId('error').waitFor();
  await visit(page, 'sign-in-refused');
  await person.context.addCookies(cookies);
}

async function visitPage(page, path, name, visit) {
  await page.goto(path);
  await page.locator('h1').waitFor();
  await page.waitForLoadState('networkidle');
  await visit(page, name);
}

/** The debug console before anything happens, and then. */
async function debug(page, shop, visit) {
  await visitPage(page, shop.path('debug'), 'debug-empty', visit);
  await watchTrade(page, shop);
  await visit(page, 'debug');
}

/** Has something happen while the debug console is open, and returns the row of its error. */
async function watchTrade(page, shop) {
  await until(async () => (await page.getByTestId('live-state').getAttribute('data-state')) === 'live', 'the debug console to be live');
  await shop.trade();
  const error = page.getByTestId('events').getByTestId('row').filter({ has: page.locator('.type-error') }).first();
  await error.waitFor();
  return error;
}

async function debugOpenings(page, shop, visit) {
  await page.goto(shop.path('debug'));
  const error = await watchTrade(page, shop);
  await error.click();
  await page.getByTestId('details').waitFor();
  await visit(page, 'debug-error');
  await error.click();
  const creator = page.getByTestId('creator');
  await creator.locator('summary').first().click();
  await creator.locator('[name=channel]').fill('presence-room');
  await creator.locator('[name=event]').fill('client-wave');
  await creator.locator('[name=data]').fill('{"text": "Hello", }');
  await creator.getByTestId('toggle-as-user').click();
  await creator.getByTestId('impersonation').waitFor();
  await visit(page, 'debug-creator');
}

/** What opens on pages, those of an app first. */
async function details(page, shop, visit) {
  await visitPage(page, shop.path('channels?channel=presence-room'), 'channel', visit);
  await visitPage(page, shop.path(`connections?socket=${shop.socket.id}`), 'connection', visit);
  await visitPage(page, shop.path('stats?view=table&range=15m'), 'stats-tables', visit);
  await page.goto(shop.path('presence'));
  await page.getByTestId('members').last().getByTestId('row').first().click();
  await page.getByTestId('why').waitFor();
  await visit(page, 'presence-why');
  await page.goto(shop.path('webhooks'));
  await page.getByTestId('deliveries').getByTestId('row').first().click();
  await page.getByTestId('send-test-webhook').click();
  await page.getByTestId('test-result').filter({ hasText: /\w/ }).waitFor();
  await visit(page, 'webhooks-delivery');
  await page.goto(shop.path('settings'));
  await page.getByTestId('toggle-client_events').click();
  await page.getByTestId('save').waitFor();
  await visit(page, 'settings-changed');
  await page.getByTestId('nav-debug').click();
  await page.getByTestId('confirm').waitFor();
  await visit(page, 'settings-leaving');
  await page.getByTestId('confirm-no').click();
  await page.getByTestId('discard').click();
  await page.goto(shop.path('getting-started?front=private&back=rust'));
  await page.getByTestId('client-events-off').waitFor();
  await visit(page, 'getting-started-private');
  await page.goto('/console/apps');
  await page.getByTestId('errors-of-no-app').locator('summary').first().click();
  await visit(page, 'apps-errors-of-no-app');
}

/** What lies over a page. */
async function overlays(page, shop, visit) {
  await page.goto(shop.path(''));
  await page.locator('h1').waitFor();
  await page.keyboard.press('Control+k');
  await page.getByTestId('palette').waitFor();
  await visit(page, 'palette');
  await page.keyboard.press('Escape');
  await page.getByTestId('account').click();
  await visit(page, 'account-menu');
  await page.getByTestId('help-open').click();
  await page.getByTestId('help').waitFor();
  await visit(page, 'help');
  await page.keyboard.press('Escape');
  await page.getByTestId('switcher').click();
  await visit(page, 'app-menu');
  await page.setViewportSize({ width: 320, height: HEIGHT });
  await page.keyboard.press('Escape');
  await page.getByTestId('menu').click();
  await page.getByTestId('navigation').waitFor();
  await visit(page, 'menu');
  await page.goto('/console/apps');
  await page.getByTestId(`delete-${shop.app.id}`).click();
  await page.getByTestId('confirm').waitFor();
  await visit(page, 'confirm');
}

/** What stands where an app was. */
async function gone(page, operator, shop, visit) {
  const { status, text } = await operator.ask('DELETE', `apps/${shop.app.id}`, { confirm: shop.app.name });
  assert.equal(status, 200, text);
  await page.goto(shop.path(''));
  await page.getByTestId('app-gone').waitFor();
  await visit(page, 'app-gone');
}

/** An app with people, channels, events, webhooks of which one endpoint fails, and errors. */
async function openShop(after, operator, server) {
  const [hooks, deaf] = [await startReceiver(after), await startReceiver(after, () => 500)];
  const settings = { webhooks: [{ url: hooks.url }, { url: deaf.url }], 'presence.grace_seconds': 120 };
  const app = await operator.newApp('Shop', settings);
  const guests = [];
  for (const name of ['Ana', 'Bo', 'Minh']) guests.push(await newGuest(after, server, app, name));
  const shop = { app, socket: guests[0], path: (page) => `/console/apps/${app.id}${page === '' ? '' : `/${page}`}`, trade };
  await shop.trade();
  guests[2].drop();
  await until(async () => (await operator.get(`apps/${app.id}/errors`)).errors.length > 0, 'the error to be recorded');
  await dial(server, { key: 'nobody-has-this' }).closed();
  await until(async () => (await operator.get('errors')).errors.length > 0, 'the error of no app to be recorded');
  await hooks.heard({ name: 'channel_occupied', channel: 'news' });
  return shop;

  async function trade() {
    for (const text of ['Hello', 'Half price until noon']) await publish(server, app, 'news', 'headline', JSON.stringify({ text }));
    await publish(server, app, 'private-orders', 'paid', '{"order":4711,"total":"12.50"}');
    guests[0].send('client-wave', { to: 'everybody' }, 'presence-room');
    await guests[0].take('pusher:error');
  }
}

async function newGuest(after, server, app, name) {
  const socket = await connect(server, { app });
  after(() => socket.drop());
  for (const channel of ['news', 'cache-prices', 'private-orders']) await socket.subscribe(channel);
  await socket.join('presence-room', name.toLowerCase(), { name });
  return socket;
}

/** Answers as the server does, with a busy day in place of the minute for which it has run: a start, a gap, a lull, waves. */
async function fillStats(route) {
  const response = await route.fetch();
  const stats = await response.json();
  const { length } = stats.points;
  stats.points = stats.points.map((_, index) => pointOf(index / length, stats.from + index * stats.step_seconds * 1_000));
  await route.fulfill({ response, json: stats });
}

/** The point at `part` (0 to 1) of the range; null is a gap. */
function pointOf(part, at) {
  if (part < 0.1 || (part > 0.45 && part < 0.5)) return null;
  const busy = part > 0.7 && part < 0.8 ? 0 : Math.round(60 + 40 * Math.sin(part * 25) + 15 * Math.sin(part * 160));
  return {
    at,
    ...{ connections_now: busy, connections_peak: Math.round(busy * 1.2), members: busy >> 1, presence_events: busy >> 2 },
    ...{ published: busy * 3, client_events: busy, messages_in: busy * 4, api_calls: busy * 3, deliveries: busy * 180 },
    ...{ bytes_in: busy * 900, bytes_out: busy * 52_000, webhooks_sent: busy >> 3, webhooks_failed: part > 0.85 && part < 0.9 ? 4 : 0 },
    errors_by_code: part > 0.5 && part < 0.6 ? { 4301: busy >> 3, none: busy >> 4 } : {},
    latency_ms: busy === 0 ? null : { p50: 0.4 + busy / 400, p95: 1.5 + busy / 60, p99: 2.5 + busy / 25 },
  };
}
