// pusher-js in a page of Chromium, driven from here with the methods of `PusherFront`.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const PUSHER = createRequire(import.meta.url).resolve('pusher-js/dist/web/pusher-with-encryption.js');
const FRONT = new URL('front.mjs', import.meta.url);

/** Opens an empty page of `site` with pusher-js in it and a client of `key` with these options. */
export async function openFront(context, site, key, options) {
  const page = await context.newPage();
  await page.goto(site.url);
  await page.addScriptTag({ path: PUSHER });
  const front = (await readFile(FRONT, 'utf8')).replace('export class', 'window.PusherFront = class');
  await page.addScriptTag({ content: front });
  await page.evaluate(([key, options]) => (window.front = new PusherFront(Pusher, key, options)), [key, options]);
  return new Proxy({ page }, { get: (_, method) => (method === 'then' ? undefined : call(page, method)) });
}

function call(page, method) {
  return (...args) => page.evaluate(([method, args]) => window.front[method](...args), [method, args]);
}
