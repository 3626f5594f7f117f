// The programs of Getting started: taken from the page as its reader takes them, and run as they are.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until, within } from './wait.mjs';

/** What the browser's context needs, so that a test can read what a button copied. */
export const CLIPBOARD = { permissions: ['clipboard-read', 'clipboard-write'] };

const MODULES = fileURLToPath(new URL('../node_modules', import.meta.url));

/** Opens Getting started at these tabs, with the secret shown. */
export async function openPrograms(page, app, tabs) {
  await page.goto(`/console/apps/${app}/getting-started?${new URLSearchParams(tabs)}`);
  await page.getByTestId('show-secret').first().click();
  await until(async () => /Hide/.test(await page.getByTestId('show-secret').first().textContent()), 'the secret to be shown');
}

/** A program that the page shows, as its button copies it. */
export async function copied(page, file) {
  const code = page.getByTestId(`snippet-${file}`);
  await page.evaluate(() => navigator.clipboard.writeText(''));
  await page.locator('figure').filter({ has: code }).getByTestId('copy').click();
  const text = await until(() => page.evaluate(() => navigator.clipboard.readText()), `${file} to be copied`);
  assert.equal(text, await code.evaluate((element) => element.textContent), `what is copied of ${file} is what is shown`);
  return text;
}

/** A new directory with these files, and Node's packages beside them as `npm install` would leave them. */
export async function directoryOf(t, files) {
  const dir = await mkdtemp(join(tmpdir(), 'rollcall-snippets-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  await symlink(MODULES, join(dir, 'node_modules'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text);
  return dir;
}

/** Runs a program to its end, which must be a good one, and returns what it printed. */
export async function run(command, args, options, ms) {
  const child = spawn(command, args, options);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text));
  const ended = new Promise((done, fail) => child.on('close', done).on('error', fail));
  try {
    const code = await within(ended, () => `${command} ${args.join(' ')} to end; it said:\n${said}`, ms);
    assert.equal(code, 0, `${command} ${args.join(' ')} said:\n${said}`);
    return said;
  } finally {
    child.kill('SIGKILL');
  }
}

/** Serves a page that needs no back end from a port of its own. */
export async function servePage(t, text) {
  const site = http.createServer((request, response) => response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(text));
  site.listen(0, '127.0.0.1');
  await once(site, 'listening');
  t.after(() => {
    site.closeAllConnections();
    site.close();
  });
  return `http://127.0.0.1:${site.address().port}`;
}

/** Runs the back end `server.mjs` beside its page, on a port of its own. */
export async function serveProgram(t, files) {
  const dir = await directoryOf(t, { ...files, 'run.mjs': TELL_PORT });
  const child = spawn(process.execPath, ['run.mjs'], { cwd: dir, env: { ...process.env, PORT: '0' } });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text));
  t.after(() => child.kill('SIGKILL'));
  await until(() => /^\d+\n/.test(said), () => `the back end to listen; it said:\n${said}`);
  return `http://127.0.0.1:${said.split('\n')[0]}`;
}

/** The program takes its port from outside and says nothing; what it listens on is asked of the system by this wrapper. */
const TELL_PORT = `import http from 'node:http';
const listen = http.Server.prototype.listen;
http.Server.prototype.listen = function (...args) {
  this.on('listening', () => console.log(this.address().port));
  return listen.apply(this, args);
};
await import('./server.mjs');
`;
