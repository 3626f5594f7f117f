// A new operator, from the one-time code to a page of their own that works, and finds out on the way why it did not.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launch, profile } from '../lib/browser.mjs';
import { setUp, ticked } from '../lib/operator.mjs';
import { startServer } from '../lib/server.mjs';
import { until } from '../lib/wait.mjs';

const browser = await launch(after);

test('from the one-time code to a client event that arrives, with an error and its button in between', async (t) => {
  const server = await startServer(t);
  const operator = await profile(t, browser, server);
  const page = await operator.open('/console');
  await setUp(page, server);

  await page.goto('/console/new-app');
  const wizard = page.getByTestId('new-app-form');
  await wizard.locator('[name=name]').fill('My app');
  await wizard.locator('[name=front][value=vanilla]').check();
  await page.getByTestId('create-app').click();
  await page.waitForURL(/getting-started/);
  const id = new URL(page.url()).pathname.split('/')[3];

  // What the page shows is pasted as it is.
  await page.goto(`/console/apps/${id}/getting-started?front=private`);
  await page.getByTestId('show-secret').first().click();
  const site = await serveSnippets(t, {
    'index.html': await snippet(page, 'index.html'),
    'server.mjs': await snippet(page, 'server.mjs'),
  });
  const visitor = await browser.newContext({ baseURL: site });
  t.after(() => visitor.close());
  const [one, two] = [await visitor.newPage(), await visitor.newPage()];
  for (const each of [one, two]) {
    await each.goto('/');
    await each.getByText('subscribed to private-my-channel').waitFor();
  }
  for (const what of ['connection', 'subscription', 'presence']) await ticked(page, what);

  // Client events are off, so it fails, and the debug console says why and offers the cure.
  await page.goto(`/console/apps/${id}/debug?filter=type:error`);
  await until(async () => (await page.getByTestId('live-state').getAttribute('data-state')) === 'live', 'the debug console to be live');
  await one.locator('#hello').click();
  const failed = page.getByTestId('events').getByTestId('row').first();
  await failed.click();
  await page.getByTestId('fix-client_events').first().click();
  await page.getByTestId('confirm-yes').click();
  await page.getByTestId('toast').first().waitFor();

  // The same page, without reconnecting: the next one arrives.
  await until(async () => {
    await one.locator('#hello').click();
    return (await two.getByText('Hello from another page').count()) > 0;
  }, 'a client event to arrive');
  assert.equal(await one.locator('#state').textContent(), 'connected');
  await page.goto(`/console/apps/${id}/getting-started?front=private`);
  await ticked(page, 'event');
});

/** A program as the page shows it. */
async function snippet(page, file) {
  return page.getByTestId(`snippet-${file}`).evaluate((element) => element.textContent);
}

/** Runs the back end beside its page, on a port of its own. */
async function serveSnippets(t, files) {
  const dir = await mkdtemp(join(tmpdir(), 'rollcall-snippets-'));
  await symlink(fileURLToPath(new URL('../node_modules', import.meta.url)), join(dir, 'node_modules'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text);
  // The program takes its port from outside and says nothing; what it listens on is asked of the system by this wrapper.
  await writeFile(
    join(dir, 'run.mjs'),
    "import http from 'node:http';\nconst listen = http.Server.prototype.listen;\nhttp.Server.prototype.listen = function (...args) {\n  this.on('listening', () => console.log(this.address().port));\n  return listen.apply(this, args);\n};\nawait import('./server.mjs');\n",
  );
  const child = spawn(process.execPath, ['run.mjs'], { cwd: dir, env: { ...process.env, PORT: '0' } });
  let said = '';
  child.stdout.on('data', (text) => (said += text));
  child.stderr.on('data', (text) => (said += text));
  t.after(async () => {
    child.kill('SIGKILL');
    await rm(dir, { recursive: true, force: true });
  });
  await until(() => /^\d+\n/.test(said), () => `the back end to listen; it said:\n${said}`);
  return `http://127.0.0.1:${said.split('\n')[0]}`;
}
