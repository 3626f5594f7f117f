/**
 * One edit on its way to the server: shown at once, sent until it is settled, never saved twice (docs/status.md C10, R15, S14).
 *
 * At most one edit waits: the latest text wins. Knows nothing of fields or drafts; that is `StatusEditor`.
 */

import { signal, type ReadonlySignal, type Signal } from '@preact/signals';
import { fullJitter } from '../../shared/backoff';
import type { Failure, Reply } from '../../shared/http';
import { mutationId } from '../../shared/ids';
import type { Info } from './frames';

/** A change that somebody asked for; the same object through all of its attempts, and over a reload. */
export interface Edit {
  readonly text: string;
  /** Names the change, so that the server answers a retry with the first result. */
  readonly mutation: string;
  /** The revision that the person was looking at. */
  readonly basis: number | null;
  /** Whether an attempt may have reached the server without its answer reaching the page. */
  readonly tried: boolean;
  /** Whether it replaces an edit of which that is so. */
  readonly overtook: boolean;
}

/** What became of the last edit. */
export type Progress =
  | { readonly kind: 'idle' | 'saving' | 'saved' | 'offline' }
  | { readonly kind: 'retrying'; readonly failure: Failure; readonly untilMs: number }
  | { readonly kind: 'limited'; readonly untilMs: number }
  | { readonly kind: 'failed' | 'rejected'; readonly failure: Failure };

/** What a delivery needs of its surroundings. */
export interface Outside {
  readonly known: ReadonlySignal<Info>;
  /** `ifRev`: only if this is still the revision. A success changes `known` before it is answered. */
  put(text: string, mutation: string, ifRev: number | null): Promise<Reply<Info>>;
  online(): boolean;
  /** Keeps the edit over a reload; null forgets it. */
  remember(edit: Edit | null): void;
  /** The server will not have this text; it belongs back to its author. */
  handleReturned(text: string): void;
  readonly random: () => number;
}

export class Delivery {
  readonly #outside: Outside;
  readonly #edit: Signal<Edit | null>;
  readonly #progress = signal<Progress>({ kind: 'idle' });
  #sending: Edit | null = null;
  /** Whether the edit has been asked to wait, so that the status may have changed elsewhere meanwhile. */
  #late: boolean;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  /** `kept`: an edit of this person that a reload interrupted. */
  constructor(outside: Outside, kept: Edit | null) {
    this.#outside = outside;
    this.#edit = signal(kept);
    this.#late = kept !== null;
    if (kept !== null) void this.hurry();
  }

  /** The edit that is not settled yet. */
  get edit(): ReadonlySignal<Edit | null> {
    return this.#edit;
  }

  get progress(): ReadonlySignal<Progress> {
    return this.#progress;
  }

  /** Takes the place of an edit that still waits. */
  submit(text: string): void {
    const earlier = this.#edit.peek();
    const known = this.#outside.known.peek();
    const waiting = this.#sending === null ? earlier : null;
    const doubtful = waiting !== null && (waiting.tried || waiting.overtook);
    if (waiting !== null && !doubtful && text === known.status) {
      this.#settle({ kind: 'idle' });
      return;
    }
    this.#become({ text, mutation: mutationId(), basis: known.rev, tried: false, overtook: doubtful });
    if (this.#sending !== null) return;
    if (this.#progress.peek().kind === 'limited') this.#late = true;
    else void this.#send();
  }

  /** The way may be free again, or a person does not want to wait; a limit is waited for all the same. */
  async hurry(): Promise<void> {
    const edit = this.#edit.peek();
    if (edit === null || this.#sending !== null || this.#progress.peek().kind === 'limited') return;
    if (this.#arrived(edit)) this.#settle({ kind: 'saved' });
    else await this.#send();
  }

  /** The person has seen what became of the last edit. */
  acknowledge(): void {
    if (this.#edit.peek() === null) this.#progress.value = { kind: 'idle' };
  }

  /** Sends nothing any more; what waits stays kept. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #send(): Promise<void> {
    const edit = this.#edit.peek();
    clearTimeout(this.#timer);
    if (edit === null || this.#stopped) return;
    if (!this.#outside.online()) {
      this.#late = true;
      this.#progress.value = { kind: 'offline' };
      return;
    }
    this.#sending = edit;
    this.#progress.value = { kind: 'saving' };
    this.#amend({ tried: true });
    const reply = await this.#outside.put(edit.text, edit.mutation, this.#condition(edit));
    this.#sending = null;
    if (this.#stopped) return;
    if (reply.ok) this.#handleSaved(edit, reply.body);
    else this.#handleFailure(edit, reply.failure);
  }

  /** An edit that had to wait must not undo what was written elsewhere meanwhile, except by its own author's earlier edit. */
  #condition(edit: Edit): number | null {
    return this.#late && !edit.overtook ? edit.basis : null;
  }

  #handleSaved(edit: Edit, saved: Info): void {
    this.#failures = 0;
    if (this.#overtaken(edit)) this.#continue({ basis: saved.rev });
    else this.#settle({ kind: 'saved' });
  }

  #handleFailure(edit: Edit, failure: Failure): void {
    if (failure.status === 429) {
      if (!this.#overtaken(edit)) this.#amend({ tried: edit.tried });
      this.#wait({ kind: 'limited', untilMs: Date.now() + (failure.retryAfterSeconds ?? DEFAULT_LIMIT_S) * 1000 });
    } else if (failure.status === 0 || failure.status >= 500) {
      if (this.#overtaken(edit)) this.#amend({ overtook: true });
      this.#retry(failure);
    } else if (this.#overtaken(edit)) {
      this.#continue({});
    } else {
      this.#giveBack(edit, failure);
    }
  }

  /** Whether another edit has taken the place of this one while it was under way. */
  #overtaken(edit: Edit): boolean {
    return this.#edit.peek()?.mutation !== edit.mutation;
  }

  #retry(failure: Failure): void {
    const delay = fullJitter(this.#failures, this.#outside.random);
    this.#failures += 1;
    if (this.#outside.online()) this.#wait({ kind: 'retrying', failure, untilMs: Date.now() + delay });
    else void this.#send();
  }

  #wait(progress: Progress & { readonly untilMs: number }): void {
    this.#late = true;
    this.#progress.value = progress;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#send(), progress.untilMs - Date.now());
  }

  #giveBack(edit: Edit, failure: Failure): void {
    this.#settle({ kind: failure.status === 422 || failure.status === 413 ? 'rejected' : 'failed', failure });
    this.#outside.handleReturned(edit.text);
  }

  /** The edit that took the place of the one just answered is next. */
  #continue(changes: Partial<Edit>): void {
    this.#amend(changes);
    this.#late = false;
    void this.#send();
  }

  #settle(progress: Progress): void {
    clearTimeout(this.#timer);
    this.#failures = 0;
    this.#become(null);
    this.#progress.value = progress;
  }

  #amend(changes: Partial<Edit>): void {
    const edit = this.#edit.peek();
    if (edit === null) return;
    this.#edit.value = { ...edit, ...changes };
    this.#outside.remember(this.#edit.value);
  }

  #become(edit: Edit | null): void {
    this.#edit.value = edit;
    this.#late = false;
    this.#outside.remember(edit);
  }

  /** Whether the status is what the edit asks for although its answer was lost. */
  #arrived(edit: Edit): boolean {
    const known = this.#outside.known.peek();
    return known.status === edit.text && known.rev !== edit.basis;
  }
}

const DEFAULT_LIMIT_S = 10;
