// A real Chromium. One browser for a file of tests, one context (cookies, storage) for each person.

import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';
import { Jar } from './jar.mjs';
import { PATIENCE_MS, until } from './wait.mjs';

/** The browser under test: $CHROMIUM, else Debian's. */
const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium';

export async function launch(after) {
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const browser = await chromium.launch({ executablePath: EXECUTABLE, args: [...sandbox, '--disable-dev-shm-usage'] });
  after(() => browser.close());
  return browser;
}

/**
 * A new person's browser, on `server`. When the test ends, it fails on an uncaught error in any page, on a
 * report of the content policy, and on any request to another origin (docs/status.md C8, S5, S16).
 */
export async function profile(t, browser, server, options = {}) {
  const context = await browser.newContext({ locale: 'en-GB', baseURL: server.url, ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  const person = new Profile(context, server);
  t.after(async () => {
    await context.close();
    person.checkProblems();
  });
  return person;
}

export class Profile {
  problems = [];
  /** `METHOD path` of every request, oldest first. */
  requests = [];
  /** Every Pusher frame that a page received: `{page, event, channel, data}`. */
  frames = [];

  constructor(context, server) {
    this.context = context;
    this.server = server;
    context.on('weberror', (error) => this.problems.push(`uncaught: ${error.error().stack ?? error.error()}`));
    context.on('console', (message) => this.#handleConsole(message));
    context.on('request', (request) => this.#handleRequest(request.method(), request.url()));
    context.on('page', (page) => page.on('websocket', (socket) => this.#handleSocket(page, socket)));
  }

  /** Opens the status page in a new tab. */
  async open(path = '/') {
    const page = await this.context.newPage();
    await page.goto(path);
    return page;
  }

  /** Opens the page and signs up; returns the tab, with the list shown. */
  async signUp(name, status, path = '/') {
    const page = await this.open(path);
    await fillSignUp(page, name, status);
    await page.getByTestId('members').waitFor();
    return page;
  }

  /** The cookies of this browser as a jar, to act as the same person from outside. */
  async jar() {
    const jar = new Jar(this.server);
    for (const { name, value } of await this.context.cookies()) jar.cookies.set(name, value);
    return jar;
  }

  /** How many requests so far began with this, such as `PUT /api`. */
  requested(start) {
    return this.requests.filter((request) => request.startsWith(start)).length;
  }

  /** Frames with a member event that one of the pages received. */
  memberEvents(page) {
    return this.frames.filter((frame) => frame.page === page && /:member_(added|removed|updated)$/.test(frame.event));
  }

  /** Problems of a kind that this test provokes on purpose. */
  forgive(pattern) {
    this.problems = this.problems.filter((problem) => !pattern.test(problem));
  }

  checkProblems() {
    assert.deepEqual(this.problems, []);
  }

  #handleConsole(message) {
    const text = message.text();
    if (/Content Security Policy|Refused to|TrustedHTML|Trusted Type/i.test(text)) this.problems.push(`console: ${text}`);
  }

  #handleRequest(method, url) {
    if (/^(data|blob|about|chrome-error):/.test(url)) return;
    const { host, pathname } = new URL(url);
    this.requests.push(`${method} ${pathname}`);
    if (host !== this.server.host) this.problems.push(`request to another origin: ${url}`);
  }

  #handleSocket(page, socket) {
    this.#handleRequest('WS', socket.url());
    socket.on('framereceived', ({ payload }) => {
      if (typeof payload === 'string' && payload.startsWith('{')) this.frames.push({ page, ...JSON.parse(payload) });
    });
  }
}

export async function fillSignUp(page, name, status) {
  await page.locator('[name="name"]').fill(name);
  await page.locator('[name="status"]').fill(status);
  await page.getByTestId('join').click();
}

/** The row of a member in the list. */
export function row(page, name) {
  return page.locator(`[data-testid="member"][data-user=${JSON.stringify(name)}]`);
}

/** Waits until the list shows `name` with exactly this status. */
export async function shows(page, name, status, ms = PATIENCE_MS) {
  const cell = row(page, name).getByTestId('member-status');
  await until(
    async () => (await cell.textContent({ timeout: 1_000 })) === status,
    `the row of ${name} to say "${status}"`,
    ms,
  );
}

/** Waits until the list has no row of `name`. */
export async function gone(page, name, ms = PATIENCE_MS) {
  await row(page, name).waitFor({ state: 'detached', timeout: ms });
}

/** Names in the list, from top to bottom. */
export function names(page) {
  return page.getByTestId('member').evaluateAll((rows) => rows.map((each) => each.dataset.user));
}

/** Opens the field of one's own status, unless it is open, and returns it. */
export async function openEditor(page) {
  const field = page.getByTestId('my-status');
  const button = page.getByTestId('edit-status');
  await field.or(button).first().waitFor();
  if ((await button.count()) > 0) await button.click();
  return field;
}

/** Types a new status over the old one; saves with Enter. */
export async function changeStatus(page, text) {
  const field = await openEditor(page);
  await field.fill(text);
  await field.press('Enter');
}

/** One's own status as the panel shows it, in the field or on the button that opens it. */
export function ownStatus(page) {
  return page.getByTestId('me').evaluate((panel) => {
    const field = panel.querySelector('[data-testid="my-status"]');
    return field === null ? panel.querySelector('[data-testid="my-status-text"]')?.textContent : field.value;
  });
}

/** The state of the last save: idle, saving, saved, failed … */
export function saveState(page) {
  return page.getByTestId('save-state').getAttribute('data-state');
}

export function saved(page) {
  return until(async () => (await saveState(page)) === 'saved', 'the status to be saved');
}

/** Records every status that the list ever shows, from the first mutation on. Call before opening a page. */
export async function recordStatuses(context) {
  await context.addInitScript(() => {
    window.shownStatuses = [];
    const note = () => {
      for (const each of document.querySelectorAll('[data-testid="member"]')) {
        const text = each.querySelector('[data-testid="member-status"]')?.textContent ?? '';
        window.shownStatuses.push([each.dataset.user, text]);
      }
    };
    new MutationObserver(note).observe(document, { childList: true, subtree: true, characterData: true });
  });
}

/** The statuses of `name` that a recording page has shown, oldest first, repeats left out. */
export async function shownStatuses(page, name) {
  const all = await page.evaluate(() => window.shownStatuses);
  const texts = all.filter(([user]) => user === name).map(([, text]) => text);
  return texts.filter((text, index) => text !== texts[index - 1]);
}
