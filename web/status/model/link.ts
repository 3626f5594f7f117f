/**
 * The live connection: the stock pusher-js client, pointed at this page's own server and nothing else (docs/status.md section 0, S16).
 *
 * pusher-js waits 15 s and more between attempts once an attempt fails; `Link` starts a new one sooner, with jitter (docs/status.md R11).
 */

import { signal, type ReadonlySignal } from '@preact/signals';
import Pusher from 'pusher-js';
import { record } from '../../shared/http';

/** `refused`: the server closed with a code after which pusher-js does not come back by itself (docs/protocol.md 1.5). */
export type LinkState =
  | { readonly kind: 'connecting' | 'connected' | 'stopped'; readonly sinceMs: number }
  | { readonly kind: 'refused'; readonly sinceMs: number; readonly code: number | null };

export class Link {
  readonly pusher: Pusher;
  readonly #state = signal<LinkState>({ kind: 'connecting', sinceMs: Date.now() });
  #attempts = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Whether a `disconnected` is this class's own doing. */
  #deliberate = false;
  #lastCode: number | null = null;
  /** Whether the page came back from a refusal by itself and has not been live since. */
  #resumed = false;

  constructor(appKey: string) {
    this.pusher = new Pusher(appKey, options(window.location));
    this.pusher.connection.bind('error', (error: unknown) => {
      this.#lastCode = closeCode(error) ?? this.#lastCode;
    });
    // A lost connection is announced by the wait before the next attempt; the state changes only after that.
    this.pusher.connection.bind('connecting_in', () => this.#handleConnecting());
    this.pusher.connection.bind('state_change', ({ current }: { current: string }) => this.#handleState(current));
    this.#scheduleAttempt();
  }

  get state(): ReadonlySignal<LinkState> {
    return this.#state;
  }

  /** Tries again at once, because a person asked. */
  reconnect(): void {
    this.#attempts = 0;
    this.#attempt();
  }

  /** Tries again if the connection has been away for a while: somebody is looking at the page again. */
  wake(): void {
    const state = this.#state.peek();
    if (state.kind === 'connecting' && Date.now() - state.sinceMs > WAKE_MS) this.reconnect();
  }

  /** Comes back after a refusal that seems to be no reason to stay away; a second one in a row is final. */
  resume(): void {
    if (this.#resumed || this.#state.peek().kind !== 'refused') return;
    this.#resumed = true;
    this.#scheduleAttempt();
  }

  /** The connection did what it is for, so that the next refusal is the first one again. */
  handleLive(): void {
    this.#resumed = false;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#deliberate = true;
    this.#become({ kind: 'stopped', sinceMs: Date.now() });
    this.pusher.disconnect();
    this.pusher.unbind_all();
    this.pusher.connection.unbind_all();
  }

  #handleState(current: string): void {
    if (this.#deliberate) return;
    if (current === 'connected') this.#handleConnected();
    else if (current === 'disconnected' || current === 'failed') this.#handleRefused();
    else this.#handleConnecting();
  }

  #handleConnected(): void {
    clearTimeout(this.#timer);
    this.#attempts = 0;
    this.#lastCode = null;
    this.#become({ kind: 'connected', sinceMs: Date.now() });
  }

  #handleRefused(): void {
    clearTimeout(this.#timer);
    this.#become({ kind: 'refused', sinceMs: Date.now(), code: this.#lastCode });
    this.#lastCode = null;
  }

  #handleConnecting(): void {
    if (this.#state.peek().kind === 'connecting') return;
    this.#become({ kind: 'connecting', sinceMs: Date.now() });
    this.#scheduleAttempt();
  }

  #scheduleAttempt(): void {
    clearTimeout(this.#timer);
    const delay = Math.min(FIRST_ATTEMPT_MS * 2 ** this.#attempts, LAST_ATTEMPT_MS);
    this.#timer = setTimeout(() => this.#attempt(), delay * (0.75 + Math.random() / 2));
  }

  #attempt(): void {
    this.#attempts += 1;
    this.#deliberate = true;
    this.pusher.disconnect();
    this.#deliberate = false;
    this.pusher.connect();
    this.#scheduleAttempt();
  }

  #become(state: LinkState): void {
    this.#state.value = state;
  }
}

function options(page: Location): ConstructorParameters<typeof Pusher>[1] {
  const secure = page.protocol === 'https:';
  const port = Number(page.port) || (secure ? 443 : 80);
  return {
    cluster: '',
    wsHost: page.hostname,
    httpHost: page.hostname,
    statsHost: page.hostname,
    wsPort: port,
    wssPort: port,
    httpPort: port,
    httpsPort: port,
    forceTLS: secure,
    enableStats: false,
    enabledTransports: ['ws', 'wss'],
    pongTimeout: 10_000,
    channelAuthorization: { endpoint: '/usersystem/auth', transport: 'ajax' },
  };
}

/** The close code in what pusher-js emits as `error`, which comes in two shapes (docs/protocol.md 1.5). */
function closeCode(error: unknown): number | null {
  const outer = record(error);
  const data = record(outer?.['data']) ?? record(record(outer?.['error'])?.['data']);
  return typeof data?.['code'] === 'number' ? data['code'] : null;
}

const WAKE_MS = 1_000;
const FIRST_ATTEMPT_MS = 3_000;
const LAST_ATTEMPT_MS = 30_000;
