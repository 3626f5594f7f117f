/** What the page can tell of a code and a password before it asks the server. */

import { expect, test } from 'vitest';
import { mistakeIn, passwordMistake, writtenCode } from './credentials';

test('a code is taken with any dashes, blanks and case', () => {
  for (const typed of ['ABCD-EFGH-2345', 'abcdefgh2345', ' abcd efgh 2345 ', 'ABCD–EFGH–2345']) {
    expect(writtenCode(typed)).toBe('ABCD-EFGH-2345');
  }
});

test('a code has twelve of its letters and digits', () => {
  for (const typed of ['', 'ABCD-EFGH-234', 'ABCD-EFGH-23456', 'ABCD-EFGH-2340', 'ABCD-EFGH-234I', 'ABCD-EFGH-234O', 'ABCD-EFGH-2341']) {
    expect(writtenCode(typed)).toBeNull();
  }
});

test('a password has 10 to 1,000 characters, as people count them', () => {
  expect(passwordMistake('')?.text).toBe('passwordMissing');
  expect(passwordMistake('👍'.repeat(9))?.text).toBe('passwordShort');
  expect(passwordMistake('👍'.repeat(10))).toBeNull();
  expect(passwordMistake('a'.repeat(1_000))).toBeNull();
  expect(passwordMistake('a'.repeat(1_001))?.text).toBe('passwordLong');
});

test('the first field with a mistake is told', () => {
  expect(mistakeIn('x', '', '')?.field).toBe('code');
  expect(mistakeIn('ABCD-EFGH-2345', ' ', '')?.field).toBe('name');
  expect(mistakeIn('ABCD-EFGH-2345', 'ana', '')?.field).toBe('password');
  expect(mistakeIn('ABCD-EFGH-2345', 'ana', 'correct horse')).toBeNull();
});
