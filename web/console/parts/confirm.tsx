/** A question before something that can't be taken back: what will happen, a way out and, for the worst, a name to type. */

import type { ComponentChildren, JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Failure } from '../../shared/http';
import { texts } from '../i18n';
import { catchFocus } from '../view/arrival';
import { explain } from '../view/failures';
import { useAction } from '../view/use-action';
import { Button } from './button';
import { ErrorText, Field } from './field';

interface ConfirmProps {
  readonly title: string;
  /** What the button says that does it. */
  readonly verb: string;
  /** What the button says that does nothing; "Cancel" if it is left out. */
  readonly no?: string;
  /** What has to be typed first, exactly. */
  readonly typed?: string;
  readonly look?: 'danger' | 'main';
  /** Ends when it is done and the page shows it, so that the focus can tell what is still there. */
  readonly act: () => Promise<Failure | null>;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

export function Confirm({ title, verb, no, typed, look = 'danger', act, onClose, children }: ConfirmProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState('');
  const close = () => dialog.current?.close();
  const { failure, busy, run } = useAction(async () => {
    const result = await act();
    if (result === null) close();
    return result;
  });
  const ready = typed === undefined || text.trim() === typed.trim();
  const t = texts.value.common;
  useLayoutEffect(() => {
    dialog.current?.showModal();
    // What is to be typed comes first; a button that copies a command may stand before it.
    dialog.current?.querySelector('input')?.focus();
  }, []);
  return (
    <dialog ref={dialog} class="dialog card" aria-labelledby="confirm-title" aria-describedby="confirm-text" data-testid="confirm" onClose={() => (onClose(), catchFocus())}>
      <form noValidate class="form" onSubmit={(event) => (event.preventDefault(), ready && void run())}>
        <h2 id="confirm-title">{title}</h2>
        <div id="confirm-text" class="stack">
          {children}
        </div>
        {typed !== undefined && <Field name="confirm" label={t.typeToConfirm(typed)} value={text} onValue={setText} />}
        {failure !== null && <ErrorText field="confirm">{explain(failure)}</ErrorText>}
        <div class="dialog-actions">
          <Button look="quiet" testid="confirm-no" onClick={close}>
            {no ?? t.cancel}
          </Button>
          <Button look={look} type="submit" testid="confirm-yes" busy={busy} off={!ready}>
            {verb}
          </Button>
        </div>
      </form>
    </dialog>
  );
}
