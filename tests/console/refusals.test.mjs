// What the server refuses is told in the language of the page, where it belongs.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { launch } from '../lib/browser.mjs';
import { beginWithApp } from '../lib/operator.mjs';

const browser = await launch(after);
const IN_FRENCH = { locale: 'fr-FR' };
const SAYS_IT_IN_ENGLISH = /en anglais/;
/** What no setting of a kind takes; of the others the page itself knows what they take. */
const REFUSED = { text: 'x'.repeat(2_000), texts: 'x'.repeat(2_000), webhooks: 'ftp://example.com/' };

test('a value that a setting does not take is refused in French', async (t) => {
  const { page, operator, app, path } = await beginWithApp(t, browser, {}, IN_FRENCH);
  const { settings } = await operator.get(`apps/${app.id}/settings`);
  const some = settings.filter(({ kind }) => Object.hasOwn(REFUSED, kind));
  assert.ok(some.length >= 4, 'there are settings of these kinds');
  await page.goto(`${path}/settings`);
  for (const { key, kind } of some) {
    const field = page.locator(`[name="${key}"]`);
    await field.fill(REFUSED[kind]);
    await page.getByTestId('save').click();
    const error = page.locator(`[data-testid=error][data-field="${key}"]`);
    await error.waitFor();
    assert.doesNotMatch(await error.textContent(), SAYS_IT_IN_ENGLISH, key);
    await page.getByTestId('discard').click();
    await error.waitFor({ state: 'detached' });
  }
});

test('what the status page needs is told at the setting, in French', async (t) => {
  const { page, operator } = await beginWithApp(t, browser, {}, IN_FRENCH);
  const { apps } = await operator.get('apps');
  const { id } = apps.find(({ is_status_app: isStatusApp }) => isStatusApp);
  await page.goto(`/console/apps/${id}/settings`);
  for (const [key, words] of [['enabled', /rester activée/], ['member_updates', /mises à jour/]]) {
    await page.getByTestId(`toggle-${key}`).click();
    await page.getByTestId('save').click();
    const error = page.locator(`[data-testid=error][data-field="${key}"]`).filter({ hasText: words });
    await error.waitFor();
    await page.getByTestId('discard').click();
    await error.waitFor({ state: 'detached' });
  }
});

test('a name that only the app of the status page may have is refused where it is typed, in French', async (t) => {
  const { page } = await beginWithApp(t, browser, {}, IN_FRENCH);
  await page.goto('/console/new-app');
  const form = page.getByTestId('new-app-form');
  await form.locator('[name=name]').fill('rollcall');
  await form.locator('[type=submit]').click();
  await form.locator('[data-testid=error][data-field=name]').filter({ hasText: 'La page de statut' }).waitFor();
  await form.locator('[name=name]:focus').waitFor();
});
