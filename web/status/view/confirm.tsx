/** A question before something that cannot be taken back: what will happen, and a way out. */

import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Failure } from '../../shared/http';
import { texts } from '../../shared/i18n';
import { explainAction } from './failures';
import { ErrorText } from './field';

interface ConfirmProps {
  readonly title: string;
  readonly text: string;
  /** What the button says that does it. */
  readonly verb: string;
  readonly act: () => Promise<Failure | null>;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

export function Confirm({ title, text, verb, act, onClose, onDone }: ConfirmProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  // While it is open everything else is inert, and could not take the focus.
  const { failure, busy, run } = useAction(act, () => (dialog.current?.close(), onDone()));
  const t = texts.value;
  useLayoutEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class="dialog card" aria-labelledby="confirm-title" aria-describedby="confirm-text" data-testid="confirm" onClose={onClose}>
      <h2 id="confirm-title">{title}</h2>
      <p id="confirm-text">{text}</p>
      {failure !== null && (
        <ErrorText id="confirm-error" field="confirm">
          {explainAction(failure, t)}
        </ErrorText>
      )}
      <div class="dialog-actions">
        <button type="button" class="button button-quiet" data-testid="confirm-no" onClick={() => dialog.current?.close()}>
          {t.cancel}
        </button>
        <button type="button" class="button button-danger" data-testid="confirm-yes" aria-disabled={busy} onClick={() => void run()}>
          {verb}
        </button>
      </div>
    </dialog>
  );
}

/** Runs `act` once at a time and keeps the failure of the last run. */
export function useAction(act: () => Promise<Failure | null>, onDone: () => void) {
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);
  // State changes with the next render; a second click in the same tick must already find it set.
  const running = useRef(false);
  const run = async () => {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    setFailure(null);
    const result = await act();
    running.current = false;
    setBusy(false);
    setFailure(result);
    if (result === null) onDone();
  };
  return { failure, busy, run };
}
