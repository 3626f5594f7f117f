/** What to tell people about a request that failed. The server's own sentence is in English; where this page knows better, it says it. */

import type { Failure } from '../../shared/http';
import { locale } from '../../shared/i18n/locale';
import { texts } from '../i18n';

export function explain(failure: Failure): string {
  const t = texts.value.failures;
  const { status, code, message } = failure;
  if (failure.retryAfterSeconds !== null) return t.limited(failure.retryAfterSeconds);
  if (status === 0) return t.unreachable;
  const exact = exactWords(failure);
  if (exact !== undefined) return exact;
  // What the server says is more exact, for whoever reads English.
  if (locale.value === 'en' && message !== '') return message;
  const known = knownWords(failure);
  if (message === '') return known ?? t.unknown(status);
  if (known === undefined) return t.said(message);
  return SAY_LITTLE.has(code) ? `${known} ${t.said(message)}` : known;
}

/** The page's own words for a code; what is unfit depends on the field. */
function knownWords({ code, field }: Failure): string | undefined {
  const { codes, unfit }: { readonly codes: Words; readonly unfit: Words } = texts.value.failures;
  return code === 'unfit' && field !== null ? unfit[field] : codes[code];
}

/** The same where the server says which value it is and what is wrong with it. */
function exactWords({ reason }: Failure): string | undefined {
  const reasons: Readonly<Record<string, Words>> = texts.value.failures.reasons;
  return reason === null ? undefined : reasons[reason.code]?.[reason.key];
}

type Words = Readonly<Record<string, string>>;

/** Codes for much, of which the server's sentence alone says what it is. */
const SAY_LITTLE: ReadonlySet<string> = new Set(['bad_value', 'not_served']);
