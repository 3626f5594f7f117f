/**
 * The live connection of the console: one ordinary pusher-js client of the app that the server keeps for it (docs/console.md 2.8).
 *
 * A channel is subscribed while somebody listens to it, and no longer, because the server copies events only for those who watch.
 * The one of the session is subscribed always; the server closes the connection when the session ends.
 */

import { computed, signal, type ReadonlySignal } from '@preact/signals';
import { Link, type Authorize, type LinkState } from '../../shared/link';
import { Outage, type Stage } from '../../shared/outage';
import type { LiveEvents } from './contract';

export class Live {
  readonly #link: Link;
  readonly #prefix: string;
  readonly #listeners = new Map<string, number>();
  readonly #outage: Outage;
  readonly connected: ReadonlySignal<boolean>;

  /** `live` is what the server says in `GET session`. */
  constructor(live: { readonly key: string; readonly channel_prefix: string }, authorize: Authorize) {
    this.#link = new Link(live.key, authorize);
    this.#prefix = live.channel_prefix;
    this.connected = computed(() => this.#link.state.value.kind === 'connected');
    // A page that listens to nothing is let stay for this, and that it is let in shows that the session is good.
    this.#link.pusher.subscribe(this.#prefix + SESSION).bind('pusher:subscription_succeeded', () => this.#link.handleLive());
    this.#outage = new Outage(computed(() => this.#link.state.value.kind === 'connecting'), this.connected);
  }

  get state(): ReadonlySignal<LinkState> {
    return this.#link.state;
  }

  /** How long it has been away, in the steps that a banner knows. */
  get stage(): ReadonlySignal<Stage> {
    return this.#outage.stage;
  }

  get nextAttemptMs(): ReadonlySignal<number | null> {
    return this.#link.nextAttemptMs;
  }

  /** Calls `handle` with every `event` of the channel whose name is `topic` behind the prefix (`topicOf`); returns how to stop. */
  listen<E extends keyof LiveEvents>(topic: string, event: E, handle: (data: LiveEvents[E]) => void): () => void {
    const name = this.#prefix + topic;
    this.#listeners.set(name, (this.#listeners.get(name) ?? 0) + 1);
    const channel = this.#link.pusher.subscribe(name);
    channel.bind(event, handle);
    return () => {
      channel.unbind(event, handle);
      this.#release(name);
    };
  }

  reconnect(): void {
    this.#link.reconnect();
  }

  /** The server may have started anew, and then has another key. */
  resume(key: string): void {
    this.#link.resume(key);
  }

  /** Somebody is looking at the page again. */
  wake(): void {
    this.#link.wake();
  }

  /** The device has a network again. */
  handleOnline(): void {
    this.#link.handleOnline();
  }

  stop(): void {
    this.#outage.stop();
    this.#link.stop();
  }

  #release(name: string): void {
    const left = (this.#listeners.get(name) ?? 1) - 1;
    this.#listeners.set(name, left);
    // The next page often listens to the same; it is drawn before this runs.
    queueMicrotask(() => {
      if (this.#listeners.get(name) !== 0) return;
      this.#listeners.delete(name);
      this.#link.pusher.unsubscribe(name);
    });
  }
}

/** The channel of the session, behind the prefix. */
const SESSION = 'session';

/** Whether live numbers stand still because a person asked; for the whole console, until they move again. */
export const paused = signal(false);
