/**
 * Which rows of a list or a table are in the document: all of a short list, those around the screen of a long one (docs/status.md 4.1).
 *
 * The page itself scrolls, so End, wheel and touch work as everywhere. Rows are measured when they are there (`Heights`);
 * what has the focus, is selected or is the keyboard's place in the list is never taken out (A5).
 * Each row carries its id as `data-row`. The status page and the console share this.
 */

import { signal } from '@preact/signals';
import { Heights, parts, rowAt, rowsBetween, whole, type Part, type Slice } from './heights';
import { targetOf, TypeAhead, type Place } from './list-keys';
import { idOf, keep, restore, rowOf, rowsOf, selectedIds, type Kept } from './list-keeper';

export class ListWindow {
  /** Advances when the rows have to be drawn anew although none came or went. */
  readonly redraw = signal(0);
  readonly #heights = new Heights();
  readonly #typing: TypeAhead | null;
  #list: HTMLElement | null = null;
  #order: readonly string[] = [];
  #slice: Slice = { start: 0, end: FIRST_ROWS };
  /** Where the keyboard is in the list, also while the focus is elsewhere. */
  #active: string | null = null;
  #kept: Kept | null = null;
  /** Where the focus is to go once the row is drawn. */
  #wanted: string | null = null;
  /** The edge of the page that somebody asked for; it moves while rows on the way are measured. */
  #edge: Edge | null = null;
  #pointed: { readonly row: Element; readonly ms: number } | null = null;
  #width = 0;

  /** `letters`: whether they look for a row whose id begins so; elsewhere they are for the page's own shortcuts. */
  constructor(letters: 'find rows' | 'are left alone') {
    this.#typing = letters === 'find rows' ? new TypeAhead() : null;
  }

  /** Watches the page on behalf of `list`; returns how to stop. */
  attach(list: HTMLElement): () => void {
    this.#list = list;
    const ended = new AbortController();
    const options = { passive: true, signal: ended.signal };
    window.addEventListener('scroll', () => this.#update(), options);
    window.addEventListener('resize', () => this.#update(), options);
    window.addEventListener('keydown', (event) => this.#handlePageKey(event), { signal: ended.signal });
    list.addEventListener('focusin', (event) => this.#handleFocus(idOf(event.target as Node)), options);
    list.addEventListener('pointermove', (event) => this.#handlePointer(event), options);
    const sizes = new ResizeObserver(() => this.#handleWidth(list.clientWidth));
    sizes.observe(list);
    return () => {
      ended.abort();
      sizes.disconnect();
      this.#list = null;
    };
  }

  /** The row that the Tab key leads to. */
  get active(): string | null {
    return this.#active ?? this.#order[0] ?? null;
  }

  /** What to draw for these rows. Looks at what is drawn so far, so call it once per rendering. */
  parts(order: readonly string[]): readonly Part[] {
    const list = this.#list;
    if (list !== null) {
      this.#kept = keep(list, this.#pointedRow());
      this.#measure(list);
    }
    // What comes or goes does not carry along a reader at the end; the measuring of rows does.
    if (order !== this.#order) this.#kept &&= { ...this.#kept, atEnd: false };
    if (order !== this.#order) this.#follow(order);
    if (!this.#isLong()) {
      this.#slice = { start: 0, end: order.length };
      return whole(order);
    }
    return parts(order, this.#heights.tops(order), this.#slice, this.#pinned(order, list));
  }

  /** After the rows were drawn: puts back what moved, and draws again if the screen shows more than is there. */
  afterRender(): void {
    const [list, kept] = [this.#list, this.#kept];
    if (list === null) return;
    this.#kept = null;
    this.#measure(list);
    if (kept !== null) {
      restore(kept);
      if (kept.focused !== null && this.#wanted === null) this.#refocus(list, kept.focused);
    }
    const edge = this.#edge ?? (kept?.atEnd === true && kept.focused === null ? 'end' : null);
    if (edge !== null && this.#isLong()) scrollTo(edge);
    const settled = !this.#update();
    if (this.#wanted !== null) this.#reveal(list, this.#wanted, settled);
    if (settled) this.#edge = null;
  }

  handleKey(event: KeyboardEvent): void {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || this.#order.length === 0) return;
    if (isField(event.target)) return;
    const place = this.#place();
    const target = targetOf(event.key, place) ?? this.#typed(event, place);
    if (target === null) return;
    event.preventDefault();
    this.#go(this.#order[target] ?? null);
  }

  #typed(event: KeyboardEvent, place: Place): number | null {
    if (this.#typing?.accepts(event.key, event.timeStamp) !== true) return null;
    return this.#typing.find(event.key, event.timeStamp, place);
  }

  #place(): Place {
    const order = this.#order;
    const index = Math.max(0, order.indexOf(this.active ?? ''));
    const page = (direction: 1 | -1) => {
      const tops = this.#heights.tops(order);
      const far = rowAt(tops, tops[index]! + direction * window.innerHeight * PAGE);
      return Math.min(Math.max(direction === 1 ? Math.max(far, index + 1) : Math.min(far, index - 1), 0), order.length - 1);
    };
    return { order, index, page };
  }

  #go(id: string | null): void {
    if (id === null) return;
    this.#wanted = id;
    this.#active = id;
    this.#draw();
  }

  /** Home and End outside of the list scroll the page, whose height the browser cannot know before its rows are drawn. */
  #handlePageKey(event: KeyboardEvent): void {
    const edge = EDGES.get(event.key);
    if (edge === undefined || event.defaultPrevented || !this.#isLong()) return;
    if (isField(event.target)) return;
    event.preventDefault();
    this.#edge = edge;
    scrollTo(edge);
    this.#draw();
  }

  /** The wanted row takes the focus, and comes into sight as soon as everything around it is there. */
  #reveal(list: HTMLElement, id: string, settled: boolean): void {
    const row = rowOf(list, id);
    row?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: 'nearest', behavior: 'instant' });
    if (!this.#update() && (settled || row === null)) this.#wanted = null;
    else this.#draw();
  }

  /** The focused row may have been moved within the document, which loses the focus, or be gone. */
  #refocus(list: HTMLElement, id: string): void {
    const row = rowOf(list, id);
    if (row === null) this.#go(this.active);
    else if (document.activeElement === document.body) row.focus({ preventScroll: true });
  }

  /** Others came or went: the slice stays with the rows that it had, the keyboard's place goes to a neighbour. */
  #follow(order: readonly string[]): void {
    const previous = this.#order;
    this.#order = order;
    this.#slice = this.#staysAtStart() ? this.#around(MARGIN_MOVING) : this.#following(previous);
    const index = this.#active === null ? -1 : previous.indexOf(this.#active);
    this.#active = index === -1 ? null : nearest(previous, index, order);
  }

  /**
   * Whether newcomers on top come into sight, since the page shows the beginning of the list and no row has to stay
   * where it is. To draw those that they push away once more would be for nothing.
   */
  #staysAtStart(): boolean {
    return this.#list !== null && this.#isLong() && this.#slice.start === 0 && this.#kept?.anchor === null;
  }

  #following(previous: readonly string[]): Slice {
    const first = nearest(previous, this.#slice.start, this.#order);
    const start = first === null ? 0 : this.#order.indexOf(first);
    return { start, end: start + Math.max(FIRST_ROWS, this.#slice.end - this.#slice.start) };
  }

  #pinned(order: readonly string[], list: HTMLElement | null): Set<number> {
    const ids = [this.#active, this.#wanted, this.#kept?.focused ?? null, ...(list === null ? [] : selectedIds(list))];
    const known = new Set(ids.filter((id) => id !== null));
    return new Set([...known].map((id) => order.indexOf(id)).filter((index) => index >= 0));
  }

  #measure(list: HTMLElement): void {
    const heights = new Map<string, number>();
    for (const row of rowsOf(list)) heights.set(row.dataset['row']!, row.getBoundingClientRect().height);
    this.#heights.learn(heights);
  }

  /** Draws other rows if the screen is near the edge of those that are drawn; whether it had to. */
  #update(): boolean {
    if (this.#list === null || !this.#isLong()) return false;
    const needed = this.#around(MARGIN_LEAST);
    if (needed.start >= this.#slice.start && needed.end <= this.#slice.end) return false;
    this.#slice = this.#around(MARGIN);
    this.#draw();
    return true;
  }

  /** The rows on screen, and so many screens above and below. */
  #around(screens: number): Slice {
    const top = -(this.#list?.getBoundingClientRect().top ?? 0);
    const margin = window.innerHeight * screens;
    return rowsBetween(this.#heights.tops(this.#order), top - margin, top + window.innerHeight + margin);
  }

  #handleFocus(id: string | null): void {
    if (id === null || id === this.#active) return;
    this.#active = id;
    this.#draw();
  }

  #handlePointer(event: PointerEvent): void {
    const row = (event.target as Element).closest('[data-row]');
    this.#pointed = row === null || event.pointerType === 'touch' ? null : { row, ms: event.timeStamp };
  }

  /** A pointer that was left lying somewhere holds nothing. */
  #pointedRow(): Element | null {
    const pointed = this.#pointed;
    return pointed !== null && performance.now() - pointed.ms < POINTED_MS ? pointed.row : null;
  }

  #isLong(): boolean {
    return this.#order.length > PLAIN_ROWS;
  }

  #draw(): void {
    this.redraw.value = this.redraw.peek() + 1;
  }

  #handleWidth(width: number): void {
    if (width === this.#width) return;
    this.#width = width;
    this.#heights.forget();
    this.#draw();
  }
}

type Edge = 'start' | 'end';

/** Where keys have a meaning of their own. */
function isField(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, select, [contenteditable], dialog') !== null;
}

function scrollTo(edge: Edge): void {
  window.scrollTo({ top: edge === 'start' ? 0 : document.documentElement.scrollHeight, behavior: 'instant' });
}

/** The next row after `index` of `previous` that is in `order` too, else the last one before. */
function nearest(previous: readonly string[], index: number, order: readonly string[]): string | null {
  const present = new Set(order);
  const after = previous.slice(index).find((id) => present.has(id));
  return after ?? previous.slice(0, index).findLast((id) => present.has(id)) ?? null;
}

const EDGES: ReadonlyMap<string, Edge> = new Map([['Home', 'start'], ['End', 'end']]);
/** Up to here everything is drawn: find in page works, and assistive technology sees a plain list (docs/status.md 4.1). */
const PLAIN_ROWS = 150;
/** What is drawn before anything could be measured. */
const FIRST_ROWS = 30;
/** Screens that are drawn above and below the visible one, and how little of that may be left. */
const MARGIN = 1;
const MARGIN_LEAST = 0.4;
/** The same where rows come on top all the time: what is drawn is replaced before anybody could scroll there. */
const MARGIN_MOVING = 0.5;
const PAGE = 0.9;
const POINTED_MS = 2_000;
