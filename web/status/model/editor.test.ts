/** The editor's rules: what makes a request and what does not, and what a failure leaves behind. */

import { signal } from '@preact/signals';
import { expect, test } from 'vitest';
import type { Failure, Reply } from '../../shared/http';
import { StatusEditor } from './editor';
import type { Info } from './frames';

const status = (text: string, rev: number): Info => ({ status: text, rev, updatedAt: 1 });
const failure = (code: number): Reply<Info> => {
  const body: Failure = { status: code, code: 'x', message: '', field: null, retryAfterSeconds: null };
  return { ok: false, failure: body };
};

/** An editor whose server stores what it gets, unless `answers` says otherwise. */
function editing(answers: Reply<Info>[] = [], draft: string | null = null) {
  const known = signal(status('known', 1));
  const puts: { text: string; mutation: string }[] = [];
  const kept: { draft: string | null } = { draft };
  const put = async (text: string, mutation: string): Promise<Reply<Info>> => {
    puts.push({ text, mutation });
    const answer = answers.shift();
    if (answer !== undefined) return answer;
    known.value = status(text, (known.value.rev ?? 0) + 1);
    return { ok: true, body: known.value };
  };
  const remember = (text: string | null) => {
    kept.draft = text;
  };
  return { editor: new StatusEditor({ known, put, remember, now: () => 0 }, draft), known, puts, kept };
}

test('c9 leaving the field unchanged makes no request', async () => {
  const { editor, puts } = editing();
  await editor.commit();
  editor.edit('  known ');
  await editor.commit();
  expect(puts).toEqual([]);
  expect(editor.text.value).toBe('known');
});

test('c4 what arrives from elsewhere never makes a request', async () => {
  const { editor, known, puts } = editing();
  known.value = status('from another tab', 2);
  await editor.commit();
  expect(puts).toEqual([]);
  expect(editor.text.value).toBe('from another tab');
});

test('c5 a draft survives what arrives, and Escape brings back the newest', () => {
  const { editor, known, kept } = editing();
  editor.edit('half typed');
  known.value = status('from another tab', 2);
  expect(editor.text.value).toBe('half typed');
  expect(kept.draft).toBe('half typed');
  editor.discard();
  expect(editor.text.value).toBe('from another tab');
  expect(kept.draft).toBeNull();
});

test('c5 a draft kept over a reload is shown and not sent', () => {
  const { editor, puts } = editing([], 'half typed');
  expect(editor.text.value).toBe('half typed');
  expect(puts).toEqual([]);
});

test('a failure keeps the text, and the same text again carries the same mutation id', async () => {
  const { editor, puts } = editing([failure(0)]);
  editor.edit('new');
  await editor.commit();
  expect(editor.save.value.kind).toBe('failed');
  expect(editor.text.value).toBe('new');
  await editor.retryUnsent();
  expect(editor.save.value.kind).toBe('saved');
  expect(puts.map((each) => each.text)).toEqual(['new', 'new']);
  expect(puts[0]?.mutation).toBe(puts[1]?.mutation);
});

test('an edit that never arrived does not overwrite a newer status by itself', async () => {
  const { editor, known, puts } = editing([failure(0)]);
  editor.edit('new');
  await editor.commit();
  known.value = status('from another tab', 2);
  await editor.retryUnsent();
  expect(puts).toHaveLength(1);
  expect(editor.text.value).toBe('new');
});

test('an edit that arrived although its answer was lost counts as saved', async () => {
  const { editor, known, puts } = editing([failure(0)]);
  editor.edit('new');
  await editor.commit();
  known.value = status('new', 2);
  await editor.retryUnsent();
  expect(puts).toHaveLength(1);
  expect(editor.save.value.kind).toBe('saved');
});

test('Enter and then leaving the field send one request; other text follows when the first is done', async () => {
  const { editor, puts } = editing();
  editor.edit('one');
  const first = editor.commit();
  await editor.commit();
  editor.edit('two');
  await editor.commit();
  await first;
  expect(puts.map((each) => each.text)).toEqual(['one', 'two']);
  expect(editor.save.value.kind).toBe('saved');
});

test('s6 141 grapheme clusters are refused without a request, 140 are sent', async () => {
  const { editor, puts } = editing();
  editor.edit('👩‍👩‍👧'.repeat(141));
  await editor.commit();
  expect(editor.save.value.kind).toBe('too-long');
  editor.edit('👩‍👩‍👧'.repeat(140));
  await editor.commit();
  expect(puts).toHaveLength(1);
});
