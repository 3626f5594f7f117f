import { expect, test, vi } from 'vitest';

// The language is chosen where the module is read.
vi.stubGlobal('navigator', { languages: ['en'] });
const { milliseconds } = await import('./format');

test('a short span has two digits that count, and only zero is zero', () => {
  for (const [value, told] of [[0, '0 ms'], [0.03, '0.03 ms'], [0.0345, '0.035 ms'], [3.14, '3.1 ms'], [9.96, '10 ms'], [12.6, '13 ms'], [1234.5, '1,235 ms']] as const) {
    expect(milliseconds(value)).toBe(told);
  }
});
