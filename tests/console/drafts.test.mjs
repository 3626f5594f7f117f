// Settings that are not saved yet: who leaves is asked, whichever way, and a session that ends takes nothing along.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { launch } from '../lib/browser.mjs';
import { beginWithApp, signIn } from '../lib/operator.mjs';

const browser = await launch(after);

async function edited(t) {
  const { person, page, path } = await beginWithApp(t, browser);
  await page.goto(`${path}/keys`);
  await page.getByTestId('nav-settings').click();
  await page.locator('[name=name]').fill('Shop of Olga');
  await page.getByTestId('save').waitFor();
  return { person, page };
}

test('another page is a question away while something is not saved', async (t) => {
  const { page } = await edited(t);
  const name = page.locator('[name=name]');
  await page.getByTestId('nav-debug').click();
  await page.getByTestId('confirm-no').click();
  await page.getByTestId('confirm').waitFor({ state: 'detached' });
  assert.equal(await name.inputValue(), 'Shop of Olga');

  await page.goBack();
  await page.getByTestId('confirm-no').click();
  assert.match(page.url(), /settings$/);
  assert.equal(await name.inputValue(), 'Shop of Olga');

  await page.getByTestId('nav-debug').click();
  await page.getByTestId('confirm-yes').click();
  await page.getByTestId('creator').waitFor();
  await page.getByTestId('nav-settings').click();
  await name.waitFor();
  assert.equal(await name.inputValue(), 'Shop');
  // Nothing is unsaved any more, so nobody is asked.
  await page.getByTestId('nav-keys').click();
  await page.waitForURL(/keys$/);
});

test('who has to sign in again finds what was not saved', async (t) => {
  const { person, page } = await edited(t);
  await person.context.clearCookies();
  await page.getByTestId('save').click();
  await signIn(page);
  await page.getByTestId('save').waitFor();
  assert.equal(await page.locator('[name=name]').inputValue(), 'Shop of Olga');
  assert.equal(await page.getByTestId('error').count(), 0);
  await page.getByTestId('save').click();
  await page.getByTestId('toast').first().waitFor();
  await page.getByTestId('save').waitFor({ state: 'detached' });
});
