/** The filter language, by the table that `rollcall tail` obeys too (docs/console.md 2.9). */

import { expect, test } from 'vitest';
import cases from '../../../docs/filter-cases.json';
import type { LiveEvent } from './contract';
import { EVENT_TYPES } from './events';
import { parseFilter } from './filter';

const events = Object.entries(cases.events as Record<string, unknown>).map(([name, event]) => [name, event as LiveEvent] as const);

test.each(cases.matches.map((found) => [found.filter, found.shows] as const))('%s shows %j', (filter, shows) => {
  const parsed = parseFilter(filter);
  if (!parsed.ok) throw new Error(parsed.error.code);
  expect(events.filter(([, event]) => parsed.matches(event)).map(([name]) => name)).toEqual(shows);
});

test.each(cases.errors.map(({ filter, message: _, ...error }) => [filter, error] as const))('%s is refused', (filter, error) => {
  const parsed = parseFilter(filter);
  expect(parsed).toEqual({ ok: false, error });
});

test('the table has every type and every error', () => {
  const codes = new Set(cases.errors.map((error) => error.code));
  expect([...codes].sort()).toEqual([
    'after_quote', 'empty_quote', 'lone_minus', 'missing_alternative', 'missing_value', 'open_quote', 'too_long',
    'unknown_type', 'unknown_word',
  ]);
  for (const type of EVENT_TYPES) expect(cases.errors.find((error) => error.code === 'unknown_type')?.message).toContain(type);
});

test('only an empty filter says that it is empty', () => {
  expect([parseFilter(' '), parseFilter('*')].map((parsed) => parsed.ok && parsed.empty)).toEqual([true, false]);
});
