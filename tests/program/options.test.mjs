// The program's own words: options, the file, refusals, apps. docs/status.md and README.md promise them.

import assert from 'node:assert/strict';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { MAIN } from '../lib/apps.mjs';
import { send, trigger } from '../lib/api.mjs';
import { runProgram, startServer } from '../lib/server.mjs';
import { connect } from '../lib/socket.mjs';
import { toml } from '../lib/toml.mjs';

/** A directory of its own with this configuration file. */
async function place(t, config) {
  const dir = await mkdtemp(join(tmpdir(), 'rollcall-options-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const file = join(dir, 'rollcall.toml');
  await writeFile(file, typeof config === 'string' ? config : toml(config));
  return { dir, file };
}

/** Runs `serve` with a configuration that must be refused; returns its one sentence. */
async function refused(t, config, args = []) {
  const { dir, file } = await place(t, config);
  const command = ['serve', '--config', file, '--data', join(dir, 'data'), '--listen', '127.0.0.1:0', ...args];
  const { code, stderr } = await runProgram(command, { cwd: dir });
  assert.notEqual(code, 0);
  assert.notEqual(code, null);
  const text = stderr.trim();
  assert.notEqual(text, '');
  assert.ok(text.split('\n').length <= 3, text);
  assert.doesNotMatch(text, /panicked|backtrace|Os \{/);
  return text;
}

test('--help teaches, for the program and for serve', async () => {
  const { code, stdout } = await runProgram(['--help']);
  assert.equal(code, 0);
  for (const word of ['serve', 'apps']) assert.match(stdout, new RegExp(word));
  const serve = await runProgram(['serve', '--help']);
  assert.equal(serve.code, 0);
  for (const option of ['--listen', '--data', '--config', '--shards', '--pages', '--public-url']) assert.match(serve.stdout, new RegExp(option));
  for (const variable of ['ROLLCALL_LISTEN', 'ROLLCALL_DATA', 'ROLLCALL_SHARDS']) assert.match(serve.stdout, new RegExp(variable));
});

test('unknown keys and options are refused with a sentence that names them', async (t) => {
  assert.match(await refused(t, 'colour = "blue"\n'), /colour/);
  assert.match(await refused(t, `${toml({ apps: [MAIN] })}flavour = 1\n`), /flavour/);
  assert.match(await refused(t, { apps: [{ ...MAIN, presence: { max_members: 1, grace: 2 } }] }), /grace/);
  assert.match(await refused(t, '', ['--colour', 'blue']), /--colour/);
});

test('bad values are refused with a sentence that names the key', async (t) => {
  const cases = [
    ['shards = "two"\n', /shards/],
    ['listen = 9000\n', /listen/],
    ['not toml', /rollcall\.toml|line|TOML/i],
    [{ apps: [{ ...MAIN, keys: [] }] }, /keys/],
    [{ apps: [{ ...MAIN, id: '' }] }, /id/],
    [{ apps: [MAIN, MAIN] }, /1001/],
    [{ apps: [MAIN, { ...MAIN, id: '1002' }] }, /main-key/],
    [{ apps: [{ ...MAIN, activity_timeout_seconds: 0 }] }, /activity_timeout_seconds/],
    [{ apps: [{ ...MAIN, max_pending_bytes: -1 }] }, /max_pending_bytes/],
    [{ apps: [{ ...MAIN, client_events: 'yes' }] }, /client_events/],
    [{ status_app: 'nobody', apps: [MAIN] }, /status_app|nobody/],
    [{ public_url: 'not a url' }, /public_url|public-url/],
  ];
  for (const [config, pattern] of cases) assert.match(await refused(t, config), pattern);
  assert.match(await refused(t, '', ['--shards', '0']), /shards/);
  assert.match(await refused(t, '', ['--shards', 'many']), /shards/);
  assert.match(await refused(t, '', ['--pages', '/no/such/directory']), /no\/such\/directory/);
});

test('a bad address in the file or on the command line is refused', async (t) => {
  for (const listen of ['nowhere', '127.0.0.1:99999', '']) {
    const { dir } = await place(t, '');
    const { code, stderr } = await runProgram(['serve', '--data', join(dir, 'data'), '--listen', listen], { cwd: dir });
    assert.notEqual(code, 0);
    assert.match(stderr, /listen/);
  }
});

test('every setting takes its default', async (t) => {
  const full = {
    ...MAIN,
    enabled: true,
    member_updates: true,
    mirror: false,
    bridge: false,
    strict_compat: false,
    subscription_counting: false,
    watchlist_events: false,
    force_tls: false,
    webhooks: [],
    cache_channels: true,
    cache_seconds: 1800,
    authorized_connections_seconds: 0,
    max_connections: 0,
    max_messages_per_day: 0,
    allowed_origins: ['*'],
    blocked_users: ['eve'],
    activity_timeout_seconds: 30,
    pong_timeout_seconds: 10,
    max_pending_bytes: 1_048_576,
    presence: { max_members: 100, max_info_bytes: 1024, grace_seconds: 3 },
    limits: { payload_bytes: 10_240, channel_name: 164, event_name: 200, client_events_per_second: 10, channels_per_publish: 100, cache_bytes: 67_108_864, batch: 10 },
  };
  const server = await startServer(t, { config: { public_url: '', path_prefix: '', trusted_proxies: [], apps: [full] } });
  await connect(server, { app: MAIN });
});

test('the limits of an app are what the app says', async (t) => {
  const small = {
    ...MAIN,
    limits: { payload_bytes: 10, channel_name: 20, event_name: 5, client_events_per_second: 1, channels_per_publish: 2, batch: 1 },
  };
  const server = await startServer(t, { config: { apps: [small] } });
  const status = async (event) => (await trigger(server, MAIN, { name: 'e', channel: 'a', data: '', ...event })).status;
  assert.equal(await status({}), 200);
  assert.equal(await status({ data: 'x'.repeat(11) }), 413);
  assert.equal(await status({ name: 'longer' }), 400);
  assert.equal(await status({ channel: 'x'.repeat(21) }), 400);
  assert.equal(await status({ channel: undefined, channels: ['a', 'b', 'c'] }), 400);
});

test('a port in use is told in one sentence', async (t) => {
  const server = await startServer(t);
  const { dir } = await place(t, '');
  const { code, stderr } = await runProgram(['serve', '--data', join(dir, 'data'), '--listen', server.host], { cwd: dir });
  assert.notEqual(code, 0);
  assert.match(stderr, new RegExp(server.host));
  assert.match(stderr, /in use|already/i);
});

test('no argument serves, with variables instead of options; the data directory is private', async (t) => {
  const server = await startServer(t, { told: 'variables', env: { ROLLCALL_PUBLIC_URL: 'http://rollcall.example' } });
  assert.match(server.log, /http:\/\/rollcall\.example/);
  assert.equal((await send(server, 'GET', '/up')).status, 200);
  assert.equal((await stat(server.data)).mode & 0o777, 0o700);
});

test('the first start prints where the page is, the app, its key, and how to see the secret', async (t) => {
  const server = await startServer(t);
  assert.match(server.log, new RegExp(server.url));
  assert.match(server.log, /\b[0-9a-f]{20}\b/);
  assert.match(server.log, /apps show .*--secret/);
  const list = await runProgram(['apps', 'list', '--data', server.data]);
  assert.equal(list.code, 0, list.stderr);
  const id = /\b\d{4,}\b/.exec(list.stdout)[0];
  const plain = await runProgram(['apps', 'show', id, '--data', server.data]);
  const full = await runProgram(['apps', 'show', id, '--secret', '--data', server.data]);
  const key = /\b[0-9a-f]{20}\b/.exec(plain.stdout)[0];
  const secret = full.stdout.match(/\b[0-9a-f]{20}\b/g).find((word) => word !== key);
  assert.ok(secret);
  assert.doesNotMatch(plain.stdout, new RegExp(secret));
  assert.doesNotMatch(server.log, new RegExp(secret));
  const app = { id, name: 'rollcall', keys: [{ key, secret }] };
  assert.equal((await trigger(server, app, { name: 'e', channel: 'a', data: '1' })).status, 200);
  const missing = await runProgram(['apps', 'show', '424242', '--data', server.data]);
  assert.notEqual(missing.code, 0);
  assert.match(missing.stderr, /424242/);
});
