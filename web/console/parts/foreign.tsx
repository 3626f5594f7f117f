/** Texts that others chose: isolated, since they may be in any script, and with nothing in them that is not seen. */

import type { JSX } from 'preact';
import { visible } from '../../shared/visible';

export function Foreign({ text, look }: { text: string; look?: 'payload' }): JSX.Element {
  return <bdi class={look}>{visible(text)}</bdi>;
}

/** On one line: cut where there is no room, and whole in the tooltip. */
export function Cut({ text }: { text: string }): JSX.Element {
  const shown = visible(text);
  return (
    <bdi class="cut" title={shown}>
      {shown}
    </bdi>
  );
}

/** The same of what may be missing: nothing then, so that a table knows that the cell is empty. */
export function cutIfAny(text: string | null | undefined): JSX.Element | null {
  return text === null || text === undefined || text === '' ? null : <Cut text={text} />;
}
