/**
 * What a tab keeps of unfinished editing over a reload, for its author only (docs/status.md C5, C10):
 * the draft in the field, and the edit that is on its way to the server.
 */

import { record } from '../../shared/http';
import type { Edit } from './delivery';

export function storedDraft(user: string): string | null {
  const text = read(DRAFT_KEY, user)?.['text'];
  return typeof text === 'string' ? text : null;
}

export function storeDraft(user: string, text: string | null): void {
  write(DRAFT_KEY, text === null ? null : { user, text });
}

export function storedEdit(user: string): Edit | null {
  const { text, mutation, basis, tried, overtook } = read(EDIT_KEY, user) ?? {};
  if (typeof text !== 'string' || typeof mutation !== 'string') return null;
  return { text, mutation, basis: typeof basis === 'number' ? basis : null, tried: tried === true, overtook: overtook === true };
}

export function storeEdit(user: string, edit: Edit | null): void {
  write(EDIT_KEY, edit === null ? null : { user, ...edit });
}

function read(key: string, user: string): Record<string, unknown> | null {
  try {
    const stored = record(JSON.parse(sessionStorage.getItem(key) ?? 'null'));
    return stored?.['user'] === user ? stored : null;
  } catch {
    return null;
  }
}

function write(key: string, value: object | null): void {
  try {
    if (value === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Storage may be refused or full; what it would keep then lasts as long as the page.
  }
}

const DRAFT_KEY = 'rollcall.draft';
const EDIT_KEY = 'rollcall.edit';
