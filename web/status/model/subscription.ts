/**
 * The room's channel on a `Link`: its frames go into the roster, its failures become a state with a cause (docs/status.md C17).
 *
 * Internal frames are read from `connection.bind('message')`, because the stock channel keeps serials and updates to itself.
 */

import { signal, type ReadonlySignal } from '@preact/signals';
import type Pusher from 'pusher-js';
import type { Channel } from 'pusher-js';
import { fullJitter, lateJitter } from '../../shared/backoff';
import { record } from '../../shared/http';
import type { Link } from '../../shared/link';
import { rosterFrame } from './frames';
import type { Change, Roster } from './roster';

/** Why the list is not live. */
export interface Trouble {
  /** The status of the authorization or of the server's refusal; 0 when nothing answered. */
  readonly status: number;
  readonly type: string;
  readonly detail: string;
  /** When the page asks again by itself, by this device's clock; null when only a person can. */
  readonly retryMs: number | null;
}

/** Whom a subscription tells. */
export interface Listener {
  /** `snapshot`: the changes bring the page up to date rather than tell what just happened. */
  handleChanges(changes: readonly Change[], origin: 'snapshot' | 'difference'): void;
  /** The server no longer knows who this is. */
  handleUnauthorized(): void;
}

export class Subscription {
  readonly #link: Link;
  readonly #pusher: Pusher;
  readonly #channelName: string;
  readonly #roster: Roster;
  readonly #listener: Listener;
  readonly #trouble = signal<Trouble | null>(null);
  readonly #live = signal(false);
  readonly #stopWatching: () => void;
  #channel: Channel;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #renewedMs = Number.NEGATIVE_INFINITY;

  constructor(link: Link, channelName: string, roster: Roster, listener: Listener) {
    this.#link = link;
    this.#pusher = link.pusher;
    this.#channelName = channelName;
    this.#roster = roster;
    this.#listener = listener;
    this.#pusher.connection.bind('message', (message: unknown) => this.#handleMessage(record(message) ?? {}));
    this.#channel = this.#subscribe();
    this.#stopWatching = link.state.subscribe((state) => {
      if (state.kind === 'connected') this.#expectSnapshot();
      else this.#detach();
    });
  }

  get trouble(): ReadonlySignal<Trouble | null> {
    return this.#trouble;
  }

  /** Whether the list is being kept up to date. */
  get live(): ReadonlySignal<boolean> {
    return this.#live;
  }

  /** Asks for the channel again. After a refusal by the server pusher-js still thinks it pending, hence the direct call. */
  retry(): void {
    this.#expectSnapshot();
    this.#channel.subscribe();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#stopWatching();
    this.#detach();
  }

  #subscribe(): Channel {
    const channel = this.#pusher.subscribe(this.#channelName);
    channel.unbind('pusher:subscription_error');
    channel.bind('pusher:subscription_error', (error: unknown) => this.#handleError(record(error) ?? {}));
    return channel;
  }

  #detach(): void {
    clearTimeout(this.#timer);
    this.#roster.detach();
    this.#live.value = false;
    this.#trouble.value = null;
  }

  /** An authorization that never ends, or an answer that never comes, is a failure too. */
  #expectSnapshot(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#handleError({ status: 0 }), SNAPSHOT_MS);
  }

  #handleMessage(message: Record<string, unknown>): void {
    if (message['channel'] !== this.#channelName || typeof message['event'] !== 'string') return;
    const frame = rosterFrame(message['event'], message['data']);
    if (frame === null) return;
    const fresh = !this.#roster.attached;
    const outcome = this.#roster.handle(frame);
    this.#listener.handleChanges(outcome.changes, fresh ? 'snapshot' : 'difference');
    if (outcome.result === 'gap') this.#renew();
    if (this.#roster.attached) this.#handleLive();
  }

  #handleLive(): void {
    clearTimeout(this.#timer);
    this.#failures = 0;
    this.#live.value = true;
    this.#trouble.value = null;
  }

  /** A frame is missing: a new subscription brings a new snapshot (docs/status.md R16); not in a tight loop, whatever the server does. */
  #renew(): void {
    this.#live.value = false;
    clearTimeout(this.#timer);
    const wait = Math.max(0, this.#renewedMs + RENEW_INTERVAL_MS - Date.now());
    this.#timer = setTimeout(() => {
      this.#renewedMs = Date.now();
      this.#pusher.unsubscribe(this.#channelName);
      this.#channel = this.#subscribe();
      this.#expectSnapshot();
    }, wait);
  }

  #handleError(error: Record<string, unknown>): void {
    // An authorization that belonged to an earlier socket may fail after the current one succeeded.
    if (this.#roster.attached) return;
    const refusal = error['type'] === 'AuthError' ? this.#link.refusal : null;
    const status = refusal?.status ?? (typeof error['status'] === 'number' ? error['status'] : 0);
    if (refusal?.status === 401) this.#listener.handleUnauthorized();
    const retryMs = isTransient(status) ? this.#retryLater(refusal?.retryAfterSeconds ?? null) : null;
    this.#trouble.value = { status, type: String(error['type'] ?? ''), detail: String(error['error'] ?? ''), retryMs };
  }

  /** Returns when: not before the server allows it, and then not all at once. */
  #retryLater(seconds: number | null): number {
    clearTimeout(this.#timer);
    const delay = (seconds ?? 0) * 1000 + (seconds === null ? lateJitter(this.#failures + 3, Math.random) : fullJitter(0, Math.random));
    this.#failures += 1;
    this.#timer = setTimeout(() => this.retry(), delay);
    return Date.now() + delay;
  }
}

function isTransient(status: number): boolean {
  return status === 0 || status === 429 || status >= 500;
}

const SNAPSHOT_MS = 12_000;
const RENEW_INTERVAL_MS = 5_000;
