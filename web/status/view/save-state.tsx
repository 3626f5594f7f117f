/**
 * What became of the last edit: saving, saved, waiting to be tried again, or given back (docs/status.md 2.4, C10, S14).
 *
 * A countdown is for the eye; a screen reader is told once, when it begins.
 */

import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { texts } from '../../shared/i18n';
import type { Messages } from '../../shared/i18n/en';
import { useCountdown } from '../../shared/view/use-countdown';
import { STATUS_LIMIT, type Save, type StatusEditor } from '../model/editor';
import { explain, explainLoss } from './failures';

export function SaveState({ editor }: { editor: StatusEditor }): JSX.Element {
  const t = texts.value;
  const save = editor.save.value;
  const dirty = editor.dirty.value;
  const seconds = useCountdown('untilMs' in save ? save.untilMs : null) ?? 0;
  const spoken = useMemo(() => words(save, seconds, dirty, t), [save, dirty, t]);
  return (
    <div class={`save-state save-${save.kind}`}>
      <span data-testid="save-state" data-state={save.kind} aria-hidden="true">
        {words(save, seconds, dirty, t)}
      </span>
      <span class="visually-hidden" role="status">
        {spoken}
      </span>
      {save.kind === 'retrying' && (
        <button type="button" class="link-button" data-testid="save-retry" onClick={() => editor.hurry()}>
          {t.retryNow}
        </button>
      )}
    </div>
  );
}

/** The sentence beside the field when the server, or the page, will not have the text. */
export function saveError(save: Save, t: Messages): string | null {
  switch (save.kind) {
    case 'too-long':
      return t.statusTooLong;
    case 'rejected':
      return explain(save.failure, t);
    case 'failed':
      return explainLoss(save.failure, t);
    default:
      return null;
  }
}

export function isOverLimit(editor: StatusEditor): boolean {
  return editor.used.value > STATUS_LIMIT;
}

function words(save: Save, seconds: number, dirty: boolean, t: Messages): string {
  switch (save.kind) {
    case 'saving':
      return t.saving;
    case 'saved':
      return dirty ? t.unsaved : t.saved;
    case 'offline':
      return t.savedLater;
    case 'retrying':
      return `${save.failure.status === 0 ? t.saveFailed : t.saveRefused} ${t.nextTry(seconds)}`;
    case 'limited':
      return t.limited(seconds);
    default:
      return dirty ? t.unsaved : t.visible;
  }
}
