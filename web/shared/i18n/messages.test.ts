/** Every language has every text, and the plural rules are the language's own (docs/status.md A6, 2.4). */

import { expect, test } from 'vitest';
import { en } from './en';
import { fr } from './fr';

test('a6 French has every text of English, in the same form', () => {
  const shape = (messages: object) => Object.entries(messages).map(([key, value]) => [key, typeof value]);
  expect(shape(fr)).toEqual(shape(en));
});

test('a6 no text is empty', () => {
  for (const messages of [en, fr]) {
    for (const value of Object.values(messages)) if (typeof value === 'string') expect(value.trim()).not.toBe('');
  }
});

test('a6 French counts 0 with the singular, English with the plural', () => {
  expect([0, 1, 2].map(fr.online)).toEqual(['0 personne en ligne', '1 personne en ligne', '2 personnes en ligne']);
  expect([0, 1, 2].map(en.online)).toEqual(['0 people online', '1 person online', '2 people online']);
});

test('a6 times read as each language writes them', () => {
  const noon = new Date(2024, 5, 1, 14, 2).getTime();
  expect(en.timeOfDay(noon)).toBe('14:02');
  expect(fr.timeOfDay(noon).replace(/\s/gu, ' ')).toBe('14 h 02');
});

test('s14 a wait that nobody counts along is told in minutes, rounded up', () => {
  const plain = (text: string) => text.replace(/\s/gu, ' ');
  expect([0, 12, 90, 91, 120, 121, 3_600].map((seconds) => plain(en.signUpLimited(seconds)).slice(32))).toEqual(
    ['0 s.', '12 s.', '90 s.', '2 min.', '2 min.', '3 min.', '60 min.'],
  );
  for (const { signUpLimited, actionLimited, nextTry, limited } of [en, fr]) {
    for (const sentence of [signUpLimited, actionLimited, nextTry, limited]) expect(plain(sentence(500))).toMatch(/ 9 min\.$/);
  }
});

test('s7 a name or status in a sentence is taken literally', () => {
  const odd = "$& $' {{status}}";
  expect(en.changed(odd, odd)).toContain(odd);
  expect(fr.joined(odd)).toContain(odd);
});
