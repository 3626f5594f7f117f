// The operator of a console: in a browser, and as a program with the browser's session.

import assert from 'node:assert/strict';
import { profile } from './browser.mjs';
import { startServer } from './server.mjs';
import { dial } from './socket.mjs';
import { until } from './wait.mjs';

export const OPERATOR = { name: 'Olga', password: 'correct horse battery' };

/** The one-time code that the server printed last. */
export function codeOf(server) {
  const codes = [...server.log.matchAll(/Code\s+((?:[2-9A-Z]{4}-){2}[2-9A-Z]{4})/g)];
  assert.ok(codes.length > 0, `a code in:\n${server.log}`);
  return codes.at(-1)[1];
}

/** Somebody who asks the console's API, with a session once there is one. */
export class Operator {
  cookie = '';

  constructor(server) {
    this.server = server;
  }

  /** The operator who is signed in in this person's browser. */
  static async of(person) {
    const operator = new Operator(person.server);
    operator.cookie = (await person.context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
    return operator;
  }

  /** Makes the account with the code that the server printed. */
  async setUp() {
    const reply = await this.ask('POST', 'setup', { code: codeOf(this.server), ...OPERATOR });
    assert.equal(reply.status, 200, reply.text);
    return this;
  }

  /** Asks; `path` is below `/console/api`. */
  async ask(method, path, body, headers = {}) {
    const reply = await fetch(`${this.server.url}/console/api/${path}`, {
      method,
      headers: { Cookie: this.cookie, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const [cookie] = reply.headers.getSetCookie();
    if (cookie) this.cookie = cookie.split(';')[0];
    const text = await reply.text();
    return { status: reply.status, text, headers: reply.headers, json: reply.headers.get('content-type')?.includes('json') ? JSON.parse(text) : undefined };
  }

  /** Asks and wants it done. */
  async get(path) {
    const { status, text, json } = await this.ask('GET', path);
    assert.equal(status, 200, text);
    return json;
  }

  /** Makes an app and waits until it is served; returns it as the suites name theirs. */
  async newApp(name, settings = {}) {
    const made = await this.ask('POST', 'apps', { name });
    assert.equal(made.status, 201, made.text);
    const { id, keys } = made.json.app;
    const { json } = await this.ask('POST', `apps/${id}/keys/${keys[0].key}/reveal`);
    if (Object.keys(settings).length > 0) await this.change(id, settings);
    await until(async () => (await fetch(`${this.server.url}/apps/${id}/channels`)).status === 401, 'the app to be served');
    return { id, name, keys: [{ key: keys[0].key, secret: json.secret }] };
  }

  /** A client of the app that carries the live pages, on the channel of an app's events. */
  async watch(app) {
    const { key } = (await this.get('session')).live;
    const socket = dial(this.server, { key });
    await socket.established();
    const channel = `private-debug-${app.id}`;
    const { status, text, json } = await this.ask('POST', 'live/auth', { socket_id: socket.id, channel_name: channel });
    assert.equal(status, 200, text);
    await socket.subscribe(channel, { auth: json.auth });
    return socket;
  }

  /** Changes settings of an app, all or none. */
  async change(app, changes) {
    const { status, text } = await this.ask('PATCH', `apps/${app}/settings`, { changes });
    assert.equal(status, 200, text);
  }
}

/** A server of its own, whose operator has made an app and has the console open; `options` are of the browser's context. */
export async function beginWithApp(t, browser, settings = {}, options = {}) {
  const server = await startServer(t);
  const person = await profile(t, browser, server, options);
  const page = await person.open('/console');
  await setUp(page, server);
  const operator = await Operator.of(person);
  const app = await operator.newApp('Shop', settings);
  return { server, person, page, operator, app, path: `/console/apps/${app.id}` };
}

/** Fills in the first run; the page then shows the wizard. */
export async function setUp(page, server) {
  await page.goto('/console');
  const form = page.getByTestId('set-up');
  await form.locator('[name=code]').fill(codeOf(server));
  await form.locator('[name=name]').fill(OPERATOR.name);
  await form.locator('[name=password]').fill(OPERATOR.password);
  await page.getByTestId('set-up-button').click();
  await page.getByTestId('new-app-form').waitFor();
}

/** Signs in where a page asks for it. */
export async function signIn(page) {
  await page.getByTestId('sign-in').locator('[name=name]').fill(OPERATOR.name);
  await page.locator('[name=password]').fill(OPERATOR.password);
  await page.getByTestId('sign-in-button').click();
  await page.getByTestId('sign-in').waitFor({ state: 'detached' });
}

/** Opens the debug console with a filter, and waits until it is live: it is told of nothing that happened before. */
export async function openDebug(page, app, filter) {
  await page.goto(`/console/apps/${encodeURIComponent(app)}/debug?${new URLSearchParams({ q: filter })}`);
  await until(async () => (await page.getByTestId('live-state').getAttribute('data-state')) === 'live', 'the debug console to be live');
  assert.equal(await page.locator('[name=filter]').inputValue(), filter);
}

/** Waits until an item of the check list is ticked. */
export async function ticked(page, what) {
  const item = page.getByTestId(`first-${what}`);
  await until(async () => (await item.getAttribute('data-done')) === 'true', `${what} to be ticked`);
}
