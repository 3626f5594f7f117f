/** The sign-up form: a name and a first status; what was typed survives every refusal (docs/status.md C18). */

import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { graphemeCount, normalized } from '../../shared/graphemes';
import type { Failure } from '../../shared/http';
import { texts } from '../../shared/i18n';
import type { Messages } from '../../shared/i18n/en';
import { STATUS_LIMIT } from '../model/editor';
import type { Notice } from '../model/session';
import { explain, fieldOf } from './failures';
import { ErrorText, Field } from './field';

type Join = (name: string, status: string, how: 'confirmed' | 'plain') => Promise<Failure | null>;

/** `key` rather than text, so that an error follows the language. */
interface Refusal {
  readonly field: 'name' | 'status' | null;
  readonly text: (t: Messages) => string;
  readonly code: string;
}

export function SignUp({ notice, onJoin }: { notice: Notice; onJoin: Join }): JSX.Element {
  const t = texts.value;
  return (
    <div class="welcome">
      <div class="welcome-text">
        <h1>{t.welcome}</h1>
        <p class="lead">{t.welcomeText}</p>
        <p class="muted">{t.noAccount}</p>
      </div>
      <section class="card" aria-labelledby="form-title">
        <h2 id="form-title">{t.formTitle}</h2>
        {notice !== 'none' && (
          <p class="notice" role={notice === 'ended' ? 'alert' : 'status'} data-testid="notice">
            {notice === 'ended' ? t.sessionEnded : t.signedOut}
          </p>
        )}
        <Form onJoin={onJoin} />
      </section>
    </div>
  );
}

function Form({ onJoin }: { onJoin: Join }): JSX.Element {
  const t = texts.value;
  const [name, setName] = useState('');
  const [status, setStatus] = useState('');
  const { refusal, busy, submit } = useSubmission(onJoin, name, status);
  const nameInput = useRef<HTMLInputElement>(null);
  const statusInput = useRef<HTMLInputElement>(null);
  const summary = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (refusal === null) return;
    ({ name: nameInput, status: statusInput, form: summary })[refusal.field ?? 'form'].current?.focus();
  }, [refusal]);
  const errorOf = (field: Refusal['field']) => (refusal?.field === field ? refusal.text(t) : null);
  return (
    <form noValidate class="form" data-testid="sign-up" onSubmit={(event) => (event.preventDefault(), submit('plain'))}>
      {refusal !== null && refusal.field === null && (
        <div ref={summary} tabIndex={-1} class="form-error">
          <ErrorText id="error-form" field="form">
            {refusal.text(t)}
          </ErrorText>
          {refusal.code === 'already_signed_in' && (
            <button type="button" class="button button-quiet" data-testid="switch" onClick={() => submit('confirmed')}>
              {t.switchName(normalized(name))}
            </button>
          )}
        </div>
      )}
      <Field
        name="name"
        label={t.nameLabel}
        hint={t.nameHint}
        error={errorOf('name')}
        inputRef={nameInput}
        value={name}
        onValue={setName}
        autocomplete="nickname"
      />
      <Field
        name="status"
        label={t.statusLabel}
        hint={t.statusHint}
        error={errorOf('status')}
        inputRef={statusInput}
        value={status}
        onValue={setStatus}
        placeholder={t.placeholder}
        autocomplete="off"
      />
      <button type="submit" class="button" data-testid="join" aria-disabled={busy}>
        {busy ? t.joining : t.join}
      </button>
    </form>
  );
}

function useSubmission(onJoin: Join, name: string, status: string) {
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [busy, setBusy] = useState(false);
  // State changes with the next render; a second submission in the same tick must already find it set.
  const running = useRef(false);
  const submit = async (how: 'confirmed' | 'plain') => {
    if (running.current) return;
    const mistake = mistakeIn(name, status);
    setRefusal(mistake);
    if (mistake !== null) return;
    running.current = true;
    setBusy(true);
    const failure = await onJoin(name, status, how);
    running.current = false;
    setBusy(false);
    if (failure !== null) setRefusal(refusalOf(failure));
  };
  return { refusal, busy, submit };
}

function mistakeIn(name: string, status: string): Refusal | null {
  if (normalized(name) === '') return { field: 'name', code: 'missing', text: (t) => t.nameMissing };
  if (graphemeCount(normalized(name)) > NAME_LIMIT) {
    return { field: 'name', code: 'too_long', text: (t) => t.nameTooLong };
  }
  if (graphemeCount(normalized(status)) > STATUS_LIMIT) {
    return { field: 'status', code: 'too_long', text: (t) => t.statusTooLong };
  }
  return null;
}

function refusalOf(failure: Failure): Refusal {
  return { field: fieldOf(failure), code: failure.code, text: (t) => explain(failure, t) };
}

/** The longest name, in grapheme clusters (docs/status.md section 0). */
const NAME_LIMIT = 64;
