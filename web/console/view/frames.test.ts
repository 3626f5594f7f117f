/** When work is done that many ask for. */

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Frames } from './frames';

let asked: (() => void) | null = null;

/** Lets time pass, with frames for whoever asked for one. */
function pass(ms: number): void {
  for (let passed = 0; passed < ms; passed += FRAME_MS) {
    vi.advanceTimersByTime(FRAME_MS);
    const work = asked;
    asked = null;
    work?.();
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('requestAnimationFrame', (work: () => void) => ((asked = work), 1));
  vi.stubGlobal('cancelAnimationFrame', () => (asked = null));
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test('work is done once per frame, and again in the next while it says so', () => {
  const work = vi.fn(() => false).mockReturnValueOnce(true);
  const frames = new Frames(work);
  for (let times = 0; times < 5; times += 1) frames.request();
  expect(work).not.toHaveBeenCalled();
  pass(FRAME_MS);
  expect(work).toHaveBeenCalledTimes(1);
  pass(FRAME_MS);
  expect(work).toHaveBeenCalledTimes(2);
  pass(5_000);
  expect(work).toHaveBeenCalledTimes(2);
});

test('who asks calmly is served at once the first time, and then as often as was said', () => {
  const work = vi.fn(() => false);
  const frames = new Frames(work);
  const calls: number[] = [];
  for (let ms = 0; ms < 1_000; ms += 100) {
    frames.requestCalmly(250);
    pass(100);
    calls.push(work.mock.calls.length);
  }
  expect(calls).toEqual([1, 1, 2, 2, 2, 3, 3, 4, 4, 4]);
});

test('what somebody waits for is done in the next frame all the same', () => {
  const work = vi.fn(() => false);
  const frames = new Frames(work);
  frames.requestCalmly(250);
  pass(FRAME_MS);
  frames.requestCalmly(250);
  frames.request();
  pass(FRAME_MS);
  expect(work).toHaveBeenCalledTimes(2);
  pass(5_000);
  expect(work).toHaveBeenCalledTimes(2);
});

test('nothing is done once it was stopped', () => {
  const work = vi.fn(() => false);
  const frames = new Frames(work);
  frames.requestCalmly(250);
  pass(FRAME_MS);
  frames.requestCalmly(250);
  frames.stop();
  pass(5_000);
  expect(work).toHaveBeenCalledTimes(1);
});

const FRAME_MS = 10;
