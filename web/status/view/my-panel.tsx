/** The viewer's own panel: who they are and their status, edited in place (docs/status.md A3). */

import type { JSX } from 'preact';
import { texts } from '../../shared/i18n';
import { STATUS_LIMIT, type StatusEditor } from '../model/editor';
import type { Room } from '../model/room';
import { Avatar } from './avatar';
import { ErrorText } from './field';
import { SaveState, saveError } from './save-state';

export function MyPanel({ room }: { room: Room }): JSX.Element {
  return (
    <section class="card me" data-testid="me" aria-labelledby="my-name">
      <div class="me-head">
        <Avatar user={room.name} />
        <h2 id="my-name" class="me-name">
          <bdi data-testid="my-name">{room.name}</bdi>
        </h2>
      </div>
      <StatusField editor={room.editor} />
    </section>
  );
}

function StatusField({ editor }: { editor: StatusEditor }): JSX.Element {
  const t = texts.value;
  const error = saveError(editor.save.value, t);
  return (
    <div class="field">
      <label for="my-status">{t.statusLabel}</label>
      <input
        id="my-status"
        class="input"
        type="text"
        name="my-status"
        data-testid="my-status"
        dir="auto"
        autocomplete="off"
        enterkeyhint="done"
        placeholder={t.placeholder}
        value={editor.text.value}
        aria-invalid={error !== null || editor.used.value > STATUS_LIMIT}
        aria-describedby={error === null ? 'my-status-hint' : 'my-status-error my-status-hint'}
        onInput={(event) => editor.edit(event.currentTarget.value)}
        onKeyDown={(event) => handleKey(event, editor)}
        onBlur={() => void editor.commit()}
      />
      {error !== null && (
        <ErrorText id="my-status-error" field="my-status">
          {error}
        </ErrorText>
      )}
      <div class="field-foot">
        <SaveState editor={editor} />
        <Counter editor={editor} />
      </div>
      <p class="hint" id="my-status-hint">
        {t.editHint}
      </p>
    </div>
  );
}

/** Enter and Escape that belong to an input method are left to it. */
function handleKey(event: KeyboardEvent, editor: StatusEditor): void {
  if (event.isComposing) return;
  if (event.key === 'Enter') {
    event.preventDefault();
    void editor.commit();
  } else if (event.key === 'Escape') {
    editor.discard();
  }
}

function Counter({ editor }: { editor: StatusEditor }): JSX.Element | null {
  const used = editor.used.value;
  if (!editor.dirty.value) return null;
  return (
    <span class={used > STATUS_LIMIT ? 'counter over' : 'counter'} data-testid="counter">
      <span aria-hidden="true">
        {used}/{STATUS_LIMIT}
      </span>
      <span class="visually-hidden">{texts.value.counter(used, STATUS_LIMIT)}</span>
    </span>
  );
}
