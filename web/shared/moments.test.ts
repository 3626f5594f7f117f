/** Relative times tick, with one timer, and come right after a sleep (docs/status.md C14). */

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ago, staysMs } from './ago';
import { adjustTo } from './clock';
import { refreshMoments, watchMoment } from './moments';

const MINUTE_MS = 60_000;
let stops: (() => void)[] = [];

beforeEach(() => {
  vi.useFakeTimers({ now: 1_700_000_000_000 });
  adjustTo(Date.now());
});

afterEach(() => {
  for (const stop of stops) stop();
  stops = [];
  vi.useRealTimers();
});

function watched(ms: number): ReturnType<typeof vi.fn<() => void>> {
  const changed = vi.fn<() => void>();
  stops.push(watchMoment(ms, changed));
  return changed;
}

test('c14 an age reads as each language says it', () => {
  expect(ago(59_999, 'en', 'long')).toBeNull();
  expect(ago(5 * MINUTE_MS, 'en', 'long')).toBe('5 minutes ago');
  expect(ago(5 * MINUTE_MS, 'fr', 'long')).toBe('il y a 5 minutes');
  expect(ago(61 * MINUTE_MS, 'en', 'long')).toBe('1 hour ago');
  expect(ago(1_441 * MINUTE_MS, 'fr', 'long')).toBe('hier');
});

test('c14 a moment to come, by a clock that is off, counts as now', () => {
  expect(ago(-3_600_000, 'en', 'short')).toBeNull();
});

test('c14 what is said is right until it is said to change', () => {
  for (const ageMs of [-90_000, 0, 1, 59_999, 60_000, 3_599_999, 3_600_000, 90_000_000, 4e10]) {
    const left = staysMs(ageMs);
    expect(left).toBeGreaterThan(0);
    expect(ago(ageMs + left - 1, 'en', 'short')).toBe(ago(ageMs, 'en', 'short'));
    if (ageMs >= 0) expect(ago(ageMs + left, 'en', 'short')).not.toBe(ago(ageMs, 'en', 'short'));
  }
});

test('c14 a thousand moments have one timer, and are told within a second of being due', () => {
  const all = Array.from({ length: 1_000 }, (_, index) => watched(Date.now() - index));
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(58_000);
  for (const changed of all) expect(changed).not.toHaveBeenCalled();
  vi.advanceTimersByTime(3_001);
  for (const changed of all) expect(changed).toHaveBeenCalledTimes(1);
  expect(vi.getTimerCount()).toBe(1);
});

test('c14 after a sleep, in which timers stood still, a refresh makes it right at once', () => {
  const changed = watched(Date.now());
  vi.setSystemTime(Date.now() + 3 * 3_600_000);
  refreshMoments();
  expect(changed).toHaveBeenCalledTimes(1);
});

test('c14 after a sleep that nobody tells of, it is right within 15 s', () => {
  const changed = watched(Date.now());
  vi.setSystemTime(Date.now() + 3 * 3_600_000);
  vi.advanceTimersByTime(15_000);
  expect(changed).toHaveBeenCalledTimes(1);
});

test('c14 a clock that is set back is noticed too', () => {
  const changed = watched(Date.now() - 10 * MINUTE_MS);
  vi.setSystemTime(Date.now() - 5 * MINUTE_MS - 1);
  refreshMoments();
  expect(changed).toHaveBeenCalledTimes(1);
});

test('c14 what nobody watches has no timer', () => {
  const changed = watched(Date.now());
  stops.pop()?.();
  expect(vi.getTimerCount()).toBe(0);
  vi.advanceTimersByTime(120_000);
  expect(changed).not.toHaveBeenCalled();
});
