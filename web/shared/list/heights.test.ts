/** The geometry of the windowed list (docs/status.md 4.1, A1). */

import { describe, expect, test } from 'vitest';
import { Heights, parts, rowAt, rowsBetween, type Part } from './heights';

const order = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

function told(drawn: readonly Part[]): string {
  return drawn.map((part) => (part.kind === 'row' ? part.id : `(${part.px})`)).join(' ');
}

describe('heights', () => {
  test('a1 unmeasured rows are as high as the first measured ones were on average', () => {
    const heights = new Heights();
    heights.learn(new Map([['a', 50], ['b', 100]]));
    expect([...heights.tops(['a', 'b', 'c'])]).toEqual([0, 50, 150, 225]);
  });

  test('a1 later measurements move what lies below them and nothing else', () => {
    const heights = new Heights();
    heights.learn(new Map([['a', 50]]));
    heights.learn(new Map([['c', 90]]));
    expect([...heights.tops(['a', 'b', 'c', 'd'])]).toEqual([0, 50, 100, 190, 240]);
  });

  test('a1 another width makes another estimate', () => {
    const heights = new Heights();
    heights.learn(new Map([['a', 50]]));
    heights.forget();
    heights.learn(new Map([['a', 80]]));
    expect([...heights.tops(['a', 'b'])]).toEqual([0, 80, 160]);
  });

  test('a1 those who left are forgotten in the end', () => {
    const heights = new Heights();
    heights.learn(new Map(Array.from({ length: 2_000 }, (_, index) => [`user ${index}`, 100])));
    heights.learn(new Map([['a', 10]]));
    heights.tops(['a']);
    expect([...heights.tops(['user 7', 'a'])]).toEqual([0, 100, 110]);
  });
});

describe('rows by height', () => {
  const tops = Float64Array.from([0, 50, 150, 160]);

  test.each([[-10, 0], [0, 0], [49, 0], [50, 1], [149, 1], [150, 2], [9_999, 2]])('a1 at %i px is row %i', (y, row) => {
    expect(rowAt(tops, y)).toBe(row);
  });

  test('a1 a range has every row that it touches', () => {
    expect(rowsBetween(tops, 49, 50)).toEqual({ start: 0, end: 2 });
    expect(rowsBetween(Float64Array.from([0]), 0, 100)).toEqual({ start: 0, end: 0 });
  });
});

describe('what is drawn', () => {
  const tops = Float64Array.from([0, 10, 20, 30, 40, 50, 60, 70, 80]);
  const drawn = (start: number, end: number, ...pinned: number[]) => parts(order, tops, { start, end }, new Set(pinned));

  test('a1 the slice, and gaps for the rest', () => {
    expect(told(drawn(2, 5))).toBe('(20) c d e (30)');
    expect(told(drawn(0, 8))).toBe('(0) a b c d e f g h (0)');
  });

  test('a5 who is pinned is drawn where they are, above and below', () => {
    expect(told(drawn(3, 5, 1))).toBe('(10) b (10) d e (30)');
    expect(told(drawn(1, 3, 6))).toBe('(10) b c (30) g (10)');
    expect(told(drawn(3, 4, 7, 0, 1, 3))).toBe('(0) a (0) b (10) d (30) h (0)');
  });

  test('a5 keys are unique, and a pinned row keeps its own wherever the slice is', () => {
    const key = (start: number) => drawn(start, start + 2, 4).find((part) => part.kind === 'row' && part.id === 'e')?.key;
    expect(new Set([0, 3, 4, 6].map(key)).size).toBe(1);
    const keys = drawn(2, 4, 0, 1, 6).map((part) => part.key);
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('a1 the parts are as high as the list, whatever is drawn', () => {
    for (let start = 0; start < 10; start += 1) {
      for (const pinned of [[], [0], [7], [3, 4], [0, 1, 7]]) {
        const height = drawn(start, start + 2, ...pinned).reduce((sum, part) => sum + (part.kind === 'gap' ? part.px : 10), 0);
        expect(height).toBe(80);
      }
    }
  });

  test('a1 nobody there is nothing drawn', () => {
    expect(told(parts([], Float64Array.from([0]), { start: 0, end: 5 }, new Set([3])))).toBe('(0) (0)');
  });
});
