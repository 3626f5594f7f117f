/** Times of day and dates, exactly, in the language of the page. */

import { locale } from '../../shared/i18n/locale';

/** To the millisecond, for rows that happened just now. */
export function timeOfDay(ms: number): string {
  return format('time', { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3, hourCycle: 'h23' }, ms);
}

/** To the second, with its date. */
export function moment(ms: number): string {
  return format('moment', { dateStyle: 'medium', timeStyle: 'medium', hourCycle: 'h23' }, ms);
}

/** A row of a table of times: to the second within a day, else to the minute with its day. */
export function rowTime(ms: number, spanMs: number): string {
  if (spanMs > DAY_MS) return format('day-minute', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }, ms);
  return format('second', { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }, ms);
}

/** Below a chart: the time of day, or the day where a chart spans several. */
export function axisTime(ms: number, spanMs: number): string {
  if (spanMs > 2 * DAY_MS) return format('day', { day: 'numeric', month: 'short' }, ms);
  return format('minute', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }, ms);
}

/** Kept, because making one takes longer than all else that a row does. */
function format(name: string, options: Intl.DateTimeFormatOptions, ms: number): string {
  const key = `${locale.value} ${name}`;
  let found = formats.get(key);
  if (found === undefined) {
    found = new Intl.DateTimeFormat(locale.value, options);
    formats.set(key, found);
  }
  return found.format(ms);
}

const formats = new Map<string, Intl.DateTimeFormat>();
const DAY_MS = 86_400_000;
