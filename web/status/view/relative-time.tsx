/** A moment as people say it; the exact time is in `datetime` and the tooltip (docs/status.md C14). `moments.ts` keeps it current. */

import type { JSX } from 'preact';
import { ago, exactly, type AgoStyle } from '../../shared/ago';
import { serverNow } from '../../shared/clock';
import { locale, texts } from '../../shared/i18n';

/** `text` is how long ago that was; a component of signals is drawn anew when what it is given changes, not when time passes. */
export function RelativeTime({ ms, text }: { ms: number; text: string }): JSX.Element {
  return (
    <time class="time" dateTime={new Date(ms).toISOString()} title={exactly(ms, locale.value)}>
      {text}
    </time>
  );
}

/** How long ago `ms` was, by the server's clock. */
export function agoText(ms: number, style: AgoStyle, language: string): string {
  return ago(serverNow() - ms, language, style) ?? texts.value.justNow;
}
