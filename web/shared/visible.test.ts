import { expect, test } from 'vitest';
import { visible, visibleJson } from './visible';

test('what is drawn as nothing or turns texts round is written out', () => {
  for (const [text, shown] of [
    ['\u001b[31mred\u202egnp', '\\u{1b}[31mred\\u{202e}gnp'],
    ['ctl\u202e', 'ctl\\u{202e}'],
    ['\0\u007f\u009b', '\\u{0}\\u{7f}\\u{9b}'],
    ['a\u2066b\u2069\u200f\u061c', 'a\\u{2066}b\\u{2069}\\u{200f}\\u{61c}'],
    ['pay\u200bpal\ufeff', 'pay\\u{200b}pal\\u{feff}'],
    ['a\rb', 'a\\u{d}b'],
  ] as const) {
    expect(visible(text)).toBe(shown);
  }
});

test('what people write stays as it is', () => {
  for (const text of ['', 'Été 東京 عربي', '👩\u200d💻', 'می\u200cخواهم', 'two\nlines\tand\r\nmore', '"\\']) expect(visible(text)).toBe(text);
});

test('JSON stays JSON of the same value', () => {
  const json = JSON.stringify({ 'k\u202e': '\u001b\u200f\u2028' }, null, 2);
  const shown = visibleJson(json);
  expect(shown).toContain('"k\\u202e": "\\u001b\\u200f\\u2028"');
  expect(JSON.parse(shown)).toEqual(JSON.parse(json));
});
