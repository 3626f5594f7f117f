/** A chart can be read and zoomed by keyboard alone. */

import { expect, test } from 'vitest';
import { lookAfter, shown, type Look } from './chart-keys';

/** 101 points, a second apart. */
const times = Array.from({ length: 101 }, (_, index) => 1_000 * index);
const WHOLE: Look = { zoom: null, cursor: null };

/** What the keys make of it, one after the other. */
function after(look: Look, ...keys: readonly string[]): Look {
  return keys.reduce((last, key) => lookAfter(key, last, times) ?? last, look);
}

test('an arrow finds the newest point, and the next ones move from there', () => {
  expect(after(WHOLE, 'ArrowLeft').cursor).toBe(100);
  expect(after(WHOLE, 'ArrowRight', 'ArrowRight').cursor).toBe(100);
  expect(after(WHOLE, 'ArrowLeft', 'ArrowLeft', 'ArrowLeft', 'ArrowRight').cursor).toBe(99);
  expect(after(WHOLE, 'Home', 'PageUp', 'PageUp', 'PageDown').cursor).toBe(10);
  expect(after(WHOLE, 'Home', 'ArrowLeft').cursor).toBe(0);
});

test('plus looks closer around the cursor, and minus steps back to the whole', () => {
  const middle: Look = { zoom: null, cursor: 60 };
  expect(after(middle, '+')).toEqual({ zoom: [35_000, 85_000], cursor: 60 });
  expect(after(middle, '=', '+')).toEqual({ zoom: [48_000, 73_000], cursor: 60 });
  expect(after(middle, '+', '+', '-')).toEqual({ zoom: [35_000, 85_000], cursor: 60 });
  expect(after(middle, '+', '-').zoom).toBeNull();
  expect(after(middle, '+', '+', 'Escape')).toEqual(middle);
});

test('at an end the part that is shown stays within the range', () => {
  expect(after(WHOLE, '+')).toEqual({ zoom: [50_000, 100_000], cursor: 100 });
  expect(after({ zoom: null, cursor: 3 }, '+').zoom).toEqual([0, 50_000]);
});

test('two steps are the closest look', () => {
  const closest = after({ zoom: null, cursor: 50 }, ...Array<string>(20).fill('+'));
  expect(closest.zoom).toEqual([49_000, 51_000]);
});

test('what is shown follows the cursor', () => {
  const part: Look = { zoom: [10_000, 20_000], cursor: 20 };
  expect(after(part, 'ArrowRight')).toEqual({ zoom: [11_000, 21_000], cursor: 21 });
  expect(after(part, 'Home')).toEqual({ zoom: [10_000, 20_000], cursor: 10 });
  expect(after(part, 'Home', 'ArrowLeft').zoom).toEqual([9_000, 19_000]);
  expect(after({ zoom: [90_000, 100_000], cursor: 100 }, 'ArrowRight').zoom).toEqual([90_000, 100_000]);
});

test('a part that holds no point, or has moved out of the range, still has one to go from', () => {
  expect(shown([10_200, 10_800], times)).toEqual([11, 11]);
  expect(shown([200_000, 300_000], times)).toEqual([100, 100]);
  expect(after({ zoom: [10_200, 10_800], cursor: null }, 'ArrowLeft').cursor).toBe(11);
});

test('other keys are left to the page', () => {
  for (const key of ['a', 'g', 'Tab', 'Enter', 'Escape']) expect(lookAfter(key, WHOLE, times)).toBeNull();
  expect(lookAfter('+', WHOLE, [])).toBeNull();
});
