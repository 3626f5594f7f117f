/** A moment as people say it, kept current; the exact time is in `datetime` and the tooltip (docs/status.md C14). */

import type { JSX } from 'preact';
import { serverNow, tick } from '../../shared/clock';
import { locale, texts } from '../../shared/i18n';

export function RelativeTime({ ms }: { ms: number }): JSX.Element {
  void tick.value;
  const exact = new Intl.DateTimeFormat(locale.value, { dateStyle: 'medium', timeStyle: 'short' }).format(ms);
  return (
    <time class="time" dateTime={new Date(ms).toISOString()} title={exact}>
      {relative(ms - serverNow(), locale.value) ?? texts.value.justNow}
    </time>
  );
}

/** Null for less than a minute, which every language has its own words for. */
export function relative(deltaMs: number, language: string): string | null {
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' });
  const size = UNITS.find(({ unitMs }) => Math.abs(deltaMs) >= unitMs);
  return size === undefined ? null : format.format(Math.trunc(deltaMs / size.unitMs), size.unit);
}

const MINUTE_MS = 60_000;
const UNITS: readonly { readonly unit: Intl.RelativeTimeFormatUnit; readonly unitMs: number }[] = [
  { unit: 'year', unitMs: 525_600 * MINUTE_MS },
  { unit: 'month', unitMs: 43_200 * MINUTE_MS },
  { unit: 'day', unitMs: 1_440 * MINUTE_MS },
  { unit: 'hour', unitMs: 60 * MINUTE_MS },
  { unit: 'minute', unitMs: MINUTE_MS },
];
