/** The steps of an interruption: silence, a line, a button, good news (docs/status.md, feature 20). */

import { signal } from '@preact/signals';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Outage } from './outage';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A connection that is there, with its list up to date. */
function connected() {
  const [interrupted, live] = [signal(true), signal(false)];
  const outage = new Outage(interrupted, live);
  const away = () => ((interrupted.value = true), (live.value = false));
  const back = () => ((interrupted.value = false), (live.value = true));
  back();
  return { outage, interrupted, live, away, back };
}

test('a connection that comes back within 2 s is not worth a word', () => {
  const { outage, away, back } = connected();
  away();
  vi.advanceTimersByTime(1_999);
  expect(outage.stage.value).toBe('quiet');
  back();
  vi.advanceTimersByTime(60_000);
  expect(outage.stage.value).toBe('quiet');
});

test('after 2 s a line, after 10 s more, and good news for 3 s', () => {
  const { outage, away, back } = connected();
  away();
  vi.advanceTimersByTime(2_000);
  expect(outage.stage.value).toBe('short');
  vi.advanceTimersByTime(7_999);
  expect(outage.stage.value).toBe('short');
  vi.advanceTimersByTime(1);
  expect(outage.stage.value).toBe('long');
  back();
  expect(outage.stage.value).toBe('over');
  vi.advanceTimersByTime(2_999);
  expect(outage.stage.value).toBe('over');
  vi.advanceTimersByTime(1);
  expect(outage.stage.value).toBe('quiet');
});

test('a connection without a list is no good news yet', () => {
  const { outage, interrupted, live, away } = connected();
  away();
  vi.advanceTimersByTime(5_000);
  interrupted.value = false;
  expect(outage.stage.value).toBe('quiet');
  live.value = true;
  expect(outage.stage.value).toBe('over');
});

test('a device that was offline while its connection lived on is told when that is over', () => {
  const { outage, interrupted } = connected();
  interrupted.value = true;
  vi.advanceTimersByTime(2_000);
  expect(outage.stage.value).toBe('short');
  interrupted.value = false;
  expect(outage.stage.value).toBe('over');
});

test('another interruption during the good news starts with silence', () => {
  const { outage, away, back } = connected();
  away();
  vi.advanceTimersByTime(2_000);
  back();
  away();
  expect(outage.stage.value).toBe('quiet');
  vi.advanceTimersByTime(3_500);
  expect(outage.stage.value).toBe('short');
});

test('a first connection that takes its time is not "back"', () => {
  const [interrupted, live] = [signal(true), signal(false)];
  const outage = new Outage(interrupted, live);
  vi.advanceTimersByTime(2_000);
  expect(outage.stage.value).toBe('short');
  interrupted.value = false;
  live.value = true;
  expect(outage.stage.value).toBe('quiet');
});

test('once stopped it says nothing more', () => {
  const { outage, away } = connected();
  away();
  outage.stop();
  vi.advanceTimersByTime(60_000);
  expect(outage.stage.value).toBe('quiet');
});
