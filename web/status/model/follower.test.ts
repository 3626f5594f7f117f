/** Rows follow the roster once per frame, and a storm of joins once a second (docs/status.md 4.1, A1). */

import { signal } from '@preact/signals';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Follower } from './follower';
import type { Info, RosterFrame } from './frames';
import { People } from './people';
import { Roster, type Change } from './roster';

let roster: Roster;
let people: People;
let follower: Follower;
let news: (readonly Change[])[];
let serial = 0;
let frames = new Map<number, () => void>();
let asked = 0;

beforeEach(() => {
  vi.useFakeTimers();
  frames = new Map();
  vi.stubGlobal('requestAnimationFrame', (then: () => void) => frames.set((asked += 1), then) && asked);
  vi.stubGlobal('cancelAnimationFrame', (frame: number) => frames.delete(frame));
  roster = new Roster();
  people = new People('me', signal('en'));
  news = [];
  follower = new Follower(roster, people, (told) => news.push(told));
  serial = 0;
  give({ kind: 'snapshot', serial, members: [{ user: 'me', info: info('hello', 1) }] }, 'snapshot');
});

afterEach(() => {
  follower.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const FRAME_MS = 16;
const info = (status: string, rev: number): Info => ({ status, rev, updatedAt: 1 });

function give(frame: RosterFrame, origin: 'snapshot' | 'difference' = 'difference'): void {
  follower.note(roster.handle(frame).changes, origin);
}

/** Time passes, with an animation frame every 16 ms. */
function pass(ms: number): void {
  for (let left = ms; left > 0; left -= FRAME_MS) {
    vi.advanceTimersByTime(Math.min(FRAME_MS, left));
    const due = [...frames.values()];
    frames.clear();
    for (const then of due) then();
  }
}

const set = (user: string, status: string, rev: number) =>
  give({ kind: 'set', serial: (serial += 1), member: { user, info: info(status, rev) } });
const remove = (user: string) => give({ kind: 'remove', serial: (serial += 1), user });
const shown = (user: string) => people.row(user)?.value.info?.status;

test('a snapshot shows at once and is no news', () => {
  expect(people.order.value).toEqual(['me']);
  expect(news).toEqual([]);
});

test('c11 several changes of one frame are one change, the last', () => {
  const renders = vi.fn();
  const stop = people.row('me')?.subscribe(renders);
  for (let rev = 2; rev < 50; rev += 1) set('me', `status ${rev}`, rev);
  expect(shown('me')).toBe('hello');
  pass(FRAME_MS);
  expect(shown('me')).toBe('status 49');
  expect(renders).toHaveBeenCalledTimes(2);
  expect(news.flat()).toHaveLength(1);
  stop?.();
});

test('who comes and goes within a frame was never there', () => {
  set('bo', 'hello', 1);
  remove('bo');
  pass(2_000);
  expect(people.order.value).toEqual(['me']);
  expect(news).toEqual([]);
});

test('c12 who goes and comes back within a frame, as they were, is no news', () => {
  set('bo', 'hello', 1);
  pass(2_000);
  news = [];
  remove('bo');
  set('bo', 'hello', 1);
  pass(2_000);
  expect(people.order.value).toEqual(['me', 'bo']);
  expect(news).toEqual([]);
});

test('one who joins is shown with the next frame', () => {
  set('bo', 'hello', 1);
  pass(FRAME_MS);
  expect(people.order.value).toEqual(['me', 'bo']);
  set('cy', 'hello', 1);
  pass(100);
  expect(people.order.value).toEqual(['me', 'bo', 'cy']);
});

test('a1 a thousand joins in a second move the list three times, and everybody is there in the end', () => {
  const orders = vi.fn();
  const stop = people.order.subscribe(orders);
  for (let index = 0; index < 1_000; index += 1) {
    set(`user ${index}`, 'hello', 1);
    if (index % 20 === 19) pass(20);
  }
  pass(2_000);
  expect(people.order.value).toHaveLength(1_001);
  expect(orders.mock.calls.length).toBeLessThanOrEqual(4);
  expect(news.flat()).toHaveLength(1_000);
  stop();
});

test('a storm of joins delays no status', () => {
  set('bo', 'hello', 1);
  pass(2_000);
  for (let index = 0; index < 100; index += 1) set(`user ${index}`, 'hello', 1);
  pass(FRAME_MS);
  set('late', 'hello', 1);
  set('bo', 'in a meeting', 2);
  pass(FRAME_MS);
  expect(shown('bo')).toBe('in a meeting');
  expect(people.has('late')).toBe(false);
  pass(1_000);
  expect(people.has('late')).toBe(true);
});

test('a hidden tab, which gets no frames, follows all the same', () => {
  vi.stubGlobal('requestAnimationFrame', () => 0);
  set('bo', 'hello', 1);
  pass(1_000);
  expect(people.order.value).toEqual(['me', 'bo']);
});

test('c8 nothing happens after the end', () => {
  set('bo', 'hello', 1);
  follower.stop();
  pass(5_000);
  expect(people.order.value).toEqual(['me']);
});
