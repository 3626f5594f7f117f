/** What became of the last edit: saving, saved, failed with the text kept, or limited with a countdown (docs/status.md 2.4). */

import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { serverNow } from '../../shared/clock';
import { texts } from '../../shared/i18n';
import type { Messages } from '../../shared/i18n/en';
import type { Save, StatusEditor } from '../model/editor';
import { explain } from './failures';

export function SaveState({ editor }: { editor: StatusEditor }): JSX.Element {
  const t = texts.value;
  const save = editor.save.value;
  const seconds = useCountdown(save, () => editor.limitPassed());
  return (
    <div class={`save-state save-${save.kind}`}>
      <span role="status" data-testid="save-state" data-state={save.kind}>
        {save.kind === 'limited' ? t.limited(seconds) : words(save, editor.dirty.value, t)}
      </span>
      {save.kind === 'failed' && (
        <button type="button" class="link-button" data-testid="save-retry" onClick={() => void editor.commit()}>
          {t.retry}
        </button>
      )}
    </div>
  );
}

/** The sentence beside the field when the text itself is what was refused. */
export function saveError(save: Save, t: Messages): string | null {
  if (save.kind === 'too-long') return t.statusTooLong;
  return save.kind === 'rejected' ? explain(save.failure, t) : null;
}

function words(save: Save, dirty: boolean, t: Messages): string {
  switch (save.kind) {
    case 'saving':
      return t.saving;
    case 'saved':
      return t.saved;
    case 'failed':
      return save.failure.status === 409 ? t.saveConflict : save.failure.status === 0 ? t.saveFailed : t.saveRefused;
    case 'idle':
      return dirty ? t.unsaved : t.visible;
    default:
      return '';
  }
}

/** Whole seconds until the limit passes; reports that it did. */
function useCountdown(save: Save, onEnd: () => void): number {
  const [, redraw] = useState(0);
  const left = save.kind === 'limited' ? Math.max(0, Math.ceil((save.untilMs - serverNow()) / 1000)) : 0;
  useEffect(() => {
    if (save.kind !== 'limited') return;
    const timer = setInterval(() => {
      if (save.untilMs <= serverNow()) onEnd();
      else redraw((count) => count + 1);
    }, 1000);
    return () => clearInterval(timer);
  }, [save]);
  return left;
}
