/**
 * Which of its faces the page shows: loading, failed, the form, or the room of the person signed in.
 *
 * The server decides who is signed in; the page asks it at the start and whenever something suggests that the answer changed.
 */

import { signal, type ReadonlySignal } from '@preact/signals';
import { adjustTo } from '../../shared/clock';
import { failureOf, type Failure, type Reply } from '../../shared/http';
import { fetchSettings, forgetDevice, register, signOut, signOutEverywhere, type Settings } from './api';
import { storeDraft } from './draft';
import { Room } from './room';

/** Why the form is shown again. */
export type Notice = 'none' | 'ended' | 'signed-out' | 'signed-out-everywhere';

/** What the form starts with. */
export interface Prefill {
  readonly name: string;
  /** What was not saved when the session ended. */
  readonly status: string;
}

export type Phase =
  | { readonly kind: 'loading' | 'failed' }
  | { readonly kind: 'form'; readonly notice: Notice; readonly prefill: Prefill; readonly device: readonly string[] }
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

  /** Signs up or in; with no status, a name that this browser owns keeps the one it has. */
  async join(name: string, status: string | null, confirmed: 'confirmed' | 'plain'): Promise<Failure | null> {
    const failure = await register(name, status, confirmed);
    if (failure !== null) return failure;
    const reply = await fetchSettings();
    if (reply.ok && reply.body.account === null) return COOKIE_REFUSED;
    // The form showed the draft, so what was sent is what became of it.
    if (reply.ok && status !== null && this.#hasPrefill(reply.body)) storeDraft(name, null);
    this.#show(reply);
    return null;
  }

  leave(room: Room): Promise<Failure | null> {
    return this.#leave(room, signOut, 'signed-out');
  }

  leaveEverywhere(room: Room): Promise<Failure | null> {
    return this.#leave(room, signOutEverywhere, 'signed-out-everywhere');
  }

  /** The session goes on; the form offers no names any more. */
  async forgetDevice(): Promise<Failure | null> {
    const failure = await forgetDevice();
    const phase = this.#phase.peek();
    if (failure === null && phase.kind === 'form') this.#phase.value = { ...phase, device: [] };
    return failure;
  }

  async #leave(room: Room, end: () => Promise<Failure | null>, notice: Notice): Promise<Failure | null> {
    this.#leaving = true;
    const failure = await end();
    this.#leaving = false;
    if (failure !== null) return failure;
    room.stop();
    storeDraft(room.name, null);
    this.#phase.value = { kind: 'form', notice, prefill: NOTHING, device: await devices() };
    return null;
  }

  #hasPrefill(settings: Settings): boolean {
    const phase = this.#phase.peek();
    return phase.kind === 'form' && phase.prefill.name === settings.account?.name;
  }

  async #refresh(): Promise<void> {
    this.#show(await fetchSettings());
  }

  #show(reply: Reply<Settings>): void {
    if (reply.ok) this.#enter(reply.body, 'none', NOTHING);
    else this.#phase.value = { kind: 'failed' };
  }

  /** The session may be over (a 401, or close code 4009), or the app have another key (4001); only the server knows. */
  async #recheck(room: Room): Promise<void> {
    if (this.#checking || this.#leaving) return;
    this.#checking = true;
    const reply = await fetchSettings();
    this.#checking = false;
    const phase = this.#phase.peek();
    if (!reply.ok || phase.kind !== 'room' || phase.room !== room) return;
    if (reply.body.account?.name === room.name) {
      room.link.resume(reply.body.appKey);
      return;
    }
    const unsaved = room.stop() ?? '';
    this.#enter(reply.body, 'ended', { name: room.name, status: unsaved });
  }

  #enter(settings: Settings, notice: Notice, prefill: Prefill): void {
    adjustTo(settings.now);
    if (settings.account === null) {
      this.#phase.value = { kind: 'form', notice, prefill, device: settings.device };
      return;
    }
    const room: Room = new Room(settings, settings.account, () => void this.#recheck(room));
    this.#phase.value = { kind: 'room', room };
  }
}

/** The names that the form can offer; none, if the server does not say. */
async function devices(): Promise<readonly string[]> {
  const reply = await fetchSettings();
  return reply.ok ? reply.body.device : [];
}

const NOTHING: Prefill = { name: '', status: '' };

/** The server opened a session of which the browser kept nothing (docs/status.md C18). */
const COOKIE_REFUSED: Failure = failureOf(200, { error: 'cookie_refused' }, null);
