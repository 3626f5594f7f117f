/** Announcements: one sentence in five seconds at most, summarised, and mutable (docs/status.md A4, 4.2). */

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Change } from './roster';

let announcer: import('./announcer').Announcer;
let spoken: string[];

beforeEach(async () => {
  vi.useFakeTimers();
  vi.stubGlobal('navigator', { languages: ['en'] });
  vi.stubGlobal('localStorage', storage());
  const { Announcer } = await import('./announcer');
  announcer = new Announcer();
  spoken = [];
  announcer.sentence.subscribe((sentence) => sentence !== '' && spoken.push(plain(sentence)));
});

afterEach(() => {
  announcer.clear();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const change = (kind: Change['kind'], user: string, status = 'x'): Change => ({
  kind,
  member: { user, info: { status, rev: 1, updatedAt: 1 } },
});

/** Without the marks that keep names from turning a sentence around. */
const plain = (sentence: string) => sentence.replace(/[\u2066-\u2069]/gu, '');

function storage(): Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> {
  const items = new Map<string, string>();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
}

function note(...changes: Change[]): void {
  announcer.note(changes, 'me');
}

test('a4 one change is told as it is, several are counted', () => {
  note(change('joined', 'Léa'));
  vi.advanceTimersByTime(6_000);
  note(change('changed', 'Léa', 'in a meeting'), change('changed', 'me', 'not to be told'));
  vi.advanceTimersByTime(6_000);
  note(...Array.from({ length: 12 }, (_, index) => change('joined', `user ${index}`)));
  note(...Array.from({ length: 3 }, (_, index) => change('changed', `old ${index}`)));
  vi.advanceTimersByTime(6_000);
  expect(spoken).toEqual(['Léa joined', 'Léa: in a meeting', '12 people joined. 3 people changed status']);
});

test('a4 there is at most one announcement in 5 s, whatever happens', () => {
  const moments: number[] = [];
  announcer.sentence.subscribe((sentence) => sentence !== '' && moments.push(Date.now()));
  for (let turn = 0; turn < 600; turn += 1) {
    note(change('changed', `user ${turn % 7}`, `status ${turn}`));
    vi.advanceTimersByTime(100);
  }
  expect(moments.length).toBeGreaterThan(10);
  for (const [index, moment] of moments.entries()) {
    if (index > 0) expect(moment - moments[index - 1]!).toBeGreaterThanOrEqual(5_000);
  }
});

test('a4 who came and went meanwhile is not news, whatever they said', () => {
  note(change('joined', 'Bo'), change('changed', 'Bo'), change('left', 'Bo'), change('left', 'Cy'), change('joined', 'Cy'));
  note(change('changed', 'Di'), change('left', 'Di'));
  vi.advanceTimersByTime(6_000);
  expect(spoken).toEqual(['Di left']);
});

test('a4 the same sentence twice is a change of the document twice', () => {
  const raw: string[] = [];
  announcer.sentence.subscribe((sentence) => sentence !== '' && raw.push(sentence));
  for (let turn = 0; turn < 2; turn += 1) {
    note(change('changed', 'Bo', 'x'));
    vi.advanceTimersByTime(6_000);
  }
  expect(new Set(raw).size).toBe(2);
  expect(raw.map((sentence) => sentence.trim())).toEqual([raw[0], raw[0]]);
});

test('a4 muted means silent, and is remembered', async () => {
  note(change('joined', 'Bo'));
  announcer.toggleMute();
  note(change('joined', 'Cy'));
  vi.advanceTimersByTime(10_000);
  expect(spoken).toEqual([]);
  const { Announcer } = await import('./announcer');
  expect(new Announcer().muted.value).toBe(true);
  announcer.toggleMute();
  note(change('joined', 'Di'));
  vi.advanceTimersByTime(10_000);
  expect(spoken).toEqual(['Di joined']);
  expect(new Announcer().muted.value).toBe(false);
});
