/** The check list only ever gains ticks, whatever the order in which they are told. */

import { expect, test } from 'vitest';
import { doneCount, merged, ticked } from './checklist';
import type { Checklist } from './contract';

const NONE: Checklist = { connection: null, subscription: null, event: null, presence: null };

test('a first is ticked once', () => {
  const once = ticked(NONE, 'connection', 5);
  expect(once).toEqual({ ...NONE, connection: 5 });
  expect(ticked(once, 'connection', 9)).toBe(once);
});

test('an answer that is older than a live tick does not take it back', () => {
  const live = ticked(NONE, 'subscription', 7);
  expect(merged(live, { ...NONE, connection: 6 })).toEqual({ ...NONE, connection: 6, subscription: 7 });
  expect(merged(null, NONE)).toBe(NONE);
});

test('how many are done', () => {
  expect(doneCount(NONE)).toBe(0);
  expect(doneCount({ connection: 1, subscription: 1, event: 1, presence: 1 })).toBe(4);
});
