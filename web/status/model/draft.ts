/** The unsaved draft, kept in this tab over a reload (docs/status.md C5), for its author only. */

import { record } from '../../shared/http';

export function storedDraft(user: string): string | null {
  try {
    const stored = record(JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? 'null'));
    return stored?.['user'] === user && typeof stored['text'] === 'string' ? stored['text'] : null;
  } catch {
    return null;
  }
}

export function storeDraft(user: string, text: string | null): void {
  try {
    if (text === null) sessionStorage.removeItem(STORAGE_KEY);
    else sessionStorage.setItem(STORAGE_KEY, JSON.stringify({ user, text }));
  } catch {
    // Storage may be refused or full; the draft then lasts as long as the page.
  }
}

const STORAGE_KEY = 'rollcall.draft';
