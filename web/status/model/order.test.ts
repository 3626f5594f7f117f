/** The order of the list: the viewer, then names as their reader sorts them (docs/status.md C15). */

import { expect, test } from 'vitest';
import { comparison, Order } from './order';

const sorted = (users: string[], me: string, language: string) => [...users].sort(comparison(me, language));

test('c15 the viewer comes first, then names by the language and not by their bytes', () => {
  const users = ['zoe', 'Émile', '10', '9', 'Adam', '__proto__', 'eve', 'constructor', 'me'];
  expect(sorted(users, 'me', 'en')).toEqual(['me', '__proto__', '9', '10', 'Adam', 'constructor', 'Émile', 'eve', 'zoe']);
});

test('c15 names that a language holds for equal are told apart by their code points', () => {
  // The second is a precomposed letter, the third a letter above the basic plane, whose first UTF-16 unit is smaller.
  const equal = ['e\u0301', '\u00e9'];
  expect(sorted(equal, 'me', 'fr')).toEqual(['e\u0301', '\u00e9']);
  expect(sorted(equal.toReversed(), 'me', 'fr')).toEqual(['e\u0301', '\u00e9']);
  const ignorable = ['\u{E0100}', '\uFE0F'];
  expect(new Intl.Collator('en').compare(ignorable[0]!, ignorable[1]!)).toBe(0);
  expect(sorted(ignorable, 'me', 'en')).toEqual(['\uFE0F', '\u{E0100}']);
});

test('c15 whatever the order in which people come and go, the list is the same', () => {
  const order = new Order('me');
  const all = Array.from({ length: 200 }, (_, index) => `${['Ana', 'émile', 'Zoé'][index % 3]} ${(index * 7919) % 200}`);
  const half = all.filter((_, index) => index % 2 === 0);
  order.of(half, 'fr');
  order.of(all, 'fr');
  order.of(half.slice(10), 'fr');
  expect(order.of([...all, 'me'], 'fr')).toEqual(sorted([...all, 'me'], 'me', 'fr'));
});

test('c15 another language is another order', () => {
  const order = new Order('me');
  const users = ['zebra', 'ähnlich', 'me', 'öl'];
  expect(order.of(users, 'de')).toEqual(['me', 'ähnlich', 'öl', 'zebra']);
  expect(order.of(users, 'sv')).toEqual(['me', 'zebra', 'ähnlich', 'öl']);
});

test('a1 a thousand who come at once are merged without sorting who is there', () => {
  const order = new Order('me');
  const users = Array.from({ length: 10_000 }, (_, index) => `user ${(index * 7919) % 10_000}`);
  order.of(users.slice(0, 9_000), 'en');
  const started = performance.now();
  expect(order.of(users, 'en')).toHaveLength(10_000);
  expect(performance.now() - started).toBeLessThan(500);
});
