/** What to tell people about a request that failed. The server's own sentence is in English; where this page knows better, it says it. */

import type { Failure } from '../../shared/http';
import { locale } from '../../shared/i18n/locale';
import { texts } from '../i18n';

export function explain(failure: Failure): string {
  const t = texts.value.failures;
  const known = knownWords(failure);
  if (failure.retryAfterSeconds !== null) return t.limited(failure.retryAfterSeconds);
  if (failure.status === 0) return t.unreachable;
  // What the server says is more exact, for whoever reads English.
  if (locale.value === 'en' && failure.message !== '') return failure.message;
  if (known !== undefined) return known;
  return failure.message === '' ? t.unknown(failure.status) : failure.message;
}

/** The page's own words for a code; what is unfit depends on the field. */
function knownWords({ code, field }: Failure): string | undefined {
  const { codes, unfit }: { readonly codes: Words; readonly unfit: Words } = texts.value.failures;
  return code === 'unfit' && field !== null ? unfit[field] : codes[code];
}

type Words = Readonly<Record<string, string>>;
