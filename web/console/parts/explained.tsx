/** What an error of this kind means and what to do, in the language of the page; nothing for a kind that this page does not know. */

import type { JSX } from 'preact';
import { texts } from '../i18n';

export function Explained({ kind }: { kind: string }): JSX.Element | null {
  const known = (texts.value.errorKinds as Readonly<Record<string, string>>)[kind];
  if (known === undefined) return null;
  return (
    <p class="explained" data-testid="explained" data-kind={kind}>
      {known.split('`').map((part, index) => (index % 2 === 0 ? part : <code key={index}>{part}</code>))}
    </p>
  );
}
