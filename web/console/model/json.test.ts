import { expect, test } from 'vitest';
import { jsonError, pretty, tokens } from './json';

const VALID = ['{}', '[]', ' {"a": [1, -2.5e+3, "x\\u00e9\\n", true, null, {}]} ', '"text"', '0', '[[],[1]]', '"\\""'];

test.each(VALID)('%s is JSON', (text) => {
  expect(() => JSON.parse(text)).not.toThrow();
  expect(jsonError(text)).toBeNull();
});

test.each([
  ['', 1, 1, null],
  ['{"a":1', 1, 7, null],
  ['{"a":1,}', 1, 8, '}'],
  ["{'a':1}", 1, 2, "'"],
  ['{a:1}', 1, 2, 'a'],
  ['{"a" 1}', 1, 6, '1'],
  ['[1 2]', 1, 4, '2'],
  ['[1,]', 1, 4, ']'],
  ['{"a":\n  01}', 2, 4, '1'],
  ['"\\x"', 1, 3, 'x'],
  ['"\\u12g4"', 1, 6, 'g'],
  ['"open', 1, 6, null],
  ['"line\nbreak"', 1, 6, '\n'],
  ['tru', 1, 1, 't'],
  ['{} {}', 1, 4, '{'],
  ['{"a": 🍜}', 1, 7, '🍜'],
  ['-', 1, 1, '-'],
])('%s goes wrong in line %i, column %i', (text, line, column, found) => {
  expect(() => JSON.parse(text)).toThrow();
  expect(jsonError(text)).toMatchObject({ line, column, found });
});

test('a text that is nothing but depth is refused rather than read', () => {
  expect(jsonError('['.repeat(100_000))).not.toBeNull();
});

test('what is no JSON is shown as it is', () => {
  expect(pretty('{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}');
  expect(pretty('plain')).toBe('plain');
});

test('pieces have their kind, and together they are the text', () => {
  const text = '{\n  "a": "b: \\"c\\"",\n  "n": -1.5,\n  "t": true\n}';
  const found = tokens(text);
  expect(found.map((token) => token.text).join('')).toBe(text);
  expect(found.filter((token) => token.kind !== 'other').map((token) => [token.kind, token.text])).toEqual([
    ['key', '"a"'], ['string', '"b: \\"c\\""'], ['key', '"n"'], ['number', '-1.5'], ['key', '"t"'], ['word', 'true'],
  ]);
  expect(tokens('plain text')).toEqual([{ kind: 'other', text: 'plain text' }]);
});
