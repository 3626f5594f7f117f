/** The sign-up form: a name and a first status; what was typed survives every refusal (docs/status.md C18). */

import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { graphemeCount, normalized } from '../../shared/graphemes';
import { texts } from '../../shared/i18n';
import { STATUS_LIMIT } from '../model/editor';
import type { Prefill } from '../model/session';
import { ErrorText, Field } from './field';
import { Limited } from './limited';
import { mistake, refusalOf, type Join, type Refusal } from './refusal';

export type { Join };

export function SignUpForm({ prefill, onJoin }: { prefill: Prefill; onJoin: Join }): JSX.Element {
  const t = texts.value;
  const [name, setName] = useState(prefill.name);
  const [status, setStatus] = useState(prefill.status);
  const { refusal, busy, submit, clear } = useSubmission(onJoin, name, status);
  const { nameInput, statusInput, summary } = useFocusOnRefusal(refusal);
  const errorOf = (field: Refusal['field']) => (refusal?.field === field ? refusal.text(t) : null);
  return (
    <form noValidate class="form" data-testid="sign-up" onSubmit={(event) => (event.preventDefault(), submit('plain'))}>
      {refusal !== null && refusal.field === null && (
        <div ref={summary} tabIndex={-1} class="form-error">
          <ErrorText id="error-form" field="form">
            {refusal.untilMs === null ? refusal.text(t) : <Limited untilMs={refusal.untilMs} onPassed={clear} />}
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
      <button type="submit" class="button" data-testid="join" aria-disabled={busy || isLimited(refusal)}>
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
    if (running.current || isLimited(refusal)) return;
    const wrong = mistakeIn(name, status);
    setRefusal(wrong);
    if (wrong !== null) return;
    running.current = true;
    setBusy(true);
    // A field left empty sets nothing: somebody who comes back keeps the status they had.
    const failure = await onJoin(name, normalized(status) === '' ? null : status, how);
    running.current = false;
    setBusy(false);
    if (failure !== null) setRefusal(refusalOf(failure));
  };
  return { refusal, busy, submit, clear: () => setRefusal(null) };
}

/** The focus goes to what is wrong, so that it is read out. */
function useFocusOnRefusal(refusal: Refusal | null) {
  const nameInput = useRef<HTMLInputElement>(null);
  const statusInput = useRef<HTMLInputElement>(null);
  const summary = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (refusal === null) return;
    ({ name: nameInput, status: statusInput, form: summary })[refusal.field ?? 'form'].current?.focus();
  }, [refusal]);
  return { nameInput, statusInput, summary };
}

function isLimited(refusal: Refusal | null): boolean {
  return refusal !== null && refusal.untilMs !== null;
}

function mistakeIn(name: string, status: string): Refusal | null {
  if (normalized(name) === '') return mistake('name', (t) => t.nameMissing);
  if (graphemeCount(normalized(name)) > NAME_LIMIT) return mistake('name', (t) => t.nameTooLong);
  return graphemeCount(normalized(status)) > STATUS_LIMIT ? mistake('status', (t) => t.statusTooLong) : null;
}

/** The longest name, in grapheme clusters (docs/status.md section 0). */
const NAME_LIMIT = 64;
