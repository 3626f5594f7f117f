/** The line of a sparkline: zero is the ground, the largest value the top, and a gap is no line. */

import { expect, test } from 'vitest';
import { sparkPaths } from './spark';

test('the largest value touches the top and zero the ground', () => {
  expect(sparkPaths([0, 5, 10]).line).toBe('M0 31L60 16L120 1');
});

test('nothing but zeros is a line on the ground', () => {
  expect(sparkPaths([0, 0]).line).toBe('M0 31L120 31');
});

test('a gap breaks the line and what is below it', () => {
  const { line, area } = sparkPaths([4, null, 4]);
  expect(line).toBe('M0 1M120 1');
  expect(area).toBe('M0 32L0 1L0 32ZM120 32L120 1L120 32Z');
});

test('no values are no line', () => {
  expect(sparkPaths([])).toEqual({ line: '', area: '' });
  expect(sparkPaths([null, null]).line).toBe('');
});
