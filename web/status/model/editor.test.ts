/** The field's rules: what leaves it and what does not, and what comes back into it. */

import { signal } from '@preact/signals';
import { expect, test } from 'vitest';
import type { Failure, Reply } from '../../shared/http';
import { StatusEditor } from './editor';
import type { Info } from './frames';

const status = (text: string, rev: number): Info => ({ status: text, rev, updatedAt: 1 });
const failure = (code: number): Reply<Info> => {
  const body: Failure = { status: code, code: 'x', message: '', field: null, reason: null, retryAfterSeconds: null };
  return { ok: false, failure: body };
};

/** An editor whose server stores what it gets, unless `answers` says otherwise. */
function editing(answers: Reply<Info>[] = [], draft: string | null = null) {
  const known = signal(status('known', 1));
  const puts: string[] = [];
  const kept: { draft: string | null } = { draft };
  const put = async (text: string): Promise<Reply<Info>> => {
    puts.push(text);
    const answer = answers.shift();
    if (answer !== undefined) return answer;
    known.value = status(text, (known.value.rev ?? 0) + 1);
    return { ok: true, body: known.value };
  };
  const around = {
    known,
    put,
    online: () => true,
    random: () => 0,
    rememberDraft: (text: string | null) => void (kept.draft = text),
    rememberEdit: () => {},
  };
  return { editor: new StatusEditor(around, { draft, edit: null }), known, puts, kept };
}

/** Lets everything that waits for an answer go on. */
async function answered(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

test('c9 leaving the field unchanged makes no request and closes it', () => {
  const { editor, puts } = editing();
  editor.start();
  editor.leave();
  editor.start();
  editor.edit('  known ');
  editor.commit();
  expect(puts).toEqual([]);
  expect(editor.text.value).toBe('known');
  expect(editor.open.value).toBe(false);
});

test('c4 what arrives from elsewhere never makes a request', () => {
  const { editor, known, puts } = editing();
  known.value = status('from another tab', 2);
  editor.leave();
  expect(puts).toEqual([]);
  expect(editor.text.value).toBe('from another tab');
});

test('c4 c5 an open field stays as it is when something arrives, and leaving it untouched writes nothing', () => {
  const { editor, known, puts } = editing();
  editor.start();
  known.value = status('from another tab', 2);
  expect(editor.text.value).toBe('known');
  editor.leave();
  expect([puts, editor.text.value]).toEqual([[], 'from another tab']);
});

test('c5 a draft survives what arrives, and Escape brings back the newest', () => {
  const { editor, known, kept } = editing();
  editor.start();
  editor.edit('half typed');
  known.value = status('from another tab', 2);
  expect(editor.text.value).toBe('half typed');
  expect(kept.draft).toBe('half typed');
  editor.discard();
  expect(editor.text.value).toBe('from another tab');
  expect(kept.draft).toBeNull();
});

test('c5 a draft kept over a reload is shown in its field and not sent', () => {
  const { editor, puts } = editing([], 'half typed');
  expect(editor.open.value).toBe(true);
  expect(editor.text.value).toBe('half typed');
  expect(puts).toEqual([]);
});

test('c5 a draft that is what everybody sees by now is no draft', () => {
  const { editor } = editing([], ' known');
  expect(editor.open.value).toBe(false);
  expect(editor.dirty.value).toBe(false);
});

test('c10 an edit is shown at once and pending until it is confirmed', async () => {
  const { editor } = editing();
  editor.start();
  editor.edit('new');
  editor.commit();
  expect([editor.shown.value, editor.pending.value, editor.open.value]).toEqual(['new', 'new', false]);
  expect(editor.save.value.kind).toBe('saving');
  await answered();
  expect([editor.shown.value, editor.pending.value]).toEqual(['new', null]);
  expect(editor.save.value.kind).toBe('saved');
});

test('c10 a rejected edit is rolled back and returned to its field with the reason', async () => {
  const { editor, kept } = editing([failure(422)]);
  editor.edit('refused');
  editor.commit();
  await answered();
  expect(editor.shown.value).toBe('known');
  expect([editor.text.value, editor.open.value, kept.draft]).toEqual(['refused', true, 'refused']);
  expect(editor.save.value).toMatchObject({ kind: 'rejected', failure: { status: 422 } });
});

test('c10 a rejected edit does not push the next one out of the field', async () => {
  const { editor } = editing([failure(422)]);
  editor.edit('refused');
  editor.commit();
  editor.start();
  editor.edit('typing on');
  await answered();
  expect(editor.text.value).toBe('typing on');
  expect(editor.save.value.kind).toBe('idle');
});

test('c10 leaving the field does not ask again about a text that was refused; Enter does', async () => {
  const { editor, puts } = editing([failure(422)]);
  editor.edit('refused');
  editor.commit();
  await answered();
  editor.leave();
  expect(puts).toHaveLength(1);
  editor.commit();
  expect(puts).toHaveLength(2);
});

test('c5 a field that goes because the session ended saves nothing on its way out', () => {
  const { editor, puts, kept } = editing();
  editor.start();
  editor.edit('half typed');
  editor.stop();
  editor.leave();
  expect([puts, kept.draft]).toEqual([[], 'half typed']);
});

test('s6 141 grapheme clusters stay in the field without a request, 140 are sent', () => {
  const { editor, puts } = editing();
  editor.start();
  editor.edit('👩‍👩‍👧'.repeat(141));
  editor.commit();
  expect([editor.save.value.kind, editor.open.value]).toEqual(['too-long', true]);
  editor.edit('👩‍👩‍👧'.repeat(140));
  editor.commit();
  expect(puts).toHaveLength(1);
});

test('c5 what was not saved when the session ends is told: the draft, else the edit on its way', async () => {
  const { editor } = editing([failure(0), failure(0)]);
  editor.edit('sent');
  editor.commit();
  await answered();
  const { editor: other } = editing();
  other.edit('half typed');
  expect([editor.stop(), other.stop()]).toEqual(['sent', 'half typed']);
});
