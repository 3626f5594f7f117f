/** Addresses of the console: what is below it, with a prefix and without one, and filters in the query string. */

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { changedQuery, pathTo, segmentsOf } from './location';

test('what is below the console is its segments, decoded', () => {
  expect(segmentsOf('/console', '/console')).toEqual([]);
  expect(segmentsOf('/console/', '/console')).toEqual([]);
  expect(segmentsOf('/console/apps/1001/keys', '/console')).toEqual(['apps', '1001', 'keys']);
  expect(segmentsOf('/console/apps/a%2Fb%20c', '/console')).toEqual(['apps', 'a/b c']);
});

test('p16 a path prefix stands before the console', () => {
  expect(segmentsOf('/rt/console/apps', '/rt/console')).toEqual(['apps']);
  expect(segmentsOf('/console/apps', '/rt/console')).toEqual([]);
  expect(segmentsOf('/rt/consoles', '/rt/console')).toEqual([]);
});

test('an address that nobody can decode is no page', () => {
  expect(segmentsOf('/console/apps/%E0%A4%A', '/console')).toEqual(['?']);
});

test('a path is made of segments that may hold anything', () => {
  expect(pathTo('apps', 'a/b c?')).toBe('/apps/a%2Fb%20c%3F');
});

test('a filter changes its own parameter and leaves the others', () => {
  const now = new URLSearchParams('q=a+b&type=error');
  expect(changedQuery(now, { q: 'c' })).toBe('q=c&type=error');
  expect(changedQuery(now, { q: null })).toBe('type=error');
  expect(changedQuery(now, { q: '', type: '' })).toBe('');
});

/** A browser as far as this module sees one. */
class Browser {
  readonly location: { pathname: string; search: string };
  entries = 1;
  readonly #handlers = new Map<string, (event: { preventDefault: () => void }) => void>();
  readonly window = { addEventListener: (name: string, handler: () => void) => void this.#handlers.set(name, handler) };
  readonly history = {
    pushState: (_: unknown, __: string, to: string) => ((this.entries += 1), this.#show(to)),
    replaceState: (_: unknown, __: string, to: string) => this.#show(to),
  };

  constructor(at: string) {
    this.location = { pathname: '', search: '' };
    this.#show(at);
  }

  pop(to: string): void {
    this.#show(to);
    this.#handlers.get('popstate')?.({ preventDefault: () => {} });
  }

  /** Whether the browser asks before the window is closed. */
  asksBeforeClosing(): boolean {
    const preventDefault = vi.fn();
    this.#handlers.get('beforeunload')?.({ preventDefault });
    return preventDefault.mock.calls.length > 0;
  }

  #show(to: string): void {
    const url = new URL(to, 'http://rollcall.example');
    Object.assign(this.location, { pathname: url.pathname, search: url.search });
  }
}

let browser: Browser;

beforeEach(() => {
  browser = new Browser('/console/apps?q=chat');
  vi.resetModules();
  for (const name of ['location', 'history', 'window'] as const) vi.stubGlobal(name, browser[name]);
});
afterEach(() => vi.unstubAllGlobals());

test('a deep link is read at the start, filters included', async () => {
  const { query, segments } = await import('./location');
  expect(segments.value).toEqual(['apps']);
  expect(query.value.get('q')).toBe('chat');
});

test('going elsewhere makes an entry in the history, the same place and a filter do not', async () => {
  const { go, query, segments, setQuery } = await import('./location');
  go('/apps/1001/keys');
  expect(segments.value).toEqual(['apps', '1001', 'keys']);
  go('/apps/1001/keys');
  setQuery({ q: 'a' });
  go('/apps', 'replace');
  expect(browser.entries).toBe(2);
  expect(query.value.toString()).toBe('');
});

test('the way back is followed', async () => {
  const { followHistory, segments } = await import('./location');
  followHistory();
  browser.pop('/console/system');
  expect(segments.value).toEqual(['system']);
});

test('a page that is held is left after a question alone, whichever way', async () => {
  const { followHistory, go, holdPage, leave, segments, stay, wanted } = await import('./location');
  followHistory();
  let held = true;
  const discard = vi.fn(() => void (held = false));
  holdPage({ isHeld: () => held, discard });
  go('/system?part=log');
  expect([segments.value, wanted.value]).toEqual([['apps'], '/console/system?part=log']);
  stay();
  browser.pop('/console/account');
  expect([segments.value, wanted.value]).toEqual([['apps'], '/console/account']);
  expect([browser.location.pathname, browser.location.search]).toEqual(['/console/apps', '?q=chat']);
  expect(browser.asksBeforeClosing()).toBe(true);
  expect(discard).not.toHaveBeenCalled();
  leave();
  expect([segments.value, wanted.value]).toEqual([['account'], null]);
  expect(discard).toHaveBeenCalledTimes(1);
  expect(browser.asksBeforeClosing()).toBe(false);
});

test('a filter of a page that is held is changed, and a page that is let go is left', async () => {
  const { go, holdPage, query, segments, setQuery, wanted } = await import('./location');
  const release = holdPage({ isHeld: () => true, discard: () => {} });
  setQuery({ q: 'a' });
  go('/apps?q=b');
  expect([query.value.get('q'), wanted.value]).toEqual(['b', null]);
  release();
  go('/system');
  expect(segments.value).toEqual(['system']);
});
