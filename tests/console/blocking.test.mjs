// A user who is blocked from the page goes at once, and comes back in no way until the settings say otherwise.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { launch } from '../lib/browser.mjs';
import { beginWithApp } from '../lib/operator.mjs';
import { connect } from '../lib/socket.mjs';
import { until } from '../lib/wait.mjs';

const browser = await launch(after);
const ROOM = 'presence-room';

test('a member is blocked where the page shows why it is there', async (t) => {
  const { server, page, operator, app, path } = await beginWithApp(t, browser);
  const [ana, eve] = [await connect(server, { app }), await connect(server, { app })];
  await ana.join(ROOM, 'ana', {});
  await eve.join(ROOM, 'eve', {});

  await page.goto(`${path}/presence?channel=${ROOM}`);
  await page.locator('[data-testid=row][data-row=eve]').click();
  await page.getByTestId('block').click();
  await page.getByTestId('confirm-yes').click();
  await page.locator('[data-testid=row][data-row=eve]').waitFor({ state: 'detached' });
  assert.deepEqual(await eve.closed(), { code: 4009, reason: 'User is blocked' });
  const removed = await ana.take('pusher_internal:member_removed');
  assert.equal(JSON.parse(removed.data).user_id, 'eve');

  const again = await connect(server, { app });
  again.request(ROOM, { member: { user_id: 'eve' } });
  assert.equal((await again.closed()).code, 4009);
  const { settings } = await operator.get(`apps/${app.id}/settings`);
  assert.deepEqual(settings.find(({ key }) => key === 'blocked_users').value, ['eve']);
  await until(async () => (await operator.get(`apps/${app.id}/errors`)).errors.some(({ kind }) => kind === 'user_blocked'), 'the error log to tell it');
});
