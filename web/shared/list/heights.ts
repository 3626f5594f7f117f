/**
 * Where the rows of the list lie: measured heights of those that were on screen, an estimate for the others (docs/status.md 4.1).
 *
 * Pure: the view measures. Rows differ in height because long texts wrap and rows open; cutting them would hide what they say.
 */

/** A range of rows: from `start` up to, but not including, `end`. */
export interface Slice {
  readonly start: number;
  readonly end: number;
}

export class Heights {
  readonly #measured = new Map<string, number>();
  #estimatePx = FIRST_ESTIMATE_PX;
  #settled = false;
  #tops: { readonly order: readonly string[]; readonly tops: Float64Array } | null = null;

  /** Takes heights as they are on screen; the first ones make the estimate for the rest. */
  learn(heights: ReadonlyMap<string, number>): void {
    for (const [id, px] of heights) {
      if (this.#measured.get(id) === px) continue;
      this.#measured.set(id, px);
      this.#tops = null;
    }
    if (!this.#settled && this.#measured.size > 0) this.#settle();
  }

  /** The rows got another width, and thus other heights. */
  forget(): void {
    this.#measured.clear();
    this.#settled = false;
    this.#tops = null;
  }

  /** The upper edge of each row, and as the last one the lower edge of them all. */
  tops(order: readonly string[]): Float64Array {
    if (this.#tops?.order === order) return this.#tops.tops;
    if (this.#measured.size > 2 * order.length + SPARE) this.#prune(order);
    const tops = new Float64Array(order.length + 1);
    for (const [index, id] of order.entries()) {
      tops[index + 1] = tops[index]! + (this.#measured.get(id) ?? this.#estimatePx);
    }
    this.#tops = { order, tops };
    return tops;
  }

  /** Once for each width: an estimate that followed each measurement would move everything with each of them. */
  #settle(): void {
    const sum = [...this.#measured.values()].reduce((total, px) => total + px, 0);
    this.#estimatePx = Math.round(sum / this.#measured.size);
    this.#settled = true;
    this.#tops = null;
  }

  #prune(order: readonly string[]): void {
    const present = new Set(order);
    for (const id of this.#measured.keys()) if (!present.has(id)) this.#measured.delete(id);
  }
}

/** The row at height `y`; the first or the last one beyond them. */
export function rowAt(tops: Float64Array, y: number): number {
  let [low, high] = [0, Math.max(0, tops.length - 2)];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (tops[middle]! <= y) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The rows that touch the heights from `top` to `bottom`. */
export function rowsBetween(tops: Float64Array, top: number, bottom: number): Slice {
  return tops.length < 2 ? { start: 0, end: 0 } : { start: rowAt(tops, top), end: rowAt(tops, bottom) + 1 };
}

/** What is drawn: rows, each with its id and a key for Preact, and gaps as high as the rows that are not. */
export type Part =
  | { readonly kind: 'row'; readonly key: string; readonly id: string; readonly index: number }
  | { readonly kind: 'gap'; readonly key: string; readonly px: number };

/** Every row and no gap. */
export function whole(order: readonly string[]): Part[] {
  return order.map((id, index) => ({ kind: 'row', key: rowKey(id), id, index }));
}

/**
 * The rows of `slice`, and wherever they are those of `pinned`: what has the focus or is selected stays in the document.
 * Gaps are named after the pinned row beside them, so that no node has to move when the slice does.
 */
export function parts(order: readonly string[], tops: Float64Array, slice: Slice, pinned: ReadonlySet<number>): Part[] {
  const between = (from: number, to: number) => (tops[to] ?? 0) - (tops[from] ?? 0);
  const above = [...pinned].filter((index) => index < slice.start).sort((a, b) => a - b);
  const below = [...pinned].filter((index) => index >= slice.end && index < order.length).sort((a, b) => a - b);
  const drawn: Part[] = [];
  let at = 0;
  const gap = (key: string, to: number) => {
    drawn.push({ kind: 'gap', key, px: between(at, to) });
    at = to;
  };
  const row = () => {
    const id = order[at]!;
    drawn.push({ kind: 'row', key: rowKey(id), id, index: at });
    at += 1;
  };
  for (const [rank, index] of above.entries()) {
    gap(rank === 0 ? 'top' : `after ${order[at - 1]}`, index);
    row();
  }
  gap(above.length === 0 ? 'top' : `after ${order[at - 1]}`, Math.min(slice.start, order.length));
  while (at < Math.min(slice.end, order.length)) row();
  for (const index of below) {
    gap(`before ${order[index]}`, index);
    row();
  }
  gap('bottom', order.length);
  return drawn;
}

function rowKey(id: string): string {
  return `row ${id}`;
}

const FIRST_ESTIMATE_PX = 70;
const SPARE = 1_000;
