/** The viewer's own panel: who they are and their status, which a button turns into a field (docs/status.md A3, 4.2). */

import type { JSX, RefObject } from 'preact';
import { texts } from '../../shared/i18n';
import type { StatusEditor } from '../model/editor';
import type { Room } from '../model/room';
import { Avatar } from './avatar';
import { SaveState } from './save-state';
import { StatusField } from './status-field';
import { useEditorFocus } from './use-editor-focus';

export function MyPanel({ room }: { room: Room }): JSX.Element {
  return (
    <section class="card me" data-testid="me" aria-labelledby="my-name">
      <div class="me-head">
        <Avatar user={room.name} />
        <h2 id="my-name" class="me-name">
          <bdi data-testid="my-name">{room.name}</bdi>
        </h2>
      </div>
      <OwnStatus editor={room.editor} />
    </section>
  );
}

function OwnStatus({ editor }: { editor: StatusEditor }): JSX.Element {
  const { button, input, leaveByKey } = useEditorFocus(editor);
  return (
    <div class="field">
      {editor.open.value ? (
        <StatusField editor={editor} input={input} onLeaveByKey={leaveByKey} />
      ) : (
        <StatusButton editor={editor} button={button} />
      )}
      <SaveState editor={editor} />
    </div>
  );
}

interface StatusButtonProps {
  readonly editor: StatusEditor;
  readonly button: RefObject<HTMLButtonElement | null>;
}

function StatusButton({ editor, button }: StatusButtonProps): JSX.Element {
  const t = texts.value;
  const status = editor.shown.value;
  const pending = editor.pending.value !== null;
  return (
    <>
      <span class="field-label" id="my-status-label">
        {t.statusLabel}
      </span>
      <button
        ref={button}
        type="button"
        class={pending ? 'status-button pending' : 'status-button'}
        data-testid="edit-status"
        aria-labelledby="my-status-label my-status-text edit-status-verb"
        onClick={() => editor.start()}
      >
        <bdi id="my-status-text" data-testid="my-status-text" class={status === '' ? 'muted' : undefined}>
          {status === '' ? t.placeholder : status}
        </bdi>{' '}
        <span id="edit-status-verb" class="status-button-verb">
          {t.edit}
        </span>
      </button>
    </>
  );
}
