/** What the palette finds, and what it puts first. */

import { expect, test } from 'vitest';
import { search } from './palette';

const ENTRIES = ['Getting started', 'App settings', 'Réglages', 'Stats', 'App keys', 'Overview'].map((label) => ({ label, detail: 'Chat' }));

function found(wish: string, most?: number): readonly string[] {
  return search(ENTRIES, wish, most).map(({ label }) => label);
}

test('an empty wish finds everything, in the order of the list', () => {
  expect(found('')).toEqual(ENTRIES.map(({ label }) => label));
  expect(found('  ', 2)).toEqual(['Getting started', 'App settings']);
});

test('the beginning of a label comes before the beginning of a word, and that before letters apart', () => {
  expect(found('st')).toEqual(['Stats', 'Getting started', 'App settings']);
});

test('case and accents do not matter', () => {
  expect(found('REGLAGES')).toEqual(['Réglages']);
});

test('letters in their order are enough', () => {
  expect(found('gst')).toEqual(['Getting started']);
});

test('all words have to be found, in the label or in what it belongs to', () => {
  expect(found('chat keys')).toEqual(['App keys']);
  expect(found('keys nowhere')).toEqual([]);
});
