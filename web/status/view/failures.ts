/** Failures of the server in the words of the page's language; what the page has no words for is shown as the server put it. */

import type { Messages } from '../../shared/i18n/en';
import type { Failure } from '../../shared/http';

/** A sentence for a failed sign-up or a status that was refused. */
export function explain(failure: Failure, t: Messages): string {
  if (failure.status === 0) return t.unreachable;
  return byCode(failure, t) ?? (failure.message !== '' ? failure.message : t.serverTrouble);
}

/** A sentence for an edit that is back in its field although nothing is wrong with its text. */
export function explainLoss(failure: Failure, t: Messages): string {
  if (failure.status === 409) return t.saveConflict;
  if (failure.status === 401) return t.sessionOver;
  return failure.code === 'cross_site' ? `${t.notSaved} ${t.requestRefused}` : t.saveRefused;
}

/** A sentence for a button of the account menu that did not do its work: why, and what to do. */
export function explainAction(failure: Failure, t: Messages): string {
  if (failure.status === 0) return t.actionUnreachable;
  if (failure.status === 429) return t.actionLimited(failure.retryAfterSeconds ?? DEFAULT_LIMIT_S);
  return failure.code === 'cross_site' ? t.requestRefused : t.actionFailed;
}

/** The form field that a failure is about: `name`, `status`, or null for the form as a whole. */
export function fieldOf(failure: Failure): 'name' | 'status' | null {
  if (failure.field === 'username' || failure.field === 'name') return 'name';
  if (failure.field === 'status' || failure.field === 'text') return 'status';
  return failure.code === 'name_taken' || failure.code === 'reserved_name' ? 'name' : null;
}

function byCode(failure: Failure, t: Messages): string | null {
  const name = fieldOf(failure) !== 'status';
  switch (failure.code) {
    case 'name_taken':
      return t.nameTaken;
    case 'reserved_name':
      return t.nameReserved;
    case 'already_signed_in':
      return t.alreadySignedIn;
    case 'cookie_refused':
      return t.cookieRefused;
    case 'cross_site':
      return t.requestRefused;
    case 'missing':
    case 'empty':
      return name ? t.nameMissing : t.statusMissing;
    case 'too_long':
    case 'body_too_large':
      // The page counts characters itself; what is left for the server to refuse is the number of bytes.
      return t.tooBig;
    case 'illegal_character':
      return name ? t.nameIllegal : t.statusIllegal;
    default:
      return failure.status >= 500 ? t.serverTrouble : null;
  }
}

const DEFAULT_LIMIT_S = 10;
