/** The last hour in four lines; anew each minute. */

import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { texts } from '../../i18n';
import { get, path, withQuery } from '../../model/client';
import type { Point, Stats } from '../../model/contract';
import { paused } from '../../model/live';
import { Loaded } from '../../parts/loaded';
import { Spark } from '../../parts/spark';
import { duration, short } from '../../view/format';
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
      <Loaded of={stats}>{(data) => <Charts stats={data} />}</Loaded>
    </section>
  );
}

function Charts({ stats: { points, step_seconds: step } }: { stats: Stats }): JSX.Element {
  const t = texts.value.overview;
  const valuesOf = (pick: (point: Point) => number) => points.map((point) => (point === null ? null : pick(point)));
  const sum = (name: string, pick: (point: Point) => number) => <Chart name={name} values={valuesOf(pick)} step={duration(step)} />;
  if (points.every((point) => point === null)) return <p class="muted">{t.noHistory}</p>;
  return (
    <div class="charts">
      <Chart name={t.connections} values={valuesOf((point) => point.connections_now)} />
      {sum(t.messagesIn, (point) => point.messages_in)}
      {sum(t.messagesOut, (point) => point.deliveries)}
      {sum(t.errors, (point) => Object.values(point.errors_by_code).reduce((total, count) => total + count, 0))}
    </div>
  );
}

/** `step` is the span that each value counts; without it a value is how it was. */
function Chart({ name, values, step }: { name: string; values: readonly (number | null)[]; step?: string }): JSX.Element {
  const t = texts.value.overview;
  const now = short(values.findLast((value) => value !== null) ?? 0);
  const most = short(values.reduce<number>((top, value) => Math.max(top, value ?? 0), 0));
  return (
    <div class="card chart">
      <h3>{name}</h3>
      <Spark values={values} wide label={t.chart(name, now, most)} />
      <p class="hint">{step === undefined ? t.chartNow(now, most) : t.chartStep(now, most, step)}</p>
    </div>
  );
}

const MINUTE_MS = 60_000;
