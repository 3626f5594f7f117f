// Who may change what from where, cookies and headers: docs/status.md section 0 and rows S8 to S10, S16, S18.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { failure } from '../lib/answers.mjs';
import { send } from '../lib/api.mjs';
import { Jar } from '../lib/jar.mjs';
import { arrive, signUp, startStatusServer } from '../lib/lobby.mjs';

const server = await startStatusServer({ after });
const NAVIGATION = { 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' };

test('s9 branch a: Sec-Fetch-Site decides where it is present', async () => {
  const jar = await signUp(server, 'guard-a');
  const allowed = await jar.setStatus('x');
  assert.equal(allowed.status, 200);
  for (const site of ['cross-site', 'same-site', 'none', 'nonsense', '']) {
    // An Origin of ours does not help: the browser's own word counts first.
    const headers = { 'Sec-Fetch-Site': site, Origin: server.url };
    await refusedFor(jar, headers, site);
  }
  const own = await jar.put('/api/me/status', { text: 'own', mutation_id: crypto.randomUUID() }, { 'Sec-Fetch-Site': 'same-origin', Origin: 'https://evil.example' });
  assert.equal(own.status, 200, own.text);
});

test('s9 branch b: without it, Origin must be ours', async () => {
  const jar = await signUp(server, 'guard-b');
  for (const origin of ['https://evil.example', 'null', `https://${server.host}`, 'http://127.0.0.1', 'http://127.0.0.1:1', `${server.url}.evil.example`, '']) {
    await refusedFor(jar, { Origin: origin }, origin);
  }
  const own = await jar.put('/api/me/status', { text: 'own', mutation_id: crypto.randomUUID() }, { Origin: server.url });
  assert.equal(own.status, 200, own.text);
});

test('s9 branch c: with neither it is a program, as curl shows', async () => {
  const { stdout } = await promisify(execFile)('curl', ['-s', '-w', '%{http_code}', '-d', 'username=curl', '-d', 'status=hi', `${server.url}/register`]);
  assert.equal(stdout, '{"success":true,"error":false}200');
});

test('s9 the guard stands before every request that changes something', async () => {
  const jar = await signUp(server, 'guard-all');
  const evil = { 'Sec-Fetch-Site': 'cross-site' };
  const replies = [
    await jar.post('/register', new URLSearchParams({ username: 'chosen', status: 'x' }), evil),
    await jar.post('/usersystem/auth', new URLSearchParams({ socket_id: '1.1', channel_name: 'presence-whatsup-members' }), evil),
    await jar.post('/logout', undefined, evil),
    await jar.request('DELETE', '/api/me/status', { headers: evil }),
    await jar.request('PATCH', '/api/me/status', { headers: evil }),
  ];
  for (const reply of replies) {
    assert.ok([403, 404, 405].includes(reply.status), String(reply.status));
    failure(reply);
  }
  for (const reply of replies.slice(0, 3)) assert.equal(reply.status, 403);
  assert.equal((await signedIn(jar)), true);
});

test('s9 with a public_url, Origin must equal that', async (t) => {
  const own = await startStatusServer(t, { config: { public_url: 'https://status.example' } });
  const jar = new Jar(own);
  const register = (origin) => jar.post('/register', { username: 'behind-proxy', status: 'x' }, { Origin: origin });
  assert.equal((await register(own.url)).status, 403);
  assert.equal((await register('http://status.example')).status, 403);
  assert.equal((await register('https://status.example')).status, 200);
});

test('s9 signing in over another session needs confirmation and rotates the session', async () => {
  const jar = await signUp(server, 'first-name');
  const before = jar.cookies.get('s');
  const refused = await jar.register('second-name', 'x');
  assert.equal(refused.status, 409);
  assert.equal(failure(refused).error, 'already_signed_in');
  assert.equal((await session(jar)).user.name, 'first-name');
  const confirmed = await jar.register('second-name', 'x', { confirm: true });
  assert.equal(confirmed.status, 200, confirmed.text);
  assert.equal((await session(jar)).user.name, 'second-name');
  assert.notEqual(jar.cookies.get('s'), before);
  const old = new Jar(server);
  old.cookies.set('s', before);
  assert.equal(await signedIn(old), false);
  const byForm = await signUp(server, 'third-name');
  const form = new URLSearchParams({ username: 'fourth-name', status: 'x', confirm: 'true' });
  assert.equal((await byForm.post('/register', form)).status, 200);
});

test('s8 GET /logout from our own page signs out and leads to /', async () => {
  const jar = await signUp(server, 'leaver');
  const reply = await jar.get('/logout', NAVIGATION);
  assert.equal(reply.status, 302);
  assert.equal(reply.headers.location, '/');
  assert.equal(await signedIn(jar), false);
});

test('s8 GET /logout from anywhere else only asks', async () => {
  const jar = await signUp(server, 'stayer');
  const images = [
    { ...NAVIGATION, 'Sec-Fetch-Site': 'cross-site' },
    { ...NAVIGATION, 'Sec-Fetch-Site': 'same-site' },
    { ...NAVIGATION, 'Sec-Fetch-Site': 'none' },
    { ...NAVIGATION, 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'image' },
    { ...NAVIGATION, 'Sec-Fetch-Dest': 'iframe' },
    { ...NAVIGATION, 'Sec-Purpose': 'prefetch' },
    { ...NAVIGATION, Purpose: 'prefetch' },
    { 'Sec-Fetch-Site': 'same-origin' },
    { Referer: 'https://evil.example/' },
    { Referer: `${server.url}.evil.example/` },
    {},
  ];
  for (const headers of images) {
    const reply = await jar.get('/logout', headers);
    assert.equal(reply.status, 200, JSON.stringify(headers));
    assert.match(reply.headers['content-type'], /^text\/html/);
    assert.match(reply.text, /<form[^>]+method="?post"?/i);
    assert.match(reply.text, /\/logout/);
    assert.equal(await signedIn(jar), true, JSON.stringify(headers));
  }
});

test('s8 an old browser of ours is known by its Referer; nobody signed in is led to /', async () => {
  const jar = await signUp(server, 'old-browser');
  const reply = await jar.get('/logout', { Referer: `${server.url}/anything` });
  assert.equal(reply.status, 302);
  assert.equal(await signedIn(jar), false);
  const anonymous = await new Jar(server).get('/logout', { 'Sec-Fetch-Site': 'cross-site' });
  assert.equal(anonymous.status, 302);
  assert.equal(anonymous.headers.location, '/');
});

test('s10 no cookie before sign-in, and nothing that tells the server apart', async () => {
  const jar = new Jar(server);
  for (const path of ['/', '/isLoggedIn', '/api/session', '/nothing', '/logout', '/up']) {
    const reply = await jar.get(path);
    assert.equal(reply.headers['set-cookie'], undefined, path);
    assert.equal(reply.headers['x-powered-by'], undefined);
    assert.equal(reply.headers.server, undefined);
  }
});

test('s10 the cookies on http: HttpOnly, SameSite=Lax, Path=/, no Secure, and only those two', async () => {
  const jar = await signUp(server, 'cookies');
  assert.deepEqual([...jar.cookies.keys()].sort(), ['k', 's']);
  for (const line of jar.lines) {
    assert.match(line, /; HttpOnly/i);
    assert.match(line, /; SameSite=Lax/i);
    assert.match(line, /; Path=\/(;|$)/i);
    assert.doesNotMatch(line, /; Secure/i);
    assert.doesNotMatch(line, /; Domain/i);
  }
  const age = (name) => Number(/max-age=(\d+)/i.exec(jar.lines.find((line) => line.startsWith(`${name}=`)))?.[1]);
  assert.equal(age('k'), 400 * 24 * 3600);
  assert.ok(age('s') <= 180 * 24 * 3600);
  assert.ok(Buffer.from(jar.cookies.get('k'), 'base64url').length >= 32, '256 random bits');
  assert.match(server.log, /http|secure|cookie/i, 'a warning about plain http in the log');
});

test('s10 on https the session is __Host-s with Secure, and s is ignored', async (t) => {
  const own = await startStatusServer(t, { config: { public_url: 'https://status.example' } });
  const jar = new Jar(own);
  assert.equal((await jar.register('secured', 'x')).status, 200);
  assert.deepEqual([...jar.cookies.keys()].sort(), ['__Host-k', '__Host-s']);
  for (const line of jar.lines) assert.match(line, /; Secure/i);
  assert.equal(await signedIn(jar), true);
  const plain = new Jar(own);
  plain.cookies.set('s', jar.cookies.get('__Host-s'));
  assert.equal(await signedIn(plain), false);
});

test('s10 the session changes at every sign-in, and sign-out ends it', async () => {
  const jar = await signUp(server, 'rotating');
  const first = jar.cookies.get('s');
  await jar.register('rotating', 'again');
  const second = jar.cookies.get('s');
  assert.notEqual(second, first);
  await jar.post('/logout');
  assert.equal(jar.cookies.has('s'), false);
  assert.equal(jar.cookies.has('k'), true, 'the device key outlives sign-out');
  for (const value of [first, second]) {
    const replay = new Jar(server);
    replay.cookies.set('s', value);
    assert.equal(await signedIn(replay), false);
  }
});

test('s10 a session id that somebody planted is never taken up', async () => {
  const jar = new Jar(server);
  jar.cookies.set('s', 'planted-by-eve');
  await jar.register('planted', 'x');
  assert.notEqual(jar.cookies.get('s'), 'planted-by-eve');
  const eve = new Jar(server);
  eve.cookies.set('s', 'planted-by-eve');
  assert.equal(await signedIn(eve), false);
});

test('s10 tokens are stored hashed, and the data directory is private', async () => {
  const jar = await signUp(server, 'hashed');
  const { stdout } = await promisify(execFile)('stat', ['-c', '%a', server.data]);
  assert.equal(stdout.trim(), '700');
  for (const file of await readdir(server.data, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    const bytes = await readFile(join(file.parentPath ?? file.path, file.name));
    for (const [name, value] of jar.cookies) {
      assert.equal(bytes.includes(value), false, `${file.name} has the value of ${name}`);
      assert.equal(bytes.includes(Buffer.from(value, 'base64url')), false, `${file.name} has the bytes of ${name}`);
    }
  }
});

test('s18 security headers on the page', async () => {
  const { headers, status } = await send(server, 'GET', '/', { headers: { Accept: 'text/html' } });
  assert.equal(status, 200);
  const policy = new Map(
    headers['content-security-policy'].split(';').map((part) => {
      const [name, ...values] = part.trim().split(/\s+/);
      return [name, values.join(' ')];
    }),
  );
  const expected = {
    'default-src': "'none'",
    'script-src': "'self'",
    'style-src': "'self'",
    'img-src': "'self'",
    'font-src': "'self'",
    'manifest-src': "'self'",
    'base-uri': "'none'",
    'form-action': "'self'",
    'frame-ancestors': "'self'",
    'require-trusted-types-for': "'script'",
    'trusted-types': "'none'",
  };
  for (const [name, value] of Object.entries(expected)) assert.equal(policy.get(name), value, name);
  const connect = policy.get('connect-src').split(' ').sort();
  assert.ok(connect.includes("'self'"));
  assert.ok(connect.includes(`ws://${server.host}`), connect.join(' '));
  assert.ok(connect.every((source) => ["'self'", `ws://${server.host}`, `wss://${server.host}`].includes(source)), connect.join(' '));
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.equal(headers['referrer-policy'], 'same-origin');
  assert.equal(headers['cross-origin-opener-policy'], 'same-origin');
  assert.ok(headers['permissions-policy']);
});

test('s18 a Host header cannot write into the content policy', async () => {
  const reply = await send(server, 'GET', '/', { headers: { Host: "evil.example; script-src 'unsafe-inline'" } });
  assert.doesNotMatch(reply.headers['content-security-policy'] ?? '', /unsafe-inline/);
});

test('s18 nosniff and a referrer policy on every answer of the status app', async () => {
  for (const path of ['/', '/api/session', '/isLoggedIn', '/logout', '/api/nothing']) {
    const { headers } = await send(server, 'GET', path);
    assert.equal(headers['x-content-type-options'], 'nosniff', path);
    assert.equal(headers['referrer-policy'], 'same-origin', path);
  }
});

test('s16 the page and its assets name no other origin to load from', async () => {
  const { text } = await send(server, 'GET', '/');
  const loads = [...text.matchAll(/(?:src|href|action|content)="([^"]+)"/g)].map((match) => match[1]);
  assert.ok(loads.length > 0);
  assert.deepEqual(loads.filter((url) => /^(?:[a-z]+:)?\/\//i.test(url)), []);
});

test('s10 s8 the same person on two devices: one signs out, the other stays', async () => {
  const { jar } = await arrive(server, 'two-devices', 'x');
  const other = new Jar(server);
  other.cookies.set('k', jar.cookies.get('k'));
  assert.equal((await other.register('two-devices', 'y')).status, 200);
  await jar.post('/logout');
  assert.equal(await signedIn(jar), false);
  assert.equal(await signedIn(other), true);
});

async function refusedFor(jar, headers, what) {
  const reply = await jar.put('/api/me/status', { text: 'evil', mutation_id: crypto.randomUUID() }, headers);
  assert.equal(reply.status, 403, `${what}: ${reply.text}`);
  failure(reply);
  assert.notEqual((await session(jar)).user.status, 'evil');
}

async function signedIn(jar) {
  return (await jar.get('/isLoggedIn')).json.authenticated;
}

async function session(jar) {
  return (await jar.get('/api/session')).json;
}
