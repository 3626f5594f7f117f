/** Every page has an address, every address at most one page, and no two pages a shortcut in common. */

import { expect, test } from 'vitest';
import { PAGES } from '../pages';
import { segmentsOf } from './location';
import { match, pathOf } from './router';

test('the address of each page leads to it', () => {
  for (const page of PAGES) {
    const app = page.scope === 'app' ? 'a/b 1' : null;
    expect(match(PAGES, segmentsOf(`/console${pathOf(page, app)}`, '/console'))).toEqual({ kind: 'page', page, app });
  }
});

test('the console itself is home, and anything else unknown', () => {
  expect(match(PAGES, [])).toEqual({ kind: 'home' });
  for (const at of [['nowhere'], ['apps', '1001', 'nowhere'], ['apps', '1001', 'keys', 'more'], ['?']]) {
    expect(match(PAGES, at)).toEqual({ kind: 'unknown' });
  }
});

test('no two pages share an address, a name or a shortcut', () => {
  const distinct = (values: readonly string[]) => expect(new Set(values).size).toBe(values.length);
  distinct(PAGES.map(({ scope, path }) => `${scope} ${path}`));
  distinct(PAGES.map(({ id }) => id));
  distinct(PAGES.flatMap(({ key }) => (key === null ? [] : [key])));
});

test('a shortcut is one letter', () => {
  for (const { key } of PAGES) if (key !== null) expect(key).toMatch(/^[a-z]$/);
});
