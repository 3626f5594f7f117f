/** The ring of the debug console: its bound, its pause, and its filter (docs/console.md, Debug console). */

import { expect, test, vi } from 'vitest';
import type { LiveEvent } from './contract';
import { EventLog } from './event-log';

let serial = 0;

function events(count: number, of: Partial<LiveEvent> = {}): LiveEvent[] {
  return Array.from({ length: count }, () => ({ n: (serial += 1), at: serial, type: 'api_message', ...of }));
}

function batch(told: LiveEvent[], seen = told.length) {
  return { events: told, seen, shown: told.length };
}

function started(capacity = 5): EventLog {
  serial = 0;
  return new EventLog(capacity);
}

function order(log: EventLog): string {
  while (log.flush());
  return log.shown.value.order.map((id) => log.event(id)!.n).join(' ');
}

test('the newest stands first, and rows change with a flush only', () => {
  const log = started();
  expect(log.take(batch(events(3)), 0)).toBe(true);
  expect(log.shown.value.order).toEqual([]);
  expect(order(log)).toBe('3 2 1');
});

test('what is one too many pushes the oldest out', () => {
  const log = started();
  log.take(batch(events(7)), 0);
  expect(order(log)).toBe('7 6 5 4 3');
  expect(log.shown.value.total).toBe(5);
});

test('what arrives between two frames is bounded too', () => {
  const log = started();
  for (let message = 0; message < 100; message += 1) log.take(batch(events(3)), 0);
  expect(order(log)).toBe('300 299 298 297 296');
});

test('a server that starts anew, and counts anew, makes other rows', () => {
  const log = started();
  log.take(batch(events(2)), 0);
  serial = 0;
  log.take(batch(events(2)), 0);
  expect(order(log)).toBe('2 1 2 1');
  expect(new Set(log.shown.value.order).size).toBe(4);
});

test('5,000 events are kept', () => {
  const log = new EventLog();
  log.take(batch(events(5_001)), 0);
  log.flush();
  expect(log.shown.value.total).toBe(5_000);
});

test('a pause holds back and counts; going on shows the last of it', () => {
  const log = started();
  log.take(batch(events(2)), 0);
  log.pause();
  log.take(batch(events(6)), 0);
  expect(order(log)).toBe('2 1');
  expect([log.paused.value, log.buffered.value]).toEqual([true, 6]);
  log.resume();
  expect(order(log)).toBe('8 7 6 5 4');
  expect([log.paused.value, log.buffered.value]).toEqual([false, 0]);
});

test('what came just before the pause is still shown', () => {
  const log = started();
  log.take(batch(events(1)), 0);
  log.pause();
  expect(order(log)).toBe('1');
});

test('clearing takes what is held back along', () => {
  const log = started();
  log.take(batch(events(2)), 0);
  log.pause();
  log.take(batch(events(2)), 0);
  log.flush();
  log.clear();
  expect([order(log), log.buffered.value]).toEqual(['', 0]);
  log.resume();
  expect(order(log)).toBe('');
});

test('a filter shows what fits, of what was there and of what comes', () => {
  const log = started();
  log.take(batch([...events(1), ...events(1, { user: 'a' }), ...events(1)]), 0);
  log.flush();
  log.setFilter((event) => event.user === 'a');
  log.take(batch([...events(1, { user: 'a' }), ...events(1)]), 0);
  expect(order(log)).toBe('4 2');
  expect(log.shown.value.total).toBe(5);
  expect(log.fitting().map((event) => event.n)).toEqual([2, 4]);
  expect(log.everything().length).toBe(5);
});

test('what leaves the ring leaves the rows, while a filter reads and after', () => {
  const log = started();
  log.take(batch([...events(2, { user: 'a' }), ...events(3)]), 0);
  log.flush();
  log.setFilter((event) => event.user === 'a');
  log.take(batch(events(1, { user: 'a' })), 0);
  expect(order(log)).toBe('6 2');
  log.take(batch(events(1)), 0);
  expect(order(log)).toBe('6');
});

test('an event costs one look of the filter, and none while nothing comes', () => {
  const log = started(100);
  log.take(batch(events(100)), 0);
  order(log);
  const looks = vi.fn(() => true);
  log.setFilter(looks);
  order(log);
  expect(looks).toHaveBeenCalledTimes(100);
  log.take(batch(events(3)), 0);
  order(log);
  expect(looks).toHaveBeenCalledTimes(103);
  const before = log.shown.value;
  expect([log.flush(), log.shown.value === before]).toEqual([false, true]);
});

test('a filter that takes long gives the page its frames', () => {
  const log = started(1_000);
  log.take(batch(events(1_000)), 0);
  log.flush();
  const now = vi.spyOn(performance, 'now');
  let ms = 0;
  now.mockImplementation(() => (ms += 5));
  log.setFilter(() => true);
  expect(log.flush()).toBe(true);
  expect(log.event(log.shown.value.order[0]!)?.n).toBe(1_000);
  expect(log.shown.value.unread).toBeGreaterThan(0);
  while (log.flush());
  now.mockRestore();
  expect(log.shown.value.order.length).toBe(1_000);
  expect(log.shown.value.unread).toBe(0);
});

test('a sample is told with the rates of the last second, and for no longer', () => {
  const log = started();
  log.take(batch(events(2), 50), 0);
  log.take(batch(events(2), 50), 500);
  log.flush();
  expect(log.sampling.value).toEqual({ seen: 100, shown: 4 });
  log.take(batch(events(1)), 1_600);
  log.flush();
  expect(log.sampling.value).toBeNull();
});
