/**
 * The live connection: the stock pusher-js client, pointed at this page's own server and nothing else (docs/status.md section 0, S16).
 *
 * pusher-js comes back after exactly 1 s, and waits 15 s and more once an attempt fails, without saying that it failed.
 * So `Link` starts the attempts itself: the first within a second, later ones further and further apart, up to 30 s (R11).
 *
 * Where WebSockets are blocked, pusher-js comes to the HTTP transports by itself, but only within an attempt that lasts: streaming
 * after 5 s (2 s on https, at once without `window.WebSocket`), polling 4 s later. So an attempt has as long as the last one took
 * that succeeded, and the page's first as long as the slowest of those ways takes.
 */

import { signal, type ReadonlySignal } from '@preact/signals';
import Pusher from 'pusher-js';
import { lateJitter } from './backoff';
import { BASE } from './base';
import { record, type Failure, type Reply } from './http';
import { noteAnswer } from './network';

/** `refused`: the server closed with a code after which pusher-js does not come back by itself (docs/protocol.md 1.5). */
export type LinkState =
  | { readonly kind: 'connecting' | 'connected' | 'stopped'; readonly sinceMs: number }
  | { readonly kind: 'refused'; readonly sinceMs: number; readonly code: number | null };

/** The proof that this page may join a channel, as pusher-js sends it to the server. */
export interface Proof {
  readonly auth: string;
  readonly channel_data?: string;
}

/** How a page gets such a proof from its own server. */
export type Authorize = (socketId: string, channel: string) => Promise<Reply<Proof>>;

export class Link {
  readonly pusher: Pusher;
  readonly #authorize: Authorize;
  readonly #state = signal<LinkState>({ kind: 'connecting', sinceMs: Date.now() });
  readonly #nextAttemptMs = signal<number | null>(null);
  #refusal: Failure | null = null;
  #attempts = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #dialledMs = Date.now();
  /** What the last attempt that succeeded took; until one did, what the slowest way takes. */
  #tookMs = SLOWEST_MS;
  /** Whether a `disconnected` is this class's own doing. */
  #deliberate = false;
  #lastCode: number | null = null;
  /** Whether the page came back from a refusal by itself and has not been live since. */
  #resumed = false;

  constructor(appKey: string, authorize: Authorize) {
    this.#authorize = authorize;
    this.pusher = new Pusher(appKey, { ...options(window.location), channelAuthorization: this.#authorization() });
    this.pusher.connection.bind('error', (error: unknown) => {
      this.#lastCode = closeCode(error) ?? this.#lastCode;
    });
    // A lost connection is announced by the wait before the next attempt; the state changes only after that.
    this.pusher.connection.bind('connecting_in', () => this.#handleConnecting());
    this.pusher.connection.bind('state_change', ({ current }: { current: string }) => this.#handleState(current));
    this.pusher.connection.bind('message', noteAnswer);
    this.#attempts = 1;
    this.#scheduleAttempt();
  }

  get state(): ReadonlySignal<LinkState> {
    return this.#state;
  }

  /** When the next attempt begins, by this device's clock; null while none is due. */
  get nextAttemptMs(): ReadonlySignal<number | null> {
    return this.#nextAttemptMs;
  }

  /** Why the server last refused to authorize a channel, which pusher-js does not pass on whole. */
  get refusal(): Failure | null {
    return this.#refusal;
  }

  /** Tries again at once, because a person asked. */
  reconnect(): void {
    this.#attempts = 0;
    this.#attempt();
  }

  /** The device has a network again. pusher-js dials at this by itself; should that fail, the next attempt is not far away. */
  handleOnline(): void {
    if (this.#state.peek().kind !== 'connecting') return;
    this.#attempts = 1;
    this.#scheduleAttempt();
  }

  /** Tries again if the connection has been away for a while: somebody is looking at the page again. */
  wake(): void {
    const state = this.#state.peek();
    if (state.kind === 'connecting' && Date.now() - state.sinceMs > WAKE_MS) this.reconnect();
  }

  /**
   * Comes back after a refusal that seems to be no reason to stay away; a second one in a row is final.
   * A refusal of a key that the app no longer has is not: `appKey` is the one that it has now.
   */
  resume(appKey: string): void {
    if (this.#state.peek().kind !== 'refused') return;
    if (appKey !== this.pusher.key) this.#dialWith(appKey);
    else if (!this.#resumed) {
      this.#resumed = true;
      this.#scheduleAttempt();
    }
  }

  /** The connection did what it is for, so that the next refusal is the first one again. */
  handleLive(): void {
    this.#resumed = false;
  }

  stop(): void {
    this.#cancelAttempt();
    this.#deliberate = true;
    this.#become({ kind: 'stopped', sinceMs: Date.now() });
    this.pusher.disconnect();
    this.pusher.unbind_all();
    this.pusher.connection.unbind_all();
  }

  #handleState(current: string): void {
    if (this.#deliberate) return;
    if (current === 'connecting') this.#dialledMs = Date.now();
    if (current === 'connected') this.#handleConnected();
    else if (current === 'disconnected' || current === 'failed') this.#handleRefused();
    else this.#handleConnecting();
  }

  #handleConnected(): void {
    this.#cancelAttempt();
    this.#attempts = 0;
    this.#noteDuration(Date.now() - this.#dialledMs);
    this.#lastCode = null;
    this.#become({ kind: 'connected', sinceMs: Date.now() });
  }

  #handleRefused(): void {
    this.#cancelAttempt();
    this.#become({ kind: 'refused', sinceMs: Date.now(), code: this.#lastCode });
    this.#lastCode = null;
  }

  #handleConnecting(): void {
    if (this.#state.peek().kind === 'connecting') return;
    this.#become({ kind: 'connecting', sinceMs: Date.now() });
    this.#scheduleAttempt();
  }

  /** The first attempt at a random moment of the first second; an attempt under way is given half of its time at least, and what one takes. */
  #scheduleAttempt(): void {
    this.#cancelAttempt();
    const delay = this.#attempts === 0 ? FIRST_ATTEMPT_MS * Math.random() : this.#patienceMs();
    this.#nextAttemptMs.value = Date.now() + delay;
    this.#timer = setTimeout(() => this.#attempt(), delay);
  }

  /** Within one that lasted longer the server was not there for a while, and its length says nothing of the next. */
  #noteDuration(tookMs: number): void {
    if (tookMs <= SLOWEST_MS) this.#tookMs = tookMs;
  }

  #patienceMs(): number {
    return Math.min(Math.max(lateJitter(this.#attempts + 1, Math.random), this.#tookMs + SPARE_MS), MOST_MS);
  }

  #cancelAttempt(): void {
    clearTimeout(this.#timer);
    this.#nextAttemptMs.value = null;
  }

  /** pusher-js dials at once, and like any other attempt this one is given time. */
  #dialWith(appKey: string): void {
    this.#attempts = 1;
    this.pusher.switchCluster({ appKey, cluster: '' });
  }

  #attempt(): void {
    this.#attempts += 1;
    this.#deliberate = true;
    this.pusher.disconnect();
    this.#deliberate = false;
    this.pusher.connect();
    this.#scheduleAttempt();
  }

  /** pusher-js would ask by itself, but keeps to itself when a refusal says to come back later. */
  #authorization(): ChannelAuthorizationOptions {
    return {
      customHandler: async ({ socketId, channelName }, callback) => {
        const reply = await this.#authorize(socketId, channelName);
        this.#refusal = reply.ok ? null : reply.failure;
        if (reply.ok) callback(null, reply.body);
        else callback(new Error(reply.failure.code), null);
      },
    };
  }

  #become(state: LinkState): void {
    this.#state.value = state;
  }
}

type PusherOptions = ConstructorParameters<typeof Pusher>[1];
type ChannelAuthorizationOptions = NonNullable<PusherOptions['channelAuthorization']>;

/** Where the page came from, and all that would keep pusher-js from asking anybody else. */
export function options(page: Pick<Location, 'protocol' | 'hostname' | 'port'>): PusherOptions {
  const secure = page.protocol === 'https:';
  const port = Number(page.port) || (secure ? 443 : 80);
  return {
    cluster: '',
    wsHost: page.hostname,
    httpHost: page.hostname,
    statsHost: page.hostname,
    wsPort: port,
    wssPort: port,
    wsPath: BASE,
    httpPath: `${BASE}/pusher`,
    httpPort: port,
    httpsPort: port,
    forceTLS: secure,
    enableStats: false,
    enabledTransports: ['ws', 'xhr_streaming', 'xhr_polling'],
    pongTimeout: 10_000,
  };
}

/** The close code in what pusher-js emits as `error`, which comes in two shapes (docs/protocol.md 1.5). */
function closeCode(error: unknown): number | null {
  const outer = record(error);
  const data = record(outer?.['data']) ?? record(record(outer?.['error'])?.['data']);
  return typeof data?.['code'] === 'number' ? data['code'] : null;
}

const WAKE_MS = 1_000;
const FIRST_ATTEMPT_MS = 1_000;
/** On a plain page where WebSockets and streaming are blocked: 5 s until streaming, and 4 s until polling. */
const SLOWEST_MS = 9_000;
/** What an attempt may take beyond what one like it took. */
const SPARE_MS = 2_000;
/** No wait is longer (R11). */
const MOST_MS = 30_000;
