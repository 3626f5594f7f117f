/** Every language has every text of the console (docs/status.md A6). */

import { expect, test } from 'vitest';
import { en } from './en';
import { fr } from './fr';
import { settingDocs } from './fr/setting-docs';

/** Every text by its path, with what kind of thing it is. */
function shape(messages: object, above = ''): string[] {
  return Object.entries(messages).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null ? shape(value, `${above}${key}.`) : [`${above}${key}: ${typeof value}`],
  );
}

function sentences(messages: object): string[] {
  return Object.values(messages).flatMap((value) => {
    if (typeof value === 'string') return [value];
    return typeof value === 'object' && value !== null ? sentences(value) : [];
  });
}

test('a6 French has every text of English, in the same form', () => {
  expect(shape(fr)).toEqual(shape(en));
});

test('a6 no text is empty', () => {
  for (const text of [...sentences(en), ...sentences(fr)]) expect(text.trim()).not.toBe('');
});

test('a6 French has no-break spaces where French wants them', () => {
  const wrong = sentences(fr).filter((text) => / [:;?!»]|« /u.test(text));
  expect(wrong).toEqual([]);
});

test('a6 every setting that has a name has its sentence in French', () => {
  expect(Object.keys(settingDocs)).toEqual(Object.keys(en.settings.labels));
});
