/** The field in which one's own status is edited: plain text, counted, with Save and Cancel beside the keys. */

import type { JSX, RefObject } from 'preact';
import { texts } from '../../shared/i18n';
import { STATUS_LIMIT, type StatusEditor } from '../model/editor';
import { ErrorText } from './field';
import { isOverLimit, saveError } from './save-state';

interface StatusFieldProps {
  readonly editor: StatusEditor;
  readonly input: RefObject<HTMLInputElement | null>;
  readonly onLeaveByKey: () => void;
}

export function StatusField({ editor, input, onLeaveByKey }: StatusFieldProps): JSX.Element {
  const t = texts.value;
  const error = saveError(editor.save.value, t);
  const commit = () => (onLeaveByKey(), editor.commit());
  const discard = () => (onLeaveByKey(), editor.discard());
  return (
    <form noValidate class="field" onSubmit={(event) => (event.preventDefault(), commit())} onFocusOut={(event) => handleFocusOut(event, editor)}>
      <label for="my-status">{t.statusLabel}</label>
      <input
        id="my-status"
        ref={input}
        class="input"
        type="text"
        name="my-status"
        data-testid="my-status"
        dir="auto"
        autocomplete="off"
        enterkeyhint="done"
        placeholder={t.placeholder}
        value={editor.text.value}
        aria-invalid={error !== null || isOverLimit(editor)}
        aria-describedby={error === null ? 'my-status-hint' : 'my-status-error my-status-hint'}
        onInput={(event) => editor.edit(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Escape' && !event.isComposing && discard()}
      />
      {error !== null && (
        <ErrorText id="my-status-error" field="my-status">
          {error}
        </ErrorText>
      )}
      <div class="field-foot">
        <p class="hint" id="my-status-hint">
          {t.editHint}
        </p>
        <Counter editor={editor} />
      </div>
      <div class="field-actions">
        <button type="submit" class="button" data-testid="save">
          {t.save}
        </button>
        <button type="button" class="button button-quiet" data-testid="cancel" onClick={discard}>
          {t.cancel}
        </button>
      </div>
    </form>
  );
}

/** Leaving the field saves, as in the tutorial; going to another window, or to the buttons below, is not leaving it. */
function handleFocusOut(event: FocusEvent & { currentTarget: HTMLFormElement }, editor: StatusEditor): void {
  const form = event.currentTarget;
  const elsewhere = document.activeElement === event.target;
  if (elsewhere || (event.relatedTarget instanceof Node && form.contains(event.relatedTarget))) return;
  editor.leave();
}

function Counter({ editor }: { editor: StatusEditor }): JSX.Element {
  const used = editor.used.value;
  return (
    <span class={isOverLimit(editor) ? 'counter over' : 'counter'} data-testid="counter">
      <span aria-hidden="true">
        {used}/{STATUS_LIMIT}
      </span>
      <span class="visually-hidden">{texts.value.counter(used, STATUS_LIMIT)}</span>
    </span>
  );
}
