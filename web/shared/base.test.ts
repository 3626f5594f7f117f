import { expect, test } from 'vitest';
import { BASE, baseOf } from './base';

test('p16 the base of a page is what stands before its slash', () => {
  expect(baseOf('/')).toBe('');
  expect(baseOf('/rt/')).toBe('/rt');
  expect(baseOf('/a/b/')).toBe('/a/b');
});

test('p16 without a page there is no base', () => {
  expect(baseOf(undefined)).toBe('');
  expect(BASE).toBe('');
});
