/**
 * What can be done about an account besides signing out: end all of its sessions, or make this browser forget it.
 *
 * A popover of plain buttons, so that Tab, Enter, Escape and a click beside it work as the browser makes them work.
 */

import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { initials, tone } from '../../shared/avatar';
import type { Failure } from '../../shared/http';
import { texts } from '../../shared/i18n';
import type { Messages } from '../../shared/i18n/en';
import { Confirm } from './confirm';

export interface Actions {
  readonly leaveEverywhere: () => Promise<Failure | null>;
  readonly forgetDevice: () => Promise<Failure | null>;
}

type Question = 'everywhere' | 'forget';

export function AccountMenu({ name, actions }: { name: string; actions: Actions }): JSX.Element {
  const [question, setQuestion] = useState<Question | null>(null);
  const [forgotten, setForgotten] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  const t = texts.value;
  const ask = (next: Question) => {
    menu.current?.hidePopover();
    setForgotten(false);
    setQuestion(next);
  };
  const close = () => {
    setQuestion(null);
    opener.current?.focus();
  };
  return (
    <>
      <button
        ref={opener}
        type="button"
        class={`account ${tone(name)}`}
        data-testid="account"
        data-initials={initials(name)}
        aria-label={t.account(name)}
        popovertarget="account-menu"
      />
      <div ref={menu} id="account-menu" class="menu" popover="auto" data-testid="account-menu">
        <p class="menu-name">
          <bdi>{name}</bdi>
        </p>
        <button type="button" class="menu-item" data-testid="sign-out-everywhere" onClick={() => ask('everywhere')}>
          {t.everywhere}
        </button>
        <button type="button" class="menu-item" data-testid="forget-device" onClick={() => ask('forget')}>
          {t.forget}
        </button>
      </div>
      <p class="header-note" role="status" data-testid="account-note">
        {forgotten ? t.forgottenStay : ''}
      </p>
      {question !== null && (
        <Confirm
          {...wording(question, t)}
          act={question === 'everywhere' ? actions.leaveEverywhere : actions.forgetDevice}
          onClose={close}
          onDone={() => (close(), setForgotten(question === 'forget'))}
        />
      )}
    </>
  );
}

function wording(question: Question, t: Messages) {
  if (question === 'everywhere') return { title: t.everywhereTitle, text: t.everywhereText, verb: t.everywhere };
  return { title: t.forgetTitle, text: t.forgetText, verb: t.forget };
}
