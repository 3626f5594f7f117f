/**
 * The last 5,000 events of an app, those of them that the filter shows, and what waits while the list is paused (docs/console.md, Debug console).
 *
 * Pure but for the signals that it moves. However many events arrive, the rows change once per `flush`, which the page
 * calls once per animation frame at most; a new event costs one look of the filter, and one that leaves costs a comparison.
 */

import { signal, type ReadonlySignal } from '@preact/signals';
import type { LiveEvent, LiveEvents } from './contract';
import type { Predicate } from './filter';
import { Ring } from './ring';

/** What is on the page, and how much is not. */
export interface Shown {
  /** Ids of the rows, newest first. */
  readonly order: readonly string[];
  /** How many events there are, shown or not. */
  readonly total: number;
  /** How many of them the filter has still to look at. */
  readonly unread: number;
}

/** Events that happened and those of them that were told, in the last second. */
export interface Sampling {
  readonly seen: number;
  readonly shown: number;
}

export class EventLog {
  readonly #capacity: number;
  readonly #all: Ring<LiveEvent>;
  readonly #held: Ring<LiveEvent>;
  readonly #byId = new Map<string, LiveEvent>();
  /** Ids are this log's own, because a server that starts anew counts its events anew. */
  readonly #ids = new Map<LiveEvent, string>();
  #lastId = 0;
  /** Those that the filter shows, oldest first. */
  #fits: Ring<LiveEvent>;
  /** While a new filter goes through the ring: how many of the oldest it has not looked at. */
  #unread = 0;
  #matches: Predicate = () => true;
  #incoming: LiveEvent[] = [];
  /** How many came since the last flush, kept or not. */
  #arrived = 0;
  #dirty = false;
  readonly #shown = signal<Shown>({ order: [], total: 0, unread: 0 });
  readonly #paused = signal(false);
  readonly #buffered = signal(0);
  readonly #sampling = signal<Sampling | null>(null);
  /** What `sampling` says with the next flush. */
  #sampled: Sampling | null = null;
  #counts: { readonly ms: number; readonly seen: number; readonly shown: number }[] = [];

  constructor(capacity = CAPACITY) {
    this.#capacity = capacity;
    this.#all = new Ring(capacity);
    this.#held = new Ring(capacity);
    this.#fits = new Ring(capacity);
  }

  get shown(): ReadonlySignal<Shown> {
    return this.#shown;
  }

  get paused(): ReadonlySignal<boolean> {
    return this.#paused;
  }

  /** How many events arrived since the pause; only the last of them are kept. */
  get buffered(): ReadonlySignal<number> {
    return this.#buffered;
  }

  /** Null while every event is told. */
  get sampling(): ReadonlySignal<Sampling | null> {
    return this.#sampling;
  }

  event(id: string): LiveEvent | undefined {
    return this.#byId.get(id);
  }

  /** The events that the filter shows, oldest first. */
  fitting(): readonly LiveEvent[] {
    return [...this.#fits.items()];
  }

  /** Every event that is on the page, oldest first, whatever the filter. */
  everything(): readonly LiveEvent[] {
    return [...this.#all.items()];
  }

  /** Takes what one message told; it shows with the next `flush`. Whether one is needed. */
  take(batch: LiveEvents['events'], nowMs: number): boolean {
    for (const event of batch.events) this.#incoming.push(event);
    this.#arrived += batch.events.length;
    if (this.#incoming.length > this.#capacity) this.#incoming.splice(0, this.#incoming.length - this.#capacity);
    this.#count(batch, nowMs);
    return this.#incoming.length > 0;
  }

  /** Brings the rows up to date; whether there is more to do in the next frame. */
  flush(): boolean {
    this.#sampling.value = this.#sampled;
    if (this.#incoming.length > 0) this.#accept(this.#incoming, this.#arrived);
    [this.#incoming, this.#arrived] = [[], 0];
    if (this.#unread > 0) this.#readOn();
    if (this.#dirty) this.#show();
    return this.#unread > 0;
  }

  pause(): void {
    this.flush();
    this.#paused.value = true;
  }

  resume(): void {
    this.#paused.value = false;
    this.#buffered.value = 0;
    const held = [...this.#held.items()];
    this.#held.clear();
    this.#accept(held, held.length);
    this.flush();
  }

  clear(): void {
    for (const ring of [this.#all, this.#fits, this.#held]) ring.clear();
    [this.#incoming, this.#arrived] = [[], 0];
    this.#byId.clear();
    this.#ids.clear();
    this.#unread = 0;
    this.#buffered.value = 0;
    this.#show();
  }

  /** Shows what `matches` from the next `flush` on, newest first; the rows of the filter before stay until then. */
  setFilter(matches: Predicate): void {
    this.#matches = matches;
    this.#fits = new Ring(this.#capacity);
    this.#unread = this.#all.length;
    this.#dirty = true;
  }

  #accept(events: readonly LiveEvent[], arrived: number): void {
    if (this.#paused.peek()) {
      for (const event of events) this.#held.push(event);
      this.#buffered.value += arrived;
      return;
    }
    for (const event of events) this.#add(event);
    if (events.length > 0) this.#dirty = true;
  }

  #add(event: LiveEvent): void {
    const gone = this.#all.push(event);
    this.#lastId += 1;
    this.#ids.set(event, String(this.#lastId));
    this.#byId.set(String(this.#lastId), event);
    if (this.#matches(event)) this.#fits.push(event);
    if (gone !== undefined) this.#forget(gone);
  }

  #forget(gone: LiveEvent): void {
    this.#byId.delete(this.#ids.get(gone)!);
    this.#ids.delete(gone);
    if (this.#unread > 0) this.#unread -= 1;
    else if (this.#fits.first() === gone) this.#fits.shift();
  }

  /** A filter goes through the ring from the newest back, for as long as a frame can spare; what came since it has seen. */
  #readOn(): void {
    const until = performance.now() + SPARE_MS;
    const found: LiveEvent[] = [];
    do {
      const from = Math.max(0, this.#unread - STEP);
      for (let index = this.#unread - 1; index >= from; index -= 1) {
        const event = this.#all.at(index)!;
        if (this.#matches(event)) found.push(event);
      }
      this.#unread = from;
    } while (this.#unread > 0 && performance.now() < until);
    this.#fits.prepend(found.reverse());
    this.#dirty = true;
  }

  #show(): void {
    const order: string[] = [];
    for (let index = this.#fits.length - 1; index >= 0; index -= 1) order.push(this.#ids.get(this.#fits.at(index)!)!);
    this.#shown.value = { order, total: this.#all.length, unread: this.#unread };
    this.#dirty = false;
  }

  /** What the last second held; a sample is told for as long as that second has one. */
  #count({ seen, shown }: LiveEvents['events'], nowMs: number): void {
    this.#counts = this.#counts.filter(({ ms }) => ms > nowMs - SECOND_MS);
    this.#counts.push({ ms: nowMs, seen, shown });
    const sum = { seen: 0, shown: 0 };
    for (const count of this.#counts) {
      sum.seen += count.seen;
      sum.shown += count.shown;
    }
    this.#sampled = sum.shown < sum.seen ? sum : null;
  }
}

const CAPACITY = 5_000;
/** Events between two looks at the clock. */
const STEP = 100;
const SPARE_MS = 8;
const SECOND_MS = 1_000;
