// Every state of the page, accessible in both languages, both schemes, on a phone and on a desk: docs/status.md rows A2, A3, A7.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { after, test } from 'node:test';
import { launch, profile } from '../lib/browser.mjs';
import { startStatusServer } from '../lib/lobby.mjs';
import { SHARDS } from '../lib/server.mjs';
import { walk } from '../lib/states.mjs';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const browser = await launch(after);
/** Each language with each scheme and each width. */
const LOOKS = [
  { language: 'en', colorScheme: 'light', width: 320 },
  { language: 'fr', colorScheme: 'dark', width: 320 },
  { language: 'fr', colorScheme: 'light', width: 1280 },
  { language: 'en', colorScheme: 'dark', width: 1280 },
  { language: 'fr', colorScheme: 'light', width: 320 },
  { language: 'en', colorScheme: 'dark', width: 320 },
  { language: 'en', colorScheme: 'light', width: 1280 },
  { language: 'fr', colorScheme: 'dark', width: 1280 },
];

/** How a page looks does not depend on shards, and looking takes a minute. */
const skip = SHARDS > 1 && 'once is enough';

test('a7 a2 a3 s14 every state: axe finds nothing, nothing scrolls sideways, targets are 44 px', { skip }, async (t) => {
  const server = await startStatusServer(t);
  const ana = await profile(t, browser, server, { bypassCSP: true, reducedMotion: 'reduce' });
  const seen = [];
  await walk(ana, server, async (page, state) => {
    seen.push(state);
    await page.evaluate(axe);
    for (const look of LOOKS) await check(page, state, look);
    await speak(page, 'en');
  });
  assert.equal(new Set(seen).size, seen.length);
  assert.ok(seen.length >= 25, `${seen.length} states: ${seen}`);
});

async function check(page, state, { language, colorScheme, width }) {
  const where = `${state}, ${language}, ${colorScheme}, ${width} px`;
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  await page.setViewportSize({ width, height: 800 });
  await speak(page, language);
  const { violations } = await page.evaluate(() => window.axe.run({ resultTypes: ['violations'] }));
  const found = violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html).join(' ')}`);
  assert.deepEqual(found, [], where);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), `${where} scrolls sideways`);
  assert.deepEqual(await page.evaluate(smallTargets), [], where);
}

/** Switches the language without touching the focus, which some states depend on. */
function speak(page, language) {
  return page.evaluate((choice) => {
    const select = document.querySelector('[data-testid="language"]');
    select.value = choice;
    select.dispatchEvent(new Event('change', { bubbles: true }));
    return new Promise((done) => queueMicrotask(() => queueMicrotask(done)));
  }, language);
}

/** Runs in the page: what can be pressed and is less than 44 px high or wide. */
function smallTargets() {
  return [...document.querySelectorAll('button, input, select, a[href]')]
    .map((element) => [element, element.getBoundingClientRect()])
    .filter(([, box]) => box.width > 0 && (box.width < 43.9 || box.height < 43.9))
    .map(([element, box]) => `${element.outerHTML.slice(0, 80)} is ${box.width} by ${box.height}`);
}
