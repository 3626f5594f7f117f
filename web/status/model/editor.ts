/**
 * Editing one's own status: the draft is apart from the known value, so that nothing that arrives can wipe it (docs/status.md C5).
 *
 * Only an edit that differs from the known value makes a request (C4, C9), one at a time, each named by a mutation id (R15).
 */

import { computed, signal, type ReadonlySignal } from '@preact/signals';
import { graphemeCount, normalized } from '../../shared/graphemes';
import type { Failure, Reply } from '../../shared/http';
import { mutationId } from '../../shared/ids';
import type { Info } from './frames';

/** The longest status, in grapheme clusters (docs/status.md S6). */
export const STATUS_LIMIT = 140;

export type Save =
  | { readonly kind: 'idle' | 'saving' | 'saved' | 'too-long' }
  | { readonly kind: 'failed' | 'rejected'; readonly failure: Failure }
  | { readonly kind: 'limited'; readonly untilMs: number };

/** What the editor needs of its surroundings. */
export interface Surroundings {
  readonly known: ReadonlySignal<Info>;
  put(text: string, mutation: string): Promise<Reply<Info>>;
  /** Keeps the draft over a reload; null forgets it. */
  remember(draft: string | null): void;
  readonly now: () => number;
}

interface Attempt {
  readonly text: string;
  readonly mutation: string;
  /** The status that the person was looking at. */
  readonly basis: Info;
}

export class StatusEditor {
  readonly #around: Surroundings;
  readonly #draft = signal<string | null>(null);
  readonly #save = signal<Save>({ kind: 'idle' });
  #attempt: Attempt | null = null;
  #sending = false;
  /** Whether the person asked to save while an earlier save was under way. */
  #again = false;

  /** What the field shows. */
  readonly text = computed(() => this.#draft.value ?? this.#around.known.value.status);
  readonly used = computed(() => graphemeCount(this.text.value));
  readonly dirty = computed(() => this.#draft.value !== null);

  constructor(around: Surroundings, draft: string | null) {
    this.#around = around;
    if (draft !== null && normalized(draft) !== around.known.value.status) this.#draft.value = draft;
  }

  get save(): ReadonlySignal<Save> {
    return this.#save;
  }

  edit(text: string): void {
    this.#setDraft(text);
    if (!this.#sending) this.#save.value = { kind: 'idle' };
  }

  /** Escape: back to what everybody sees. */
  discard(): void {
    this.#again = false;
    this.#setDraft(null);
    if (!this.#sending) this.#save.value = { kind: 'idle' };
  }

  /** Enter, or leaving the field. */
  async commit(): Promise<void> {
    const text = this.#draft.value;
    if (text === null) return;
    if (this.#sending) {
      this.#again = normalized(text) !== this.#attempt?.text;
      return;
    }
    if (this.#isUnchanged(text)) {
      this.discard();
      return;
    }
    if (graphemeCount(normalized(text)) > STATUS_LIMIT) {
      this.#save.value = { kind: 'too-long' };
      return;
    }
    await this.#send(this.#attemptFor(normalized(text)));
  }

  /** Sends an edit that never reached the server once more, unless the status changed elsewhere meanwhile. */
  async retryUnsent(): Promise<void> {
    const save = this.#save.value;
    if (save.kind !== 'failed' || save.failure.status !== 0 || this.#attempt === null) return;
    if (this.#isUnchanged(this.#draft.value ?? '')) this.#settle(this.#attempt);
    else if (this.#isCurrent(this.#attempt)) await this.commit();
  }

  /** The announced delay of a rate limit is over. */
  limitPassed(): void {
    if (this.#save.value.kind === 'limited') this.#save.value = { kind: 'idle' };
  }

  async #send(attempt: Attempt): Promise<void> {
    this.#attempt = attempt;
    this.#sending = true;
    this.#again = false;
    this.#save.value = { kind: 'saving' };
    const reply = await this.#around.put(attempt.text, attempt.mutation);
    this.#sending = false;
    if (reply.ok) this.#settle(attempt);
    else this.#save.value = failed(reply.failure, this.#around.now());
    if (this.#again) await this.commit();
  }

  #settle(attempt: Attempt): void {
    this.#attempt = null;
    const draft = this.#draft.value;
    if (draft !== null && normalized(draft) === attempt.text) this.#setDraft(null);
    this.#save.value = this.#draft.value === null ? { kind: 'saved' } : { kind: 'idle' };
  }

  /** The same text again is the same change: the server then answers with the first result. */
  #attemptFor(text: string): Attempt {
    if (this.#attempt?.text === text && this.#isCurrent(this.#attempt)) return this.#attempt;
    return { text, mutation: mutationId(), basis: this.#around.known.value };
  }

  /** Whether the status is still the one that the attempt set out to replace. */
  #isCurrent(attempt: Attempt): boolean {
    return attempt.basis.rev === this.#around.known.value.rev;
  }

  #isUnchanged(text: string): boolean {
    return normalized(text) === this.#around.known.value.status;
  }

  #setDraft(draft: string | null): void {
    this.#draft.value = draft;
    this.#around.remember(draft);
  }
}

function failed(failure: Failure, now: number): Save {
  if (failure.status === 429) return { kind: 'limited', untilMs: now + (failure.retryAfterSeconds ?? 10) * 1000 };
  if (failure.status === 422 || failure.status === 413) return { kind: 'rejected', failure };
  return { kind: 'failed', failure };
}
