/**
 * A chart by keyboard (docs/console.md, Stats): arrows move along its points, plus and minus look closer at the one that the cursor is on and step back.
 *
 * Pure: a key, and what is shown, in; what is shown then, out.
 */

/** What of a chart is shown, and where its cursor is. */
export interface Look {
  /** From and to, in milliseconds, or null for all. */
  readonly zoom: readonly [number, number] | null;
  /** A point by its index, or null for none. */
  readonly cursor: number | null;
}

/** What `key` makes of it, or null for a key that means nothing here. */
export function lookAfter(key: string, look: Look, times: readonly number[]): Look | null {
  if (times.length === 0) return null;
  const [first, last] = shown(look.zoom, times);
  const cursor = Math.min(look.cursor ?? last, times.length - 1);
  const page = Math.max(1, Math.round((last - first) / 10));
  // A first arrow finds the cursor at the newest point that is shown.
  const steps: Readonly<Record<string, number>> = look.cursor === null ? { ArrowLeft: last, ArrowRight: last } : { ArrowLeft: cursor - 1, ArrowRight: cursor + 1 };
  const goals: Readonly<Record<string, number>> = { ...steps, PageDown: cursor - page, PageUp: cursor + page, Home: first, End: last };
  const goal = goals[key];
  if (goal !== undefined) return movedTo(clamp(goal, 0, times.length - 1), look.zoom, times);
  switch (key) {
    case '+':
    case '=':
      return zoomed(Math.floor((last - first) / 2), cursor, times);
    case '-':
      return zoomed((last - first) * 2, cursor, times);
    case 'Escape':
      return look.zoom === null ? null : { zoom: null, cursor };
    default:
      return null;
  }
}

/** The first and the last point that are shown. */
export function shown(zoom: Look['zoom'], times: readonly number[]): readonly [number, number] {
  const end = times.length - 1;
  if (zoom === null) return [0, end];
  const first = times.findIndex((at) => at >= zoom[0]);
  const last = times.findLastIndex((at) => at <= zoom[1]);
  // Somebody may have marked less than a step, or what has moved out of the range since.
  if (first === -1) return [end, end];
  return [first, Math.max(first, last)];
}

/** The cursor at a point; what is shown follows it. */
function movedTo(cursor: number, zoom: Look['zoom'], times: readonly number[]): Look {
  if (zoom === null) return { zoom, cursor };
  const [first, last] = shown(zoom, times);
  const by = Math.min(0, cursor - first) + Math.max(0, cursor - last);
  return by === 0 ? { zoom, cursor } : { zoom: [times[first + by]!, times[last + by]!], cursor };
}

/** So many steps of time around the cursor; all, where that is as much. */
function zoomed(steps: number, cursor: number, times: readonly number[]): Look {
  const end = times.length - 1;
  const wide = Math.max(steps, LEAST_STEPS);
  if (wide >= end) return { zoom: null, cursor };
  const first = clamp(cursor - Math.floor(wide / 2), 0, end - wide);
  return { zoom: [times[first]!, times[first + wide]!], cursor };
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}

/** Less is no line. */
const LEAST_STEPS = 2;
