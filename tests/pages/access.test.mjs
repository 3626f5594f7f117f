// Accessible in two languages and two colour schemes: docs/status.md row A2.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { checkAsItIs } from '../lib/access.mjs';
import { changeStatus, fillSignUp, launch, profile, row } from '../lib/browser.mjs';
import { arrive, startStatusServer } from '../lib/lobby.mjs';
import { until } from '../lib/wait.mjs';

const server = await startStatusServer({ after });
const browser = await launch(after);
await arrive(server, 'Bo', 'at lunch');
await arrive(server, 'مريم', 'في اجتماع');

const LANGUAGES = { en: 'en-GB', fr: 'fr-FR' };

for (const [language, locale] of Object.entries(LANGUAGES)) {
  for (const colorScheme of ['light', 'dark']) {
    test(`a2 axe finds nothing on the form, its errors and the list: ${language}, ${colorScheme}`, async (t) => {
      const ana = await profile(t, browser, server, { locale, colorScheme, bypassCSP: true });
      const page = await ana.open();
      await page.getByTestId('sign-up').waitFor();
      assert.equal(await page.evaluate(() => document.documentElement.lang), language);
      assert.equal(await page.evaluate(() => document.compatMode), 'CSS1Compat');
      await checkAsItIs(page, 'the form');
      await fillSignUp(page, '', 'x');
      await page.getByTestId('error').waitFor();
      await checkAsItIs(page, 'the form with an error');
      await fillSignUp(page, `Ana ${language} ${colorScheme}`, 'x');
      await row(page, 'Bo').waitFor();
      await checkAsItIs(page, 'the list');
      await changeStatus(page, 'x'.repeat(141));
      await page.getByTestId('error').waitFor();
      await checkAsItIs(page, 'the list with an error');
      assert.equal(await page.locator('main').count(), 1);
      assert.equal(await page.locator('h1').count(), 1);
    });
  }
}

test('a2 the language can be chosen, is kept, and changes every text', async (t) => {
  const ana = await profile(t, browser, server);
  const page = await ana.signUp('Ana', 'x');
  const english = await page.locator('main').innerText();
  await page.getByTestId('language').selectOption('fr');
  await until(async () => (await page.evaluate(() => document.documentElement.lang)) === 'fr', 'the language to change');
  assert.notEqual(await page.locator('main').innerText(), english);
  await page.reload();
  await row(page, 'Bo').waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'fr');
  assert.equal(await page.getByRole('button', { name: /^Votre statut/ }).count(), 1);
});

test('a2 s5 the policy holds where axe is not: the page runs under its own headers', async (t) => {
  const ana = await profile(t, browser, server);
  const page = await ana.open();
  const refused = await page.evaluate(() => {
    try {
      document.body.innerHTML = '<p>x</p>';
      return 'allowed';
    } catch (error) {
      return error.name;
    }
  });
  assert.equal(refused, 'TypeError');
  ana.forgive(/Trusted/);
});
