/**
 * Which of its faces the page shows: loading, failed, the form, or the room of the person signed in.
 *
 * The server decides who is signed in; the page asks it at the start and whenever something suggests that the answer changed.
 */

import { signal, type ReadonlySignal } from '@preact/signals';
import { adjustTo } from '../../shared/clock';
import { failureOf, type Failure, type Reply } from '../../shared/http';
import { fetchSettings, register, signOut, type Settings } from './api';
import { storeDraft } from './draft';
import { Room } from './room';

/** Why the form is shown again. */
export type Notice = 'none' | 'ended' | 'signed-out';

export type Phase =
  | { readonly kind: 'loading' | 'failed' }
  | { readonly kind: 'form'; readonly notice: Notice }
  | { readonly kind: 'room'; readonly room: Room };

export class Session {
  readonly #phase = signal<Phase>({ kind: 'loading' });
  #checking = false;
  #leaving = false;

  get phase(): ReadonlySignal<Phase> {
    return this.#phase;
  }

  /** Asks who is signed in and shows what follows from it. */
  async load(): Promise<void> {
    this.#phase.value = { kind: 'loading' };
    await this.#refresh();
  }

  async join(name: string, status: string, confirmed: 'confirmed' | 'plain'): Promise<Failure | null> {
    const failure = await register(name, status, confirmed);
    if (failure !== null) return failure;
    const reply = await fetchSettings();
    if (reply.ok && reply.body.account === null) return COOKIE_REFUSED;
    this.#show(reply);
    return null;
  }

  async leave(room: Room): Promise<Failure | null> {
    this.#leaving = true;
    const failure = await signOut();
    this.#leaving = false;
    if (failure !== null) return failure;
    storeDraft(room.name, null);
    room.stop();
    this.#phase.value = { kind: 'form', notice: 'signed-out' };
    return null;
  }

  async #refresh(): Promise<void> {
    this.#show(await fetchSettings());
  }

  #show(reply: Reply<Settings>): void {
    if (reply.ok) this.#enter(reply.body, 'none');
    else this.#phase.value = { kind: 'failed' };
  }

  /** The session may be over (a 401, or close code 4009); only the server knows. */
  async #recheck(room: Room): Promise<void> {
    if (this.#checking || this.#leaving) return;
    this.#checking = true;
    const reply = await fetchSettings();
    this.#checking = false;
    const phase = this.#phase.peek();
    if (!reply.ok || phase.kind !== 'room' || phase.room !== room) return;
    if (reply.body.account?.name === room.name) {
      room.link.resume();
      return;
    }
    room.stop();
    this.#enter(reply.body, 'ended');
  }

  #enter(settings: Settings, notice: Notice): void {
    adjustTo(settings.now);
    if (settings.account === null) {
      this.#phase.value = { kind: 'form', notice };
      return;
    }
    const room: Room = new Room(settings, settings.account, () => void this.#recheck(room));
    this.#phase.value = { kind: 'room', room };
  }
}

/** The server opened a session of which the browser kept nothing (docs/status.md C18). */
const COOKIE_REFUSED: Failure = failureOf(200, { error: 'cookie_refused' }, null);
