// Takes the pictures of the status page that the documents show: `node screenshots.mjs`, or `make screenshots`.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launch, profile, row } from './lib/browser.mjs';
import { arrive } from './lib/lobby.mjs';
import { STATUS } from './lib/apps.mjs';
import { startServer } from './lib/server.mjs';

const TARGET = fileURLToPath(new URL('../docs/', import.meta.url));
const PEOPLE = [
  ['Bo', 'At lunch, back at two 🍜'],
  ['Inès', 'Je prépare la démo'],
  ['Minh', 'Reviewing the roster code'],
];
/** The file's name, who looks, and with what. */
const VIEWS = {
  'status-page': ['Ana', { viewport: { width: 1000, height: 560 }, colorScheme: 'light' }],
};

const ending = [];
const scope = { after: (job) => ending.unshift(job) };
try {
  await takeAll();
} finally {
  for (const job of ending) await job();
}

async function takeAll() {
  mkdirSync(TARGET, { recursive: true });
  const server = await startServer(scope, { config: { status_app: STATUS.id, apps: [STATUS] } });
  const browser = await launch(scope.after);
  for (const [name, status] of PEOPLE) await arrive(server, name, status);
  for (const [view, [name, options]] of Object.entries(VIEWS)) {
    const person = await profile(scope, browser, server, { deviceScaleFactor: 1.5, ...options });
    const page = await person.signUp(name, 'Writing the report');
    await row(page, 'Minh').waitFor();
    await page.screenshot({ path: join(TARGET, `${view}.png`) });
  }
}
