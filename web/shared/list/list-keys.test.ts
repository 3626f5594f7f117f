/** The keys of the list (docs/status.md 4.2). */

import { expect, test } from 'vitest';
import { targetOf, TypeAhead, type Place } from './list-keys';

const order = ['me', 'Adam', 'Élise', 'Emma', 'Jean Luc', 'Jeanne', 'zoé'];
const at = (index: number): Place => ({
  order,
  index,
  page: (direction) => Math.min(Math.max(index + direction * 3, 0), order.length - 1),
});

test.each([
  ['ArrowDown', 2, 3],
  ['ArrowDown', 6, 6],
  ['ArrowUp', 0, 0],
  ['Home', 5, 0],
  ['End', 0, 6],
  ['PageDown', 2, 5],
  ['PageUp', 2, 0],
  ['a', 0, null],
  ['Enter', 0, null],
])('%s from row %i leads to %s', (key, index, target) => {
  expect(targetOf(key, at(index))).toBe(target);
});

test('a letter finds the next name that begins so, whatever its case and accents', () => {
  expect(new TypeAhead().find('e', 0, at(0))).toBe(2);
  expect(new TypeAhead().find('E', 0, at(2))).toBe(3);
  expect(new TypeAhead().find('z', 0, at(6))).toBe(6);
  expect(new TypeAhead().find('x', 0, at(0))).toBeNull();
});

test('the same letter again goes on to the next name, and around', () => {
  const typing = new TypeAhead();
  expect([typing.find('e', 0, at(0)), typing.find('e', 200, at(2)), typing.find('e', 400, at(3))]).toEqual([2, 3, 2]);
});

test('letters in quick succession are one beginning; a pause starts a new one', () => {
  const typing = new TypeAhead();
  expect(typing.find('j', 0, at(0))).toBe(4);
  expect('eann'.split('').map((key, index) => typing.find(key, 100 * (index + 1), at(4)))).toEqual([4, 4, 4, 5]);
  expect(typing.find('a', 2_000, at(5))).toBe(1);
});

test('a space belongs to a name that was begun', () => {
  const typing = new TypeAhead();
  expect(typing.accepts(' ', 0)).toBe(false);
  for (const key of 'jean') typing.find(key, 0, at(5));
  expect(typing.accepts(' ', 100)).toBe(true);
  expect(typing.find(' ', 100, at(5))).toBe(4);
  expect(typing.accepts('Shift', 100)).toBe(false);
});
