/** One chart with its legend, or the same numbers as a table. */

import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { texts } from '../i18n';
import { lookAfter, shown } from '../model/chart-keys';
import { summary, type Series } from '../model/series';
import { moment, rowTime } from '../view/exact-time';
import { dashOf, formatted, Plot, spanOf, type PlotData } from '../view/plot';
import { Table, type Column } from './table';

export interface ChartProps {
  readonly title: string;
  readonly series: readonly Series[];
  readonly times: readonly number[];
  readonly gaps: PlotData['gaps'];
  readonly zoom: readonly [number, number] | null;
  /** Null is the whole range. */
  readonly onZoom: (zoom: readonly [number, number] | null) => void;
  /** The id of what says how to look closer. */
  readonly hint: string;
  readonly view: 'chart' | 'table';
}

export function Chart(props: ChartProps): JSX.Element {
  return (
    <section class="card chart" data-testid="chart">
      <h2>{props.title}</h2>
      {props.view === 'table' ? <Numbers {...props} /> : <Drawing {...props} />}
    </section>
  );
}

/** A slider along its points, so that the keyboard moves and a screen reader tells what a pointer shows. */
function Drawing({ title, series, times, gaps, zoom, onZoom, hint }: ChartProps): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);
  const zooming = useRef(onZoom);
  zooming.current = onZoom;
  const [point, setPoint] = useState<number | null>(null);
  const data: PlotData = useMemo(() => ({ times, gaps, unit: series[0]?.unit ?? 'count', series: series.map(({ values }) => values) }), [series, times, gaps]);
  // Other series make another chart; other values of the same do not.
  const shape = series.map(({ key }) => key).join(' ');
  useEffect(() => {
    if (host.current === null) return;
    const made = new Plot(host.current, data, { onPoint: setPoint, onZoom: (from, to) => zooming.current([from, to]) });
    plot.current = made;
    return () => {
      plot.current = null;
      made.stop();
    };
  }, [shape]);
  const held = useRef<number | null>(null);
  const hold = (index: number | null) => {
    held.current = index;
    plot.current?.point(index);
    setPoint(index);
  };
  useEffect(() => {
    plot.current?.update(data, zoom);
    // The scale has moved below the keyboard's cursor.
    if (held.current !== null) plot.current?.point(held.current);
  }, [data, zoom]);
  const handleKey = (event: KeyboardEvent) => {
    const look = event.ctrlKey || event.metaKey || event.altKey ? null : lookAfter(event.key, { zoom, cursor: point }, times);
    if (look === null) return;
    event.preventDefault();
    hold(look.cursor);
    if (look.zoom !== zoom) onZoom(look.zoom);
  };
  const [first, last] = shown(zoom, times);
  const now = Math.min(Math.max(point ?? last, first), last);
  return (
    <>
      <div
        ref={host}
        class="plot"
        role="slider"
        tabIndex={0}
        aria-label={inWords(title, series, gaps.length)}
        aria-describedby={hint}
        aria-valuemin={first}
        aria-valuemax={last}
        aria-valuenow={now}
        aria-valuetext={pointInWords(series, times, gaps, now)}
        data-testid="plot"
        onKeyDown={handleKey}
        onBlur={() => hold(null)}
      />
      <Legend series={series} times={times} gaps={gaps} point={point} />
    </>
  );
}

interface LegendProps extends Pick<ChartProps, 'series' | 'times' | 'gaps'> {
  readonly point: number | null;
}

/** The value under the pointer, else the sum or the highest. It moves with the pointer, so it is not read out. */
function Legend({ series, times, gaps, point }: LegendProps): JSX.Element {
  const t = texts.value.stats;
  const at = point === null ? undefined : times[point];
  const inGap = point !== null && isGap(gaps, point);
  return (
    <div class="legend">
      <p class="muted legend-time">{at === undefined ? ' ' : `${moment(at)}${inGap ? ` · ${t.gap}` : ''}`}</p>
      <ul role="list" class="legend-list">
        {series.map((one, index) => (
          <li key={one.key} class="legend-item">
            <Swatch index={index} />
            <span>{nameOf(one.key)}</span>
            <strong>{point === null ? total(one) : valueAt(one, point)}</strong>
          </li>
        ))}
        {gaps.length > 0 && (
          <li class="legend-item">
            <span class="swatch-gap" aria-hidden="true" />
            <span>{t.gap}</span>
          </li>
        )}
      </ul>
    </div>
  );
}

function Swatch({ index }: { index: number }): JSX.Element {
  return (
    <svg class={`swatch swatch-${(index % 8) + 1}`} viewBox="0 0 28 4" aria-hidden="true">
      <line x1="0" y1="2" x2="28" y2="2" stroke-dasharray={dashOf(index).join(' ')} />
    </svg>
  );
}

interface Row {
  readonly index: number;
  readonly at: number;
}

function Numbers({ title, series, times, gaps, zoom }: ChartProps): JSX.Element {
  const t = texts.value.stats;
  const rows = times.map((at, index) => ({ at, index })).filter(({ at }) => zoom === null || (at >= zoom[0] && at <= zoom[1]));
  const columns: readonly Column<Row>[] = [
    { id: 'time', header: t.time, cell: ({ at }) => rowTime(at, spanOf(times)) },
    ...series.map((one) => ({
      id: one.key,
      header: nameOf(one.key),
      numeric: true,
      cell: ({ index }: Row) => (isGap(gaps, index) ? <em class="muted">{t.gapCell}</em> : valueAt(one, index)),
    })),
  ];
  return (
    <div class="numbers">
      <Table caption={inWords(title, series, gaps.length)} columns={columns} rows={rows.reverse()} keyOf={({ at }) => String(at)} />
    </div>
  );
}

function inWords(title: string, series: readonly Series[], gaps: number): string {
  return texts.value.stats.summary(title, series.map((one) => `${nameOf(one.key)}: ${total(one)}`), gaps);
}

/** A point as it is read out. */
function pointInWords(series: readonly Series[], times: readonly number[], gaps: PlotData['gaps'], index: number): string {
  const at = times[index];
  if (at === undefined) return texts.value.stats.noValue;
  const values = isGap(gaps, index) ? [texts.value.stats.gap] : series.map((one) => `${nameOf(one.key)} ${valueAt(one, index)}`);
  return [moment(at), ...values].join(', ');
}

function isGap(gaps: PlotData['gaps'], index: number): boolean {
  return gaps.some(([from, to]) => index >= from && index < to);
}

function total(series: Series): string {
  const t = texts.value.stats;
  const value = summary(series);
  if (value === null) return t.noValue;
  return `${series.kind === 'sum' ? t.total : t.highest} ${formatted(value, series.unit)}`;
}

function valueAt({ values, unit }: Series, index: number): string {
  const value = values[index] ?? null;
  return value === null ? texts.value.stats.noValue : formatted(value, unit);
}

/** A series of errors is called by its code. */
function nameOf(key: string): string {
  return (texts.value.stats.series as Readonly<Record<string, string>>)[key] ?? key;
}
