import { expect, test } from 'vitest';
import { wrongLine } from './endpoint-lines';

const CLASSES = new Set(['presence', 'cache_miss']);
const wrong = (text: string) => wrongLine(text, CLASSES);

test('addresses with and without classes are right', () => {
  for (const text of ['', '\n', 'https://a.example', 'http://a.example/x presence,cache_miss\n\nhttps://b.example presence, cache_miss']) {
    expect(wrong(text)).toBeNull();
  }
});

test('the first line that is wrong is named with what is wrong in it', () => {
  expect(wrong('https://a.example\n\nb.example')).toEqual({ line: 3, problem: 'address', what: 'b.example' });
  for (const address of ['ftp://a.example', 'https://', 'https://me:pass@a.example', 'https://a.example/#x']) {
    expect(wrong(address)).toEqual({ line: 1, problem: 'address', what: address });
  }
  expect(wrong('https://a.example presence,nonsense')).toEqual({ line: 1, problem: 'class', what: 'nonsense' });
  expect(wrong('https://a.example\nhttps://A.example/')).toEqual({ line: 2, problem: 'twice', what: 'https://A.example/' });
});
