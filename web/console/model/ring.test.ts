import { expect, test } from 'vitest';
import { Ring } from './ring';

function ring(...items: number[]): Ring<number> {
  const made = new Ring<number>(3);
  for (const item of items) made.push(item);
  return made;
}

test('the oldest goes when the ring is full', () => {
  const full = ring(1, 2, 3);
  expect(full.push(4)).toBe(1);
  expect([...full.items()]).toEqual([2, 3, 4]);
  expect(full.length).toBe(3);
});

test('places count from the oldest', () => {
  const turned = ring(1, 2, 3, 4, 5);
  expect([-1, 0, 1, 2, 3].map((index) => turned.at(index))).toEqual([undefined, 3, 4, 5, undefined]);
  expect(turned.shift()).toBe(3);
  expect(turned.first()).toBe(4);
});

test('older items go before the others, as many as there is room for', () => {
  const some = ring(8, 9);
  some.prepend([5, 6, 7]);
  expect([...some.items()]).toEqual([7, 8, 9]);
});

test('an empty ring has nothing', () => {
  const empty = ring();
  expect([empty.shift(), empty.first(), [...empty.items()]]).toEqual([undefined, undefined, []]);
  const cleared = ring(1, 2);
  cleared.clear();
  expect(cleared.push(3)).toBeUndefined();
  expect([...cleared.items()]).toEqual([3]);
});
