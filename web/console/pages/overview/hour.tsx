/** The last hour in four lines, a point for each minute; anew each minute. */

import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { texts } from '../../i18n';
import { get, path, withQuery } from '../../model/client';
import type { Point, Stats } from '../../model/contract';
import { paused } from '../../model/live';
import { Loaded } from '../../parts/loaded';
import { Spark } from '../../parts/spark';
import { short } from '../../view/format';
import { useResource } from '../../view/use-resource';

export function Hour({ app }: { app: string }): JSX.Element {
  const stats = useResource(`hour ${app}`, () => get<Stats>(withQuery(path('apps', app, 'stats'), { range: '1h' })));
  const t = texts.value.overview;
  useEffect(() => {
    const timer = setInterval(() => !paused.peek() && void stats.reload(), MINUTE_MS);
    return () => clearInterval(timer);
  }, [stats.reload]);
  return (
    <section class="section" aria-labelledby="hour">
      <h2 id="hour">{t.hour}</h2>
      <Loaded of={stats}>{(data) => <Charts points={data.points} />}</Loaded>
    </section>
  );
}

function Charts({ points }: { points: Stats['points'] }): JSX.Element {
  const t = texts.value.overview;
  const line = (name: string, pick: (point: Point) => number) => <Chart name={name} values={points.map((point) => (point === null ? null : pick(point)))} />;
  if (points.every((point) => point === null)) return <p class="muted">{t.noHistory}</p>;
  return (
    <div class="charts">
      {line(t.connections, (point) => point.connections_now)}
      {line(t.messagesIn, (point) => point.messages_in)}
      {line(t.messagesOut, (point) => point.deliveries)}
      {line(t.errors, (point) => Object.values(point.errors_by_code).reduce((sum, count) => sum + count, 0))}
    </div>
  );
}

function Chart({ name, values }: { name: string; values: readonly (number | null)[] }): JSX.Element {
  const t = texts.value.overview;
  const now = short(values.findLast((value) => value !== null) ?? 0);
  const most = short(values.reduce<number>((top, value) => Math.max(top, value ?? 0), 0));
  return (
    <div class="card chart">
      <h3>{name}</h3>
      <Spark values={values} wide label={t.chart(name, now, most)} />
      <p class="hint">{t.chartNow(now, most)}</p>
    </div>
  );
}

const MINUTE_MS = 60_000;
