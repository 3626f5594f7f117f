/** Who is at the console: nobody yet, somebody who has to sign in, or the operator, with a live connection. */

import { signal, type ReadonlySignal } from '@preact/signals';
import { unreachable, type Failure } from '../../shared/http';
import { authorizeLive, fetchSession, setUp, signIn, signOut } from './api';
import { onSignedOut } from './client';
import type { SignedIn } from './contract';
import { Live } from './live';

/** Why the form to sign in is shown. */
export type Notice = 'none' | 'ended' | 'signed-out';

export type Phase =
  | { readonly kind: 'loading' | 'failed' | 'setup' }
  | { readonly kind: 'sign-in'; readonly notice: Notice }
  | { readonly kind: 'in'; readonly session: SignedIn; readonly live: Live };

export class Session {
  readonly #phase = signal<Phase>({ kind: 'loading' });

  constructor() {
    onSignedOut(() => this.#close('ended'));
  }

  get phase(): ReadonlySignal<Phase> {
    return this.#phase;
  }

  /** Asks who is signed in and shows what follows from it. */
  async load(notice: Notice = 'none'): Promise<Failure | null> {
    const reply = await fetchSession();
    if (!reply.ok) {
      if (this.#phase.peek().kind === 'loading') this.#phase.value = { kind: 'failed' };
      return reply.failure;
    }
    if (reply.body.signed_in) this.#open(reply.body);
    else this.#phase.value = reply.body.setup_needed ? { kind: 'setup' } : { kind: 'sign-in', notice };
    return reply.body.signed_in ? null : COOKIE_REFUSED;
  }

  async retry(): Promise<void> {
    this.#phase.value = { kind: 'loading' };
    await this.load();
  }

  async signIn(name: string, password: string): Promise<Failure | null> {
    const reply = await signIn(name, password);
    return reply.ok ? this.load() : reply.failure;
  }

  /** Makes the operator, or gives the one there is a new password, with the one-time code. */
  async setUp(code: string, name: string, password: string): Promise<Failure | null> {
    const reply = await setUp(code, name, password);
    return reply.ok ? this.load() : reply.failure;
  }

  async signOut(): Promise<Failure | null> {
    const reply = await signOut();
    if (!reply.ok && reply.failure.status !== 401) return reply.failure;
    this.#close('signed-out');
    return null;
  }

  #open(session: SignedIn): void {
    this.#stopLive();
    const live = new Live(session.live, authorizeLive);
    this.#phase.value = { kind: 'in', session, live };
    live.state.subscribe(({ kind }) => {
      if (kind === 'refused') void this.#recheck(live);
    });
  }

  /** The server closed for good: the session may be over, or the live key another one after a restart. Only the server knows. */
  async #recheck(live: Live): Promise<void> {
    const reply = await fetchSession();
    const phase = this.#phase.peek();
    if (!reply.ok || phase.kind !== 'in' || phase.live !== live) return;
    if (reply.body.signed_in) live.resume(reply.body.live.key);
    else this.#close('ended');
  }

  #close(notice: Notice): void {
    if (this.#phase.peek().kind !== 'in') return;
    this.#stopLive();
    this.#phase.value = { kind: 'sign-in', notice };
  }

  #stopLive(): void {
    const phase = this.#phase.peek();
    if (phase.kind === 'in') phase.live.stop();
  }
}

/** The server opened a session of which the browser kept nothing. */
const COOKIE_REFUSED: Failure = { ...unreachable().failure, status: 200, code: 'cookie_refused' };
