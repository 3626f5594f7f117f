/** Which keys mean something, and where. */

import { expect, test } from 'vitest';
import { Shortcuts, type Stroke } from './keys';

function stroke(key: string, held: Partial<Stroke> = {}): Stroke {
  return { key, ctrlKey: false, metaKey: false, altKey: false, ...held };
}

test('g and a letter jump, within a second and a half', () => {
  const shortcuts = new Shortcuts();
  expect(shortcuts.handle(stroke('g'), 'page', 'on', 0)).toBeNull();
  expect(shortcuts.handle(stroke('o'), 'page', 'on', 1_000)).toEqual({ kind: 'jump', key: 'o' });
  expect(shortcuts.handle(stroke('o'), 'page', 'on', 1_001)).toBeNull();
  shortcuts.handle(stroke('g'), 'page', 'on', 2_000);
  expect(shortcuts.handle(stroke('o'), 'page', 'on', 3_500)).toBeNull();
});

test('g twice is a jump to g, and no start of another', () => {
  const shortcuts = new Shortcuts();
  shortcuts.handle(stroke('g'), 'page', 'on', 0);
  expect(shortcuts.handle(stroke('g'), 'page', 'on', 1)).toEqual({ kind: 'jump', key: 'g' });
  expect(shortcuts.handle(stroke('o'), 'page', 'on', 2)).toBeNull();
});

test('where somebody writes, letters are text, and the palette still opens', () => {
  const shortcuts = new Shortcuts();
  expect(shortcuts.handle(stroke('?'), 'text', 'on', 0)).toBeNull();
  shortcuts.handle(stroke('g'), 'text', 'on', 0);
  expect(shortcuts.handle(stroke('o'), 'page', 'on', 1)).toBeNull();
  for (const held of [{ ctrlKey: true }, { metaKey: true }]) {
    expect(shortcuts.handle(stroke('k', held), 'text', 'on', 2)).toEqual({ kind: 'palette' });
  }
});

test('letters that are switched off mean nothing', () => {
  const shortcuts = new Shortcuts();
  shortcuts.handle(stroke('g'), 'page', 'off', 0);
  expect(shortcuts.handle(stroke('o'), 'page', 'off', 1)).toBeNull();
  expect(shortcuts.handle(stroke('?'), 'page', 'off', 2)).toBeNull();
  expect(shortcuts.handle(stroke('k', { ctrlKey: true }), 'page', 'off', 3)).toEqual({ kind: 'palette' });
});

test('keys of the browser and of the system are left alone', () => {
  const shortcuts = new Shortcuts();
  expect(shortcuts.handle(stroke('g', { ctrlKey: true }), 'page', 'on', 0)).toBeNull();
  expect(shortcuts.handle(stroke('o'), 'page', 'on', 1)).toBeNull();
  expect(shortcuts.handle(stroke('k', { ctrlKey: true, altKey: true }), 'page', 'on', 2)).toBeNull();
});
