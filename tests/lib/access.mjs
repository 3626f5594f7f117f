// axe-core on a page, in every look that it has.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { until } from './wait.mjs';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Finds nothing on the page as it is; its context must have `bypassCSP`. */
export async function checkAsItIs(page, what) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run());
  const found = violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html).join(' ')}`);
  assert.deepEqual(found, [], what);
}

/** Finds nothing in light and dark, English and French, at 320 px and 1280 px. */
export async function checkAccess(page, what) {
  for (const language of ['en', 'fr']) {
    await page.getByTestId('language').selectOption(language);
    await until(async () => (await page.evaluate(() => document.documentElement.lang)) === language, 'the language to change');
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      for (const width of [320, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        await checkAsItIs(page, `${what}: ${language}, ${colorScheme}, ${width} px`);
      }
    }
  }
}
