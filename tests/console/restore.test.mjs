// A backup takes the place of the database at the next start, and nothing else ever does.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { call } from '../lib/api.mjs';
import { launch, profile } from '../lib/browser.mjs';
import { checkInEachLook, LOOKED_AT } from '../lib/console-pages.mjs';
import { Operator, setUp, signIn } from '../lib/operator.mjs';
import { runProgram, startServer } from '../lib/server.mjs';
import { until } from '../lib/wait.mjs';

const browser = await launch(after);

/** Saves a backup by the page, as `name` beside the data directory. */
async function backUp(page, server, name) {
  await page.goto('/console/system');
  await page.getByTestId('backup').click();
  const [saved] = await Promise.all([page.waitForEvent('download'), page.getByTestId('confirm-yes').click()]);
  const file = join(server.dir, name);
  await saved.saveAs(file);
  await page.getByTestId('confirm').waitFor({ state: 'detached' });
  return file;
}

/** Sends a file by the page, up to the point where it is staged or refused. */
async function send(page, file) {
  const restore = page.getByTestId('restore');
  await restore.locator('[name=backup-file]').setInputFiles(file);
  await page.getByTestId('restore-ask').click();
  await page.getByTestId('confirm').locator('[name=confirm]').fill('restore');
  await page.getByTestId('confirm-yes').click();
}

/** Runs `rollcall restore` on the server's data directory. */
function restore(server, file) {
  return runProgram(['restore', file, '--data', server.data]);
}

/** Changes a database as a later version would. */
function makeNewer(file) {
  const row = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (1000, 'later', 1, x'00', 0)";
  return promisify(execFile)('python3', ['-c', 'import sqlite3, sys\nwith sqlite3.connect(sys.argv[1]) as database: database.execute(sys.argv[2])', file, row]);
}

/** Whether the server serves an app with this key. */
async function serves(server, app) {
  const { status } = await call(server, app, 'GET', '/channels');
  return status === 200;
}

async function openSystem(page) {
  await page.goto('/console/system');
  await signIn(page);
  await page.getByTestId('restore').waitFor();
}

/** A server with an operator, an app, a backup, and one more app that is not in it. */
async function begin(t) {
  const server = await startServer(t);
  const person = await profile(t, browser, server, LOOKED_AT);
  const page = await person.open('/console');
  await setUp(page, server);
  const operator = await Operator.of(person);
  const first = await operator.newApp('First');
  const file = await backUp(page, server, 'saved.db');
  const second = await operator.newApp('Second');
  await operator.change(first.id, { client_events: true });
  return { server, page, operator, first, second, file };
}

async function clientEvents(operator, app) {
  const { settings } = await operator.get(`apps/${app.id}/settings`);
  return settings.find(({ key }) => key === 'client_events').value;
}

test('a backup is sent by the page, waits, and is what the server has after its next start', async (t) => {
  const { server, page, operator, first, second, file } = await begin(t);
  await page.getByTestId('restore-ask').click();
  await page.locator('[data-testid=error][data-field=backup-file]').waitFor();
  await send(page, file);
  const staged = page.getByTestId('staged');
  await staged.waitFor();
  await page.getByTestId('confirm').waitFor({ state: 'detached' });
  assert.match(await staged.textContent(), /2 apps and 0 accounts .* when the server starts the next time/s);
  await checkInEachLook(page, 'a backup that waits');

  // Discarded and sent once more: nothing has changed so far.
  await page.getByTestId('discard-restore').click();
  await staged.waitFor({ state: 'detached' });
  assert.ok(!existsSync(join(server.data, 'rollcall.db.restore')));
  await send(page, file);
  await staged.waitFor();
  assert.ok((await serves(server, second)) && (await clientEvents(operator, first)), 'until then all is as it is');
  const beside = await runProgram(['apps', 'list', '--data', server.data]);
  assert.match(beside.stdout, /Second/, 'commands beside the server keep to the database that runs');

  await server.restart();
  assert.match(server.log, /the one before, if any, is .*rollcall\.db\.before-restore/);
  assert.ok(await serves(server, first), 'its key signs');
  assert.ok(!(await serves(server, second)));
  await openSystem(page);
  assert.equal(await staged.count(), 0);
  operator.cookie = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
  assert.equal(await clientEvents(operator, first), false, 'the setting is that of then');

  // The way back, without a server.
  await server.terminate();
  const { code, stdout, stderr } = await restore(server, join(server.data, 'rollcall.db.before-restore'));
  assert.equal(code, 0, stderr);
  assert.match(stdout, /3 apps and 0 accounts .*It is in place\./s);
  await server.start();
  assert.ok((await serves(server, first)) && (await serves(server, second)));
});

test('what is no backup of this version is refused with a sentence, by the page and by the command, and leaves everything as it is', async (t) => {
  const { server, page, first, second, file } = await begin(t);
  const [garbage, newer, cut] = ['garbage.db', 'newer.db', 'cut.db'].map((name) => join(server.dir, name));
  await writeFile(garbage, 'this is a letter and no database');
  await copyFile(file, newer);
  await makeNewer(newer);
  const whole = await readFile(file);
  await writeFile(cut, whole.subarray(0, whole.length / 2));
  for (const [refused, why] of [
    [garbage, /no SQLite database/],
    [newer, /made by a newer Rollcall/],
    [cut, /damaged/],
  ]) {
    await send(page, refused);
    const error = page.locator('[data-testid=error][data-field=confirm]');
    await error.waitFor();
    assert.match(await error.textContent(), why);
    await page.getByTestId('confirm-no').click();
    await page.getByTestId('confirm').waitFor({ state: 'detached' });
    assert.equal(await page.getByTestId('staged').count(), 0);
    const { code, stderr } = await restore(server, refused);
    assert.equal(code, 1);
    assert.match(stderr, why);
  }
  const missing = await restore(server, join(server.dir, 'nowhere.db'));
  assert.match(missing.stderr, /nowhere\.db cannot be read/);
  await server.restart();
  assert.ok((await serves(server, first)) && (await serves(server, second)));

  // The command stages beside a server, and the page shows that too.
  const { code, stdout } = await restore(server, file);
  assert.equal(code, 0);
  assert.match(stdout, /when that starts the next time/);
  await page.goto('/console/system');
  await page.getByTestId('staged').waitFor();
  await server.terminate();
  await server.start();
  await until(async () => serves(server, first), 'the app of the backup to be served');
  assert.ok(!(await serves(server, second)));
});
