import { expect, test } from 'vitest';
import type { ErrorGroup } from './contract';
import { grouped, mentions } from './errors';

const group = (kind: string, of: Partial<ErrorGroup> = {}): ErrorGroup => ({
  kind, code: null, message: '', count: 1, first_at: 0, last_at: 0, sample: null, setting: null, ...of,
});

test('what just happened comes first, once, with its new count', () => {
  const before = [group('a'), group('b')];
  expect(grouped(before, group('b', { count: 2 })).map(({ kind, count }) => `${kind} ${count}`)).toEqual(['b 2', 'a 1']);
  expect(grouped(before, group('a', { code: 4301 })).length).toBe(3);
});

test('no more are kept than the server lists', () => {
  const many = Array.from({ length: 200 }, (_, n) => group(`k${n}`));
  const after = grouped(many, group('new'));
  expect([after.length, after[0]!.kind, after.at(-1)!.kind]).toEqual([200, 'new', 'k198']);
});

test('a search looks into kind, code and message', () => {
  const off = group('client_events_off', { code: 4301, message: 'Client events are off' });
  expect(['', 'EVENTS', '430', ' are off ', 'other'].map((search) => mentions(off, search))).toEqual([true, true, true, true, false]);
});
