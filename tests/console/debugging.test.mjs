// What an operator sees and sends in the debug console: others' texts written out, plain text sent again, refusals at their field; and what is told of webhooks.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { publish } from '../lib/api.mjs';
import { launch, profile } from '../lib/browser.mjs';
import { Operator, setUp } from '../lib/operator.mjs';
import { startServer } from '../lib/server.mjs';
import { connect } from '../lib/socket.mjs';
import { until } from '../lib/wait.mjs';

/** Nobody listens at the port for discarding. */
const APP = { id: '7', name: 'Shop', keys: [{ key: 'shop-key', secret: 'shop-secret' }], webhooks: [{ url: 'http://127.0.0.1:9/' }] };
const PATH = `/console/apps/${APP.id}`;
const browser = await launch(after);

async function operatorOf(t, server, options) {
  const person = await profile(t, browser, server, options);
  const page = await person.open('/console');
  await setUp(page, server);
  return Object.assign(page, { operator: await Operator.of(person) });
}

/** The debug console, which is told of nothing before it is live. */
async function debugging(page) {
  await page.goto(`${PATH}/debug?q=type:api_message`);
  await until(async () => (await page.getByTestId('live-state').getAttribute('data-state')) === 'live', 'the debug console to be live');
}

/** Publishes until the page shows it, and opens the row. */
async function published(page, server, name, data) {
  const row = page.getByTestId('events').getByTestId('row').first();
  await until(async () => {
    await publish(server, APP, 'news', name, data);
    return (await row.count()) > 0;
  }, 'the event to be shown');
  return row;
}

test('what turns texts round or is not seen is written out', async (t) => {
  const server = await startServer(t, { config: { apps: [APP] } });
  const page = await operatorOf(t, server);
  await debugging(page);
  const row = await published(page, server, 'ctl\u202e', 'a\u001b[31mred\u202egnp');
  const text = await row.textContent();
  assert.ok(text.includes('ctl\\u{202e}'), text);
  assert.ok(text.includes('a\\u{1b}[31mred\\u{202e}gnp'), text);
  await row.click();
  const details = await page.getByTestId('details').textContent();
  assert.ok(details.includes('"ctl\\u202e"'), details);
  assert.doesNotMatch(details + text, /[\u001b\u202e]/);
});

test('plain text is sent again as it was, and what the server refuses is told at its field', async (t) => {
  const server = await startServer(t, { config: { apps: [APP] } });
  const page = await operatorOf(t, server);
  const socket = await connect(server, { app: APP });
  await socket.subscribe('news');
  await debugging(page);
  await (await published(page, server, 'greeting', 'plain text')).click();
  await page.getByTestId('replay').click();
  const creator = page.getByTestId('creator');
  assert.equal(await creator.getByTestId('toggle-plain').getAttribute('aria-checked'), 'true');
  await creator.locator('[name=event]').fill('again');
  await creator.getByTestId('send').click();
  assert.equal((await socket.take('again')).data, 'plain text');
  await creator.locator('[name=socket]').fill('none');
  await creator.getByTestId('send').click();
  await creator.locator('[data-testid=error][data-field=socket]').waitFor();
  assert.equal(await creator.getByTestId('error').count(), 1);
});

test('a message whose data was cut says why it cannot be sent again', async (t) => {
  const server = await startServer(t, { config: { apps: [APP] } });
  const page = await operatorOf(t, server);
  await debugging(page);
  await (await published(page, server, 'long', JSON.stringify('x'.repeat(10_000)))).click();
  await page.getByTestId('no-replay').waitFor();
  assert.equal(await page.getByTestId('replay').count(), 0);
});

test('a webhook that is repeated by itself says so, and the settings name the classes', async (t) => {
  const server = await startServer(t, { config: { apps: [APP] } });
  const page = await operatorOf(t, server);
  await (await connect(server, { app: APP })).subscribe('news');
  await page.goto(`${PATH}/webhooks?state=waiting`);
  const row = page.getByTestId('deliveries').getByTestId('row').first();
  await row.click();
  await page.getByTestId('no-resend').waitFor();
  assert.equal(await page.getByTestId('resend').count(), 0);
  await page.goto(`${PATH}/settings`);
  const hint = await page.locator('#hint-webhooks').textContent();
  for (const name of ['channel_existence', 'presence', 'client_events', 'cache_miss', 'subscription_count']) assert.ok(hint.includes(name), hint);
});

test('the line of an endpoint that is refused is named, in the page’s language', async (t) => {
  const server = await startServer(t);
  const page = await operatorOf(t, server, { locale: 'fr' });
  const { id } = await page.operator.newApp('Hooks');
  await page.goto(`/console/apps/${id}/settings`);
  await page.locator('[name=webhooks]').fill('https://a.example presence\nhttps://b.example nonsense');
  await page.getByTestId('save').click();
  const wrong = page.locator('[data-testid=error][data-field=webhooks]');
  await wrong.waitFor();
  assert.match(await wrong.textContent(), /^Ligne 2\u00a0: «\u00a0nonsense\u00a0»/);
});
