/** A small line of numbers over time. It shows a shape; what it says in words stands in its label. */

import type { JSX } from 'preact';

interface SparkProps {
  /** Oldest first; null is a gap. */
  readonly values: readonly (number | null)[];
  readonly label: string;
  readonly wide?: boolean;
}

export function Spark({ values, label, wide = false }: SparkProps): JSX.Element {
  const { line, area } = sparkPaths(values);
  return (
    <svg class={wide ? 'spark spark-wide' : 'spark'} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
      <path class="spark-area" d={area} />
      <path class="spark-line" d={line} vector-effect="non-scaling-stroke" />
    </svg>
  );
}

/** The two paths of `values`: a line, broken at gaps, and what is below it. The largest value touches the top, and zero the ground. */
export function sparkPaths(values: readonly (number | null)[]): { line: string; area: string } {
  const most = values.reduce<number>((top, value) => Math.max(top, value ?? 0), 0);
  const step = WIDTH / Math.max(1, values.length - 1);
  let [line, area] = ['', ''];
  let start: number | null = null;
  values.forEach((value, index) => {
    const x = round(index * step);
    if (value === null) {
      if (start !== null) area += `L${round((index - 1) * step)} ${HEIGHT}Z`;
      start = null;
      return;
    }
    const y = round(most === 0 ? HEIGHT - 1 : HEIGHT - 1 - (value / most) * (HEIGHT - 2));
    line += `${start === null ? 'M' : 'L'}${x} ${y}`;
    area += start === null ? `M${x} ${HEIGHT}L${x} ${y}` : `L${x} ${y}`;
    start ??= x;
  });
  if (start !== null) area += `L${round((values.length - 1) * step)} ${HEIGHT}Z`;
  return { line, area };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

const WIDTH = 120;
const HEIGHT = 32;
