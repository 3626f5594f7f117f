/**
 * What has happened on the channels of an app since the page was opened: how often, when last, and the last 50 events.
 *
 * It is made of the events of the debug console, which may be a sample; then rates are scaled by what was seen and say so.
 */

import { signal, type ReadonlySignal } from '@preact/signals';
import type { LiveEvent, LiveEvents } from './contract';
import { Ring } from './ring';

export class ChannelActivity {
  readonly #events = new Ring<LiveEvent>(KEPT);
  readonly #lastAt = new Map<string, number>();
  #batches: Batch[] = [];
  #rates: ReadonlyMap<string, number> = new Map();
  #sampled = false;
  readonly #version = signal(0);

  /** Advances whenever anything here changed. */
  get version(): ReadonlySignal<number> {
    return this.#version;
  }

  /** Whether rates are estimates. */
  get sampled(): boolean {
    return this.#sampled;
  }

  take(batch: LiveEvents['events'], nowMs: number): void {
    const messages = batch.events.filter(isMessage);
    for (const event of messages) {
      this.#events.push(event);
      this.#note(event);
    }
    this.#batches.push({ ms: nowMs, messages, share: batch.seen === 0 ? 1 : batch.shown / batch.seen });
  }

  /** Counts anew, once a second or so; what is older than the window no longer counts. */
  refresh(nowMs: number): void {
    this.#batches = this.#batches.filter(({ ms }) => ms > nowMs - WINDOW_MS);
    const rates = new Map<string, number>();
    for (const { messages, share } of this.#batches) {
      for (const { channel } of messages) rates.set(channel!, (rates.get(channel!) ?? 0) + 1 / share / (WINDOW_MS / 1_000));
    }
    this.#rates = rates;
    this.#sampled = this.#batches.some(({ share }) => share < 1);
    this.#version.value += 1;
  }

  /** Messages a second, over the last ten seconds. */
  rate(channel: string): number {
    return this.#rates.get(channel) ?? 0;
  }

  /** When the last message was, if there was one since the page was opened. */
  lastAt(channel: string): number | null {
    return this.#lastAt.get(channel) ?? null;
  }

  /** The last messages of a channel, newest first, 50 at most. */
  recent(channel: string): readonly LiveEvent[] {
    return [...this.#events.items()].filter((event) => event.channel === channel).slice(-MOST_RECENT).reverse();
  }

  /** A `Map` keeps the order of insertion, so the first is the one that was silent for longest. */
  #note({ channel, at }: LiveEvent): void {
    this.#lastAt.delete(channel!);
    this.#lastAt.set(channel!, at);
    if (this.#lastAt.size > MOST_CHANNELS) this.#lastAt.delete(this.#lastAt.keys().next().value!);
  }
}

interface Batch {
  readonly ms: number;
  readonly messages: readonly LiveEvent[];
  /** How much of what happened was told. */
  readonly share: number;
}

function isMessage({ type, channel }: LiveEvent): boolean {
  return channel !== undefined && (type === 'api_message' || type === 'client_event');
}

const KEPT = 5_000;
const MOST_RECENT = 50;
const MOST_CHANNELS = 10_000;
const WINDOW_MS = 10_000;
