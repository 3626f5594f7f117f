/** The first face of the page: why it is shown, the names that this browser remembers, and the form. */

import type { JSX } from 'preact';
import { texts } from '../../shared/i18n';
import type { Messages } from '../../shared/i18n/en';
import type { Failure } from '../../shared/http';
import type { Notice, Phase } from '../model/session';
import { Remembered } from './remembered';
import { SignUpForm, type Join } from './sign-up-form';

interface SignUpProps {
  readonly start: Phase & { readonly kind: 'form' };
  readonly onJoin: Join;
  readonly onForget: () => Promise<Failure | null>;
}

export function SignUp({ start, onJoin, onForget }: SignUpProps): JSX.Element {
  const t = texts.value;
  const notice = noticeText(start.notice, t);
  // Who has been here before need not be told what this is, and on a phone the form is then in sight.
  const newcomer = notice === null && start.device.length === 0;
  return (
    <div class="welcome">
      <div class="welcome-text">
        <h1>{t.welcome}</h1>
        {newcomer && <p class="lead">{t.welcomeText}</p>}
        {newcomer && <p class="muted">{t.noAccount}</p>}
      </div>
      <section class="card" aria-labelledby="form-title">
        <h2 id="form-title">{t.formTitle}</h2>
        {notice !== null && (
          <p class="notice" role={start.notice === 'ended' ? 'alert' : 'status'} data-testid="notice">
            {notice} {start.prefill.status !== '' && t.draftKept}
          </p>
        )}
        <Remembered names={start.device} onJoin={onJoin} onForget={onForget} />
        <SignUpForm prefill={start.prefill} onJoin={onJoin} />
      </section>
    </div>
  );
}

function noticeText(notice: Notice, t: Messages): string | null {
  switch (notice) {
    case 'ended':
      return t.sessionEnded;
    case 'signed-out':
      return t.signedOut;
    case 'signed-out-everywhere':
      return t.signedOutEverywhere;
    case 'none':
      return null;
  }
}
