/** The receiver pane: a second pusher-js client, of the app itself, that shows what arrives on one channel. */

import { signal, type ReadonlySignal } from '@preact/signals';
import Pusher from 'pusher-js';
import { serverNow } from '../../shared/clock';
import { record } from '../../shared/http';
import { options } from '../../shared/link';

export type ReceiverState =
  | { readonly kind: 'idle' | 'connecting' | 'listening' }
  /** `code` is that of the close, where there was one. */
  | { readonly kind: 'failed'; readonly code: number | null };

export interface Received {
  readonly n: number;
  readonly at: number;
  readonly event: string;
  /** As text: what is an object, as JSON. */
  readonly data: string;
}

export class Receiver {
  readonly #state = signal<ReceiverState>({ kind: 'idle' });
  readonly #received = signal<readonly Received[]>([]);
  #pusher: Pusher | null = null;
  #channel = '';
  #code: number | null = null;
  #count = 0;

  get state(): ReadonlySignal<ReceiverState> {
    return this.#state;
  }

  /** What it listens to, or did last. */
  get channel(): string {
    return this.#channel;
  }

  /** Newest first; the last `KEPT`. */
  get received(): ReadonlySignal<readonly Received[]> {
    return this.#received;
  }

  /** Connects as any client of the app would, and listens to a public channel. */
  start(key: string, channelName: string): void {
    this.stop();
    this.#state.value = { kind: 'connecting' };
    this.#code = null;
    this.#channel = channelName;
    const pusher = new Pusher(key, options(window.location));
    this.#pusher = pusher;
    pusher.connection.bind('error', (error: unknown) => (this.#code = closeCode(error) ?? this.#code));
    pusher.connection.bind('state_change', ({ current }: { current: string }) => this.#handleState(pusher, current));
    const channel = pusher.subscribe(channelName);
    channel.bind('pusher:subscription_succeeded', () => this.#become(pusher, { kind: 'listening' }));
    channel.bind('pusher:subscription_error', () => this.#become(pusher, { kind: 'failed', code: null }));
    channel.bind_global((event: string, data: unknown) => this.#handleEvent(event, data));
  }

  stop(): void {
    const pusher = this.#pusher;
    this.#pusher = null;
    this.#state.value = { kind: 'idle' };
    pusher?.disconnect();
  }

  #handleState(pusher: Pusher, current: string): void {
    if (current === 'connecting' || current === 'unavailable') this.#become(pusher, { kind: 'connecting' });
    if (current === 'failed' || current === 'disconnected') this.#become(pusher, { kind: 'failed', code: this.#code });
  }

  #become(pusher: Pusher, state: ReceiverState): void {
    if (pusher === this.#pusher) this.#state.value = state;
  }

  #handleEvent(event: string, data: unknown): void {
    if (event.startsWith('pusher:')) return;
    this.#count += 1;
    const text = typeof data === 'string' ? data : JSON.stringify(data);
    this.#received.value = [{ n: this.#count, at: serverNow(), event, data: text }, ...this.#received.peek()].slice(0, KEPT);
  }
}

function closeCode(error: unknown): number | null {
  const outer = record(error);
  const data = record(outer?.['data']) ?? record(record(outer?.['error'])?.['data']);
  return typeof data?.['code'] === 'number' ? data['code'] : null;
}

const KEPT = 50;
