// `rollcall doctor` finds what is in the way, says what to change, and is quiet where all is well.

import assert from 'node:assert/strict';
import http from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { MAIN, keyOf } from '../lib/apps.mjs';
import { newCertificate } from '../lib/certificate.mjs';
import { startMeddler } from '../lib/meddler.mjs';
import { runProgram, startServer } from '../lib/server.mjs';

/** Runs the doctor with the server's own file; returns its verdict of each check. */
async function examine(server, args, { through, code = 1 } = {}) {
  const run = await runProgram(['doctor', '--json', '--config', server.configFile, '--data', server.data, ...args], { through });
  assert.equal(run.code, code, run.stdout + run.stderr);
  const { ok, checks } = JSON.parse(run.stdout);
  assert.equal(ok, code === 0);
  return Object.fromEntries(checks.map(({ check, ...rest }) => [check, rest]));
}

function assertOnlyBad(findings, bad) {
  for (const [check, { verdict, says, advice }] of Object.entries(findings)) {
    assert.equal(verdict, check === bad ? 'bad' : 'good', `${check}: ${says}`);
    if (check === bad) assert.ok(advice.length > 20, advice);
  }
}

test('a server that is well is told so, for people and for programs', async (t) => {
  const server = await startServer(t, { config: { apps: [MAIN] } });
  const findings = await examine(server, ['--url', server.url], { code: 0 });
  assert.deepEqual(Object.keys(findings), ['server', 'clock', 'websocket', 'xhr_streaming', 'xhr_polling', 'cors']);
  assertOnlyBad(findings, undefined);
  const own = await examine(server, ['--listen', server.host], { code: 0 });
  assert.equal(own.files.verdict, 'good');
  const { code, stdout } = await runProgram(['doctor', '--url', server.url, '--key', keyOf(MAIN).key, '--data', server.dir]);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /^good {5}websocket/m);
});

test('a proxy that takes off Upgrade is found, and HTTP gets through it', async (t) => {
  const server = await startServer(t, { config: { apps: [MAIN] } });
  const proxy = await startMeddler(t, server, { upgrades: false });
  const findings = await examine(server, ['--url', proxy.url]);
  assertOnlyBad(findings, 'websocket');
  assert.match(findings.websocket.advice, /proxy_set_header Upgrade/);
});

test('a proxy that keeps streams back is found, and polling gets through it', async (t) => {
  const server = await startServer(t, { config: { apps: [MAIN] } });
  const proxy = await startMeddler(t, server, { holds: true });
  const findings = await examine(server, ['--url', proxy.url]);
  assertOnlyBad(findings, 'xhr_streaming');
  assert.match(findings.xhr_streaming.advice, /proxy_buffering off/);
});

test('a clock that is eleven minutes off is found, in either direction', async (t) => {
  const server = await startServer(t, { config: { apps: [MAIN] } });
  for (const [offset, side] of [['+11m', 'ahead of'], ['-11m', 'behind']]) {
    const findings = await examine(server, ['--url', server.url], { through: ['faketime', '-f', offset] });
    assertOnlyBad(findings, 'clock');
    assert.match(findings.clock.says, new RegExp(`1[01] minutes ${side} the server's`));
    assert.match(findings.clock.advice, /NTP/);
  }
});

test('a limit on open files under the configured connections is found: the server’s, or that of who would start one', async (t) => {
  const through = ['bash', '-c', 'ulimit -n 1024; exec "$0" "$@"'];
  const server = await startServer(t, { config: { apps: [{ ...MAIN, max_connections: 2000 }] }, through });
  const findings = await examine(server, []);
  assertOnlyBad(findings, 'files');
  assert.match(findings.files.says, /^The server may have 1024 files.*2000 connections/s);
  await server.kill();
  const { files } = await examine(server, ['--listen', server.host], { through });
  assert.match(files.says, /^A server started from here may have 1024 files.*2000 connections/s);
});

test('a key that no app has is told, and where the keys are', async (t) => {
  const server = await startServer(t, { config: { apps: [MAIN] } });
  const findings = await examine(server, ['--url', server.url, '--key', 'nobody']);
  for (const check of ['websocket', 'xhr_streaming', 'xhr_polling']) {
    assert.match(findings[check].says, /gets through, and this server knows no app with that key\.$/, check);
    assert.match(findings[check].advice, /^rollcall apps list/);
  }
  assert.equal(findings.cors.verdict, 'good');
});

test('a wrong path prefix is found, and the right one is named', async (t) => {
  const server = await startServer(t, { config: { path_prefix: '/rt', apps: [MAIN] } });
  const findings = await examine(server, ['--url', `${server.url}/realtime`]);
  assertOnlyBad(findings, 'server');
  assert.ok(findings.server.says.includes(`${server.url}/rt/`), findings.server.says);
  const right = await examine(server, ['--url', `${server.url}/rt`], { code: 0 });
  assertOnlyBad(right, undefined);
});

test('what answers nothing, or something else, is told apart', async (t) => {
  const server = await startServer(t, { config: { apps: [MAIN] } });
  const other = http.createServer((request, reply) => reply.writeHead(418).end('teapot'));
  await new Promise((resolve) => other.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${other.address().port}`;
  const { server: strange } = await examine(server, ['--url', url]);
  assert.match(strange.says, /is answered with 418, and not by Rollcall/);
  await new Promise((resolve) => other.close(resolve));
  const { server: silent } = await examine(server, ['--url', url]);
  assert.match(silent.says, /^Nothing can be asked/);
});

test('a certificate that nobody vouches for is found where it is not the server’s own', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'rollcall-doctor-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const { certFile, keyFile } = await newCertificate(dir);
  const server = await startServer(t, { config: { apps: [MAIN], tls_cert: certFile, tls_key: keyFile } });
  const url = server.url.replace('http:', 'https:');
  const { server: own } = await examine(server, ['--url', url], { code: 0 });
  assert.equal(own.verdict, 'good');
  const run = await runProgram(['doctor', '--json', '--url', url, '--key', keyOf(MAIN).key, '--data', server.dir]);
  assert.equal(run.code, 1);
  assert.match(JSON.parse(run.stdout).checks[0].advice, /certificate/);
});

test('bad words are refused with a sentence', async () => {
  const { code, stderr } = await runProgram(['doctor', '--url', 'who.example']);
  assert.equal(code, 2);
  assert.match(stderr, /--url must be an http or https URL/);
});
