// The page of 2018's ways in tutorial/pages, wherever it is served, and what people do on it.

import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from './wait.mjs';

/** A directory with the page's files, pusher-js beside them, and the two things filled in that a site must change. */
export async function preparePages(after, key, options) {
  const source = fileURLToPath(new URL('../tutorial/pages/', import.meta.url));
  const target = await mkdtemp(join(tmpdir(), 'rollcall-pages-'));
  after(() => rm(target, { recursive: true, force: true }));
  for (const file of ['index.html', 'page.css']) await copyFile(join(source, file), join(target, file));
  await copyFile(createRequire(import.meta.url).resolve('pusher-js/dist/web/pusher.min.js'), join(target, 'pusher.js'));
  const script = (await readFile(join(source, 'page.js'), 'utf8')).replace('PUSHER_KEY', key).replace('PUSHER_OPTIONS', options);
  await writeFile(join(target, 'page.js'), script);
  return target;
}

/** Fills in the form of a page that was just opened. */
export async function fillForm(page, name, status) {
  await page.locator('#join').waitFor();
  await page.locator('[name=username]').fill(name);
  await page.locator('[name=status]').fill(status);
  await page.locator('#join button').click();
  await page.locator('#mine').waitFor();
}

/** Edits the own status the way a person does: click, type, leave. */
export async function edit(page, text) {
  const field = page.locator('#my-status');
  await field.click();
  await field.press('Control+A');
  await page.keyboard.type(text);
  await field.blur();
}

export function statusOf(page, name) {
  return page.evaluate((id) => document.getElementById(`member-${id}`)?.querySelector('.status').innerText, name);
}

export function sees(page, name, status) {
  return until(async () => (await statusOf(page, name)) === status, `${name} to be "${status}"`);
}
