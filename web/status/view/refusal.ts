/** Why signing up or in did not work, in a form that a page can show, in whatever language it is switched to. */

import type { Failure } from '../../shared/http';
import type { Messages } from '../../shared/i18n/en';
import { explain, fieldOf } from './failures';

export type Join = (name: string, status: string | null, how: 'confirmed' | 'plain') => Promise<Failure | null>;

/** `text` is a function, so that an error follows the language. */
export interface Refusal {
  readonly field: 'name' | 'status' | null;
  readonly text: (t: Messages) => string;
  readonly code: string;
  /** When the server will listen again, by this device's clock; null unless it said that it does not now (docs/status.md S14). */
  readonly untilMs: number | null;
}

export function refusalOf(failure: Failure): Refusal {
  const untilMs = failure.status === 429 ? Date.now() + (failure.retryAfterSeconds ?? DEFAULT_LIMIT_S) * 1000 : null;
  return {
    field: untilMs === null ? fieldOf(failure) : null,
    code: failure.code,
    text: (t) => explain(failure, t),
    untilMs,
  };
}

export function mistake(field: Refusal['field'], text: Refusal['text']): Refusal {
  return { field, text, code: 'mistake', untilMs: null };
}

const DEFAULT_LIMIT_S = 10;
