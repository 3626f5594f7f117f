// What the event creator sends is told, counted and recorded once, and as what it is; what is refused did not happen.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { launch } from '../lib/browser.mjs';
import { beginWithApp, Operator } from '../lib/operator.mjs';
import { startServer } from '../lib/server.mjs';
import { connect } from '../lib/socket.mjs';
import { until } from '../lib/wait.mjs';

const browser = await launch(after);

test('an event in somebody\'s name is one client event, marked as impersonated', async (t) => {
  const { operator, app, events } = await watched(t);
  const listener = await connect(operator.server, { app });
  await listener.subscribe('private-room');
  const before = await counts(operator, app);
  await create(operator, app, { channel: 'private-room', event: 'client-wave', data: '{"n":1}', as_user: 'ana' }, 200);
  await create(operator, app, { channel: 'private-room', event: 'last', data: '{}' }, 200);
  await listener.take('client-wave');
  await listener.take('last');
  assert.deepEqual(listener.seen('client-wave').length, 1);
  await until(() => events().some(({ event }) => event === 'last'), 'the watcher to be told');
  const waves = events().filter(({ event }) => event === 'client-wave');
  assert.deepEqual(waves.map(({ type, user, impersonated }) => ({ type, user, impersonated })), [{ type: 'client_event', user: 'ana', impersonated: true }]);
  const after = await counts(operator, app);
  assert.deepEqual({ published: after.published - before.published, client_events: after.client_events - before.client_events }, { published: 1, client_events: 1 });
});

test('what is refused is not recorded as sent', async (t) => {
  const { operator, app } = await watched(t);
  await create(operator, app, { channel: 'bad channel', event: 'e', data: '{}' }, 422);
  await create(operator, app, { channel: 'public', event: 'client-wave', data: '{}', as_user: 'ana' }, 422);
  await create(operator, app, { channel: 'news', event: 'e', data: '{}', repeat: 3 }, 200);
  const { changes } = await operator.get(`apps/${app.id}/changes`);
  const sent = changes.filter(({ what }) => what === 'event').map(({ after: { channel, repeat } }) => ({ channel, repeat }));
  assert.deepEqual(sent, [{ channel: 'news', repeat: 3 }]);
});

test('the page sends whatever data the app takes, and tells at the field what is more', async (t) => {
  const most = 100_000;
  const { server, page, app, path } = await beginWithApp(t, browser, { 'limits.payload_bytes': most });
  const listener = await connect(server, { app });
  t.after(() => listener.drop());
  await listener.subscribe('news');
  await page.goto(`${path}/debug`);
  const creator = page.getByTestId('creator');
  await creator.locator('summary').first().click();
  await creator.locator('[name=channel]').fill('news');
  await creator.locator('[name=event]').fill('long');
  await creator.getByTestId('toggle-plain').click();
  const send = async (data) => {
    await creator.locator('[name=data]').fill(data);
    await creator.getByTestId('send').click();
  };
  const refused = creator.locator('[data-testid=error][data-field=data]').filter({ hasText: 'limits.payload_bytes' });

  // What JSON writes with six bytes for each.
  await send('\u0001'.repeat(most));
  assert.equal((await listener.take('long')).data, '\u0001'.repeat(most));
  for (const bytes of [most + 1, 20 * most]) {
    await send('x'.repeat(bytes));
    await refused.waitFor();
    await send('x'.repeat(most));
    assert.equal((await listener.take('long')).data.length, most);
    await refused.waitFor({ state: 'detached' });
  }
});

async function watched(t) {
  const operator = await new Operator(await startServer(t)).setUp();
  const app = await operator.newApp('Shop');
  const socket = await operator.watch(app);
  return { operator, app, events: () => socket.seen('events').flatMap(({ data }) => JSON.parse(data).events) };
}

async function create(operator, app, event, expected) {
  const { status, text } = await operator.ask('POST', `apps/${app.id}/events`, event);
  assert.equal(status, expected, text);
}

async function counts(operator, app) {
  return (await operator.get(`apps/${app.id}/overview`)).now;
}
