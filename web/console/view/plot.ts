/**
 * One chart of uPlot (docs/console.md, Stats), which draws on a canvas and sets nothing but single properties of styles,
 * so that the content policy and trusted types hold. Its legend is off: the page has one that everybody can read.
 */

import uPlot from 'uplot';
import type { Unit } from '../model/series';
import { bytes, milliseconds, number, short } from './format';
import { axisTime } from './exact-time';

export interface PlotData {
  /** Milliseconds since 1970, as many as each series has values. */
  readonly times: readonly number[];
  readonly series: readonly (readonly (number | null)[])[];
  /** Ranges of points in which no server ran. */
  readonly gaps: readonly (readonly [number, number])[];
  readonly unit: Unit;
}

export interface PlotEvents {
  /** The point under the pointer, or null. */
  readonly onPoint: (index: number | null) => void;
  /** What somebody marked to look closer, in milliseconds. */
  readonly onZoom: (from: number, to: number) => void;
}

export class Plot {
  readonly #host: HTMLElement;
  readonly #chart: uPlot;
  readonly #sizes: ResizeObserver;
  readonly #ended = new AbortController();
  #gaps: PlotData['gaps'];

  constructor(host: HTMLElement, data: PlotData, events: PlotEvents) {
    this.#host = host;
    this.#gaps = data.gaps;
    this.#chart = new uPlot(this.#options(data, events), dataOf(data), host);
    this.#sizes = new ResizeObserver(() => this.#fit());
    this.#sizes.observe(host);
    // Colours are those of the theme, which may change while the chart is there.
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#chart.redraw(false), { signal: this.#ended.signal });
  }

  /** Newer values of the same series. */
  update(data: PlotData, zoom: readonly [number, number] | null): void {
    this.#gaps = data.gaps;
    this.#chart.batch(() => {
      this.#chart.setData(dataOf(data), false);
      const [first, last] = zoom ?? [data.times[0] ?? 0, data.times.at(-1) ?? 1];
      this.#chart.setScale('x', { min: first / 1_000, max: last / 1_000 });
    });
  }

  /** Puts the cursor on a point, as a pointer would, or takes it away. */
  point(index: number | null): void {
    const at = index === null ? undefined : this.#chart.data[0][index];
    this.#chart.setCursor(at === undefined ? { left: -10, top: -10 } : { left: this.#chart.valToPos(at, 'x'), top: 0 });
  }

  stop(): void {
    this.#ended.abort();
    this.#sizes.disconnect();
    this.#chart.destroy();
  }

  #options(data: PlotData, { onPoint, onZoom }: PlotEvents): uPlot.Options {
    return {
      width: Math.max(this.#host.clientWidth, LEAST_WIDTH),
      height: HEIGHT,
      legend: { show: false },
      cursor: { y: false, drag: { x: true, y: false, setScale: false }, sync: { key: 'stats' }, points: { size: 7 } },
      scales: { y: { range: (_, __, most) => [0, most > 0 ? most * 1.1 : 1] } },
      axes: [this.#axis({ size: 32, values: (_, splits) => splits.map((s) => axisTime(s * 1_000, spanOf(data.times))) }), this.#axis({ size: 64, values: (_, splits) => splits.map((value) => formatted(value, data.unit)) })],
      series: [{}, ...data.series.map((_, index) => this.#series(index))],
      hooks: {
        drawClear: [(chart) => this.#drawGaps(chart, data.times)],
        setCursor: [(chart) => onPoint(chart.cursor.idx ?? null)],
        setSelect: [
          (chart) => {
            const { left, width } = chart.select;
            if (width < LEAST_MARKED) return;
            onZoom(chart.posToVal(left, 'x') * 1_000, chart.posToVal(left + width, 'x') * 1_000);
            chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          },
        ],
      },
    };
  }

  #series(index: number): uPlot.Series {
    const stroke = () => this.#colour(`--series-${(index % COLOURS) + 1}`);
    return { stroke, width: 2, dash: [...dashOf(index)], spanGaps: false, points: { stroke, size: 5 } };
  }

  #axis(of: uPlot.Axis): uPlot.Axis {
    const line = () => this.#colour('--line');
    return { stroke: () => this.#colour('--ink-soft'), grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 }, font: FONT, ...of };
  }

  /** Bands with oblique lines, so that nobody takes the absence of a server for the absence of traffic. */
  #drawGaps(chart: uPlot, times: readonly number[]): void {
    const { ctx, bbox } = chart;
    const step = times.length > 1 ? (times[1]! - times[0]!) / 1_000 : 1;
    ctx.save();
    ctx.beginPath();
    for (const [from, to] of this.#gaps) {
      const left = chart.valToPos(times[from]! / 1_000 - step / 2, 'x', true);
      const right = chart.valToPos(times[to - 1]! / 1_000 + step / 2, 'x', true);
      const [start, end] = [Math.max(left, bbox.left), Math.min(right, bbox.left + bbox.width)];
      if (end > start) ctx.rect(start, bbox.top, end - start, bbox.height);
    }
    ctx.clip();
    ctx.strokeStyle = this.#colour('--line-strong');
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([]);
    ctx.beginPath();
    for (let x = bbox.left - bbox.height; x < bbox.left + bbox.width; x += 8 * devicePixelRatio) {
      ctx.moveTo(x, bbox.top + bbox.height);
      ctx.lineTo(x + bbox.height, bbox.top);
    }
    ctx.stroke();
    ctx.restore();
  }

  #fit(): void {
    const width = Math.max(this.#host.clientWidth, LEAST_WIDTH);
    if (width !== this.#chart.width) this.#chart.setSize({ width, height: HEIGHT });
  }

  #colour(token: string): string {
    return getComputedStyle(this.#host).getPropertyValue(token).trim();
  }
}

/** A value of a series as people read it. */
export function formatted(value: number, unit: Unit): string {
  if (unit === 'bytes') return bytes(value);
  if (unit === 'ms') return milliseconds(value);
  return value < 10 ? number(value, 1) : short(value);
}

/** How the line of a series is broken, so that it is not told by its colour alone. */
export function dashOf(index: number): readonly number[] {
  return DASHES[index % DASHES.length]!;
}

function dataOf({ times, series }: PlotData): uPlot.AlignedData {
  return [times.map((ms) => ms / 1_000), ...series.map((values) => [...values])];
}

export function spanOf(times: readonly number[]): number {
  return (times.at(-1) ?? 0) - (times[0] ?? 0);
}

const HEIGHT = 200;
const LEAST_WIDTH = 200;
/** Pixels: less is a click. */
const LEAST_MARKED = 5;
const COLOURS = 8;
const DASHES: readonly (readonly number[])[] = [[], [8, 4], [2, 3], [10, 3, 2, 3]];
const FONT = '12px system-ui, sans-serif';
