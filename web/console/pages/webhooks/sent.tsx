/** What was sent to an endpoint: the body and its signature. */

import type { JSX } from 'preact';
import { texts } from '../../i18n';
import { CopyButton } from '../../parts/copy';
import { Json } from '../../parts/json';

export function Sent({ body, signature }: { body: string; signature: string }): JSX.Element {
  const t = texts.value.webhooks;
  return (
    <div class="stack">
      <h3>{t.body}</h3>
      <Json text={body} label={t.body} />
      <p class="signature">
        <span class="muted">{t.signature}</span> <code>{signature}</code> <CopyButton text={signature} what={t.signature} />
      </p>
    </div>
  );
}
