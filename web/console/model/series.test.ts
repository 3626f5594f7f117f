/** A gap is no zero, in series, totals, gaps and CSV (docs/console.md, Stats). */

import { expect, test } from 'vitest';
import type { Point, Stats } from './contract';
import { charts, csv, errorCodes, gaps, summary, times } from './series';

function point(index: number, of: Partial<Point> = {}): Point {
  return {
    at: at(index), connections_now: 0, connections_peak: 0, members: 0, published: 0, client_events: 0, api_calls: 0,
    deliveries: 0, messages_in: 0, bytes_in: 0, bytes_out: 0, presence_events: 0, webhooks_sent: 0, webhooks_failed: 0,
    errors_by_code: {}, latency_ms: null, ...of,
  };
}

const at = (index: number) => 1_700_000_000_000 + index * 60_000;
const stats = (...points: (Point | null)[]): Stats => ({ step_seconds: 60, from: at(0), to: at(points.length), points });
const seriesOf = (answer: Stats, chart: string, key: string) =>
  charts(answer).find((one) => one.key === chart)!.series.find((one) => one.key === key)!;

test('a gap stays a gap and a zero stays zero', () => {
  const some = stats(point(0, { published: 3 }), point(1), null, point(3, { published: 1 }));
  expect(seriesOf(some, 'messages', 'published').values).toEqual([3, 0, null, 1]);
  expect(times(some)).toEqual([at(0), at(1), at(2), at(3)]);
  expect(gaps(some)).toEqual([[2, 3]]);
});

test('gaps at the ends and beside each other are told as ranges', () => {
  expect(gaps(stats(null, null, point(2), null))).toEqual([[0, 2], [3, 4]]);
  expect(gaps(stats(point(0)))).toEqual([]);
});

test('what happened is summed, what was is told by its highest', () => {
  const some = stats(point(0, { published: 3, connections_now: 7 }), null, point(2, { published: 4, connections_now: 5 }));
  expect(summary(seriesOf(some, 'messages', 'published'))).toBe(7);
  expect(summary(seriesOf(some, 'connections', 'connections_now'))).toBe(7);
  expect(summary(seriesOf(stats(null), 'messages', 'published'))).toBeNull();
});

test('latency without a delivery is a gap of its own', () => {
  const some = stats(point(0), point(1, { latency_ms: { p50: 1, p95: 2, p99: 3 } }));
  expect(seriesOf(some, 'latency', 'p95').values).toEqual([null, 2]);
});

test('codes are the eight most frequent, and a step without one has none of it', () => {
  const some = stats(point(0, { errors_by_code: { none: 1, '4301': 5 } }), point(1, { errors_by_code: { '4201': 1 } }));
  expect(errorCodes(some)).toEqual(['4301', '4201', 'none']);
  expect(seriesOf(some, 'errors', '4301').values).toEqual([5, 0]);
  const many = Object.fromEntries(Array.from({ length: 20 }, (_, code) => [String(4_300 + code), code + 1]));
  expect(errorCodes(stats(point(0, { errors_by_code: many }))).length).toBe(8);
});

test('CSV has a line for each point and nothing in a gap', () => {
  const lines = csv(stats(point(0, { published: 3 }), null)).split('\r\n');
  const head = lines[0]!.split(',');
  const column = head.indexOf('messages.published');
  expect(head[0]).toBe('time');
  expect(lines[1]!.split(',')[column]).toBe('3');
  expect(lines[2]!.split(',')).toEqual(['2023-11-14T22:14:20.000Z', ...Array.from({ length: head.length - 1 }, () => '')]);
  expect(lines[3]).toBe('');
});

test('a field cannot end itself', () => {
  const odd = csv(stats(point(0, { errors_by_code: { 'a","b': 1 } })));
  expect(odd).toContain('"errors.a"",""b"');
});
