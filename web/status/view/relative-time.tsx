/** A moment as people say it; the exact time is in `datetime` and the tooltip (docs/status.md C14). `moments.ts` keeps it current. */

import type { JSX } from 'preact';
import { ago, exactly, type AgoStyle } from '../../shared/ago';
import { serverNow } from '../../shared/clock';
import { locale, texts } from '../../shared/i18n';

export function RelativeTime({ ms }: { ms: number }): JSX.Element {
  const language = locale.value;
  return (
    <time class="time" dateTime={new Date(ms).toISOString()} title={exactly(ms, language)}>
      {agoText(ms, 'short', language)}
    </time>
  );
}

/** How long ago `ms` was, by the server's clock. */
export function agoText(ms: number, style: AgoStyle, language: string): string {
  return ago(serverNow() - ms, language, style) ?? texts.value.justNow;
}
