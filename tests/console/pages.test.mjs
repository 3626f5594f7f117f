// Every page of the console on a real server: it loads, shows no error, asks nobody else, and axe finds nothing at 320 px and on a desktop, dark and light.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { trigger } from '../lib/api.mjs';
import { checkAsItIs } from '../lib/access.mjs';
import { launch, profile } from '../lib/browser.mjs';
import { Operator, setUp } from '../lib/operator.mjs';
import { startServer } from '../lib/server.mjs';
import { connect } from '../lib/socket.mjs';
import { until } from '../lib/wait.mjs';

const PICTURES = fileURLToPath(new URL('../../target/screenshots/console/', import.meta.url));
const PAGES = ['', 'getting-started', 'keys', 'settings', 'debug', 'channels', 'connections', 'presence', 'stats', 'webhooks', 'errors'];
const browser = await launch(after);

test('every page loads and is as it should be, wide and narrow, light and dark', async (t) => {
  const server = await startServer(t);
  const person = await profile(t, browser, server, { bypassCSP: true, reducedMotion: 'reduce' });
  const page = await person.open('/console');
  await setUp(page, server);
  const operator = new Operator(server);
  operator.cookie = (await person.context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
  const id = await busyApp(server, operator);
  mkdirSync(PICTURES, { recursive: true });
  for (const path of ['/console/apps', '/console/new-app', '/console/account', '/console/system', ...PAGES.map((name) => `/console/apps/${id}/${name}`)]) {
    await page.goto(path);
    await page.locator('h1').waitFor();
    await page.waitForLoadState('networkidle');
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      for (const width of [320, 1280]) {
        await page.setViewportSize({ width, height: 900 });
        assert.equal(await page.getByTestId('error').count(), 0, `${path}: ${await page.locator('main').textContent()}`);
        const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        assert.ok(tooWide <= 0, `${path} is ${tooWide} px too wide at ${width}`);
        await checkAsItIs(page, `${path}: ${colorScheme}, ${width} px`);
        await page.screenshot({ path: join(PICTURES, `${path.split('/').at(-1) || 'overview'}-${width}-${colorScheme}.png`) });
      }
    }
  }
});

/** An app with connections, a channel, somebody present, events and an error. */
async function busyApp(server, operator) {
  const made = (await operator.ask('POST', 'apps', { name: 'Shop' })).json.app;
  const { json } = await operator.ask('POST', `apps/${made.id}/keys/${made.keys[0].key}/reveal`);
  const app = { id: made.id, keys: [{ key: made.keys[0].key, secret: json.secret }] };
  await operator.change(app.id, { webhooks: [{ url: 'http://127.0.0.1:9/hook' }] });
  const publish = () => trigger(server, app, { name: 'headline', channel: 'news', data: '{"text":"Hello"}' });
  await until(async () => (await publish()).status === 200, 'the app to be served');
  const socket = await connect(server, { app });
  await socket.subscribe('news');
  await socket.join('presence-room', 'ana', { name: 'Ana' });
  socket.send({ event: 'client-hello', channel: 'presence-room', data: {} });
  await socket.expect('pusher:error');
  await until(async () => (await operator.get(`apps/${app.id}/errors`)).errors.length > 0, 'the error to be recorded');
  return app.id;
}
