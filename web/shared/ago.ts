/** How long ago, as people say it, and when that will read differently (docs/status.md C14). No clock: ages are arguments. */

/** `short` is for the eye, `long` for sentences. */
export type AgoStyle = 'short' | 'long';

/** Null for less than a minute, which every language has its own words for; a moment to come counts as now. */
export function ago(ageMs: number, language: string, style: AgoStyle): string | null {
  const size = sizeOf(ageMs);
  return size === undefined ? null : formatter(language, style).format(-Math.trunc(ageMs / size.unitMs), size.unit);
}

/** Milliseconds until `ago` says something else. */
export function staysMs(ageMs: number): number {
  const unitMs = sizeOf(ageMs)?.unitMs ?? MINUTE_MS;
  return unitMs - (((ageMs % unitMs) + unitMs) % unitMs);
}

/** The moment itself, for those who want to know exactly. */
export function exactly(ms: number, language: string): string {
  let format = exact.get(language);
  if (format === undefined) {
    format = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
    exact.set(language, format);
  }
  return format.format(ms);
}

function sizeOf(ageMs: number) {
  return UNITS.find(({ unitMs }) => ageMs >= unitMs);
}

/** Kept, because making one takes longer than all else that a row does. */
function formatter(language: string, style: AgoStyle): Intl.RelativeTimeFormat {
  const key = `${language} ${style}`;
  let format = relative.get(key);
  if (format === undefined) {
    format = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style });
    relative.set(key, format);
  }
  return format;
}

const relative = new Map<string, Intl.RelativeTimeFormat>();
const exact = new Map<string, Intl.DateTimeFormat>();
const MINUTE_MS = 60_000;
const UNITS: readonly { readonly unit: Intl.RelativeTimeFormatUnit; readonly unitMs: number }[] = [
  { unit: 'year', unitMs: 525_600 * MINUTE_MS },
  { unit: 'month', unitMs: 43_200 * MINUTE_MS },
  { unit: 'day', unitMs: 1_440 * MINUTE_MS },
  { unit: 'hour', unitMs: 60 * MINUTE_MS },
  { unit: 'minute', unitMs: MINUTE_MS },
];
