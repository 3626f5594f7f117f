/**
 * What the charts and tables of the page Stats are made of: points of `GET stats` as series (docs/console.md 2.7).
 *
 * A gap, in which no server ran, stays null through all of it; a zero stays zero. Nobody may take one for the other.
 */

import type { Point, Stats } from './contract';

export type Unit = 'count' | 'bytes' | 'ms';

/** One line of a chart, or one column of its table. */
export interface Series {
  readonly key: string;
  readonly unit: Unit;
  /** `sum`: each value counts what happened in its step. `level`: each value is how it was. */
  readonly kind: 'sum' | 'level';
  readonly values: readonly (number | null)[];
}

/** One chart. */
export interface Chart {
  readonly key: string;
  readonly series: readonly Series[];
}

/** Every chart of an answer; the two of errors and latency depend on what there was. */
export function charts(stats: Stats): readonly Chart[] {
  const of = (key: string, kind: Series['kind'], unit: Unit, value: (point: Point) => number | null): Series => ({
    key,
    unit,
    kind,
    values: stats.points.map((point) => (point === null ? null : value(point))),
  });
  const sum = (key: CountKey) => of(key, 'sum', key.startsWith('bytes') ? 'bytes' : 'count', (point) => point[key]);
  const level = (key: CountKey) => of(key, 'level', 'count', (point) => point[key]);
  const latency = (key: 'p50' | 'p95' | 'p99') => of(key, 'level', 'ms', ({ latency_ms: ms }) => ms?.[key] ?? null);
  return [
    { key: 'connections', series: [level('connections_peak'), level('connections_now')] },
    { key: 'messages', series: [sum('published'), sum('client_events'), sum('messages_in')] },
    { key: 'deliveries', series: [sum('deliveries')] },
    { key: 'bytes', series: [sum('bytes_out'), sum('bytes_in')] },
    { key: 'presence', series: [level('members'), sum('presence_events')] },
    { key: 'api', series: [sum('api_calls')] },
    { key: 'latency', series: [latency('p50'), latency('p95'), latency('p99')] },
    { key: 'errors', series: errorCodes(stats).map((code) => of(code, 'sum', 'count', (point) => point.errors_by_code[code] ?? 0)) },
    { key: 'webhooks', series: [sum('webhooks_sent'), sum('webhooks_failed')] },
  ];
}

/** When each point begins, in milliseconds; gaps have their time too. */
export function times(stats: Stats): readonly number[] {
  return stats.points.map((point, index) => point?.at ?? stats.from + index * stats.step_seconds * 1_000);
}

/** The codes that occurred, most frequent first, `none` for errors without one; a chart has room for so many. */
export function errorCodes(stats: Stats): readonly string[] {
  const counts = new Map<string, number>();
  for (const point of stats.points) {
    for (const [code, count] of Object.entries(point?.errors_by_code ?? {})) counts.set(code, (counts.get(code) ?? 0) + count);
  }
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([code]) => code).slice(0, MOST_CODES);
}

/** What a series comes to: the sum of what happened, or the highest level. Null if all of it is a gap. */
export function summary({ kind, values }: Series): number | null {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return null;
  return known.reduce(kind === 'sum' ? (a, b) => a + b : (a, b) => Math.max(a, b));
}

/** Ranges of points in which no server ran: from, up to but not including to. */
export function gaps(stats: Stats): readonly (readonly [number, number])[] {
  const found: [number, number][] = [];
  for (const [index, point] of stats.points.entries()) {
    if (point !== null) continue;
    const last = found.at(-1);
    if (last !== undefined && last[1] === index) last[1] = index + 1;
    else found.push([index, index + 1]);
  }
  return found;
}

/** Every series of every chart as comma-separated values: a line per point, an empty field for a gap, times in ISO 8601. */
export function csv(stats: Stats): string {
  const columns = charts(stats).flatMap(({ key, series }) => series.map((one) => ({ name: `${key}.${one.key}`, values: one.values })));
  const head = ['time', ...columns.map(({ name }) => name)];
  const lines = times(stats).map((ms, index) => [new Date(ms).toISOString(), ...columns.map(({ values }) => String(values[index] ?? ''))]);
  return [head, ...lines].map((fields) => `${fields.map(quoted).join(',')}\r\n`).join('');
}

/** A field of RFC 4180. */
function quoted(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

type CountKey = { [K in keyof Point]: Point[K] extends number ? K : never }[keyof Point];

const MOST_CODES = 8;
