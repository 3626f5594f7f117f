/**
 * Editing one's own status: the draft is apart from the known value, so that nothing that arrives can wipe it (docs/status.md C5).
 *
 * Only an edit that differs from what is shown leaves the field (C4, C9); `Delivery` carries it from there.
 */

import { computed, signal, type ReadonlySignal } from '@preact/signals';
import { graphemeCount, normalized } from '../../shared/graphemes';
import { Delivery, type Edit, type Outside, type Progress } from './delivery';

/** The longest status, in grapheme clusters (docs/status.md S6). */
export const STATUS_LIMIT = 140;

/** `too-long`: the text never left the field. */
export type Save = Progress | { readonly kind: 'too-long' };

/** What the editor needs of its surroundings. */
export interface Surroundings extends Omit<Outside, 'remember' | 'handleReturned'> {
  /** Keeps the draft over a reload; null forgets it. */
  rememberDraft(draft: string | null): void;
  rememberEdit(edit: Edit | null): void;
}

/** What an earlier visit of this tab left behind. */
export interface Unfinished {
  readonly draft: string | null;
  readonly edit: Edit | null;
}

export class StatusEditor {
  readonly #around: Surroundings;
  readonly #delivery: Delivery;
  readonly #draft = signal<string | null>(null);
  /** What the field was opened with, which stays while others write: nothing moves under a caret. Null while it is closed. */
  readonly #opened = signal<string | null>(null);
  readonly #tooLong = signal(false);
  /** A field that is taken off the page loses the focus, and leaving it must save nothing by then. */
  #stopped = false;

  constructor(around: Surroundings, unfinished: Unfinished) {
    this.#around = around;
    const outside: Outside = {
      ...around,
      remember: (edit) => around.rememberEdit(edit),
      handleReturned: (text) => this.#handleReturned(text),
    };
    this.#delivery = new Delivery(outside, unfinished.edit);
    const { draft } = unfinished;
    if (draft === null || normalized(draft) === this.shown.peek()) return;
    this.#draft.value = draft;
    this.#opened.value = draft;
  }

  /** The status as its author sees it: the edit on its way, or what the server knows. */
  readonly shown: ReadonlySignal<string> = computed(() => this.pending.value ?? this.#around.known.value.status);

  /** The text that is shown but not confirmed yet. */
  readonly pending: ReadonlySignal<string | null> = computed(() => this.#delivery.edit.value?.text ?? null);

  /** What the field holds. */
  readonly text: ReadonlySignal<string> = computed(() => this.#draft.value ?? this.#opened.value ?? this.shown.value);
  readonly used: ReadonlySignal<number> = computed(() => graphemeCount(this.text.value));
  readonly dirty: ReadonlySignal<boolean> = computed(() => this.#draft.value !== null);

  /** Whether the field is there, and not the button that opens it. */
  readonly open: ReadonlySignal<boolean> = computed(() => this.#opened.value !== null);

  readonly save: ReadonlySignal<Save> = computed(() =>
    this.#tooLong.value ? { kind: 'too-long' } : this.#delivery.progress.value,
  );

  start(): void {
    this.#opened.value = this.shown.peek();
  }

  edit(text: string): void {
    this.#setDraft(text);
    this.#forgetOutcome();
  }

  /** Escape: back to what everybody sees. */
  discard(): void {
    this.#close();
    this.#forgetOutcome();
  }

  /** Leaving the field saves too, but a text that was refused is not worth asking about again. */
  leave(): void {
    const { kind } = this.save.peek();
    if (this.#stopped) return;
    if (kind !== 'rejected' && kind !== 'failed' && kind !== 'too-long') this.commit();
  }

  /** Enter. A text that is too long stays where it can be shortened. */
  commit(): void {
    const draft = this.#draft.peek();
    const text = normalized(draft ?? '');
    if (draft === null || text === this.shown.peek()) {
      this.discard();
      return;
    }
    this.#tooLong.value = graphemeCount(text) > STATUS_LIMIT;
    if (this.#tooLong.peek()) return;
    this.#close();
    this.#delivery.submit(text);
  }

  /** What waits is sent as soon as it may be. */
  hurry(): void {
    void this.#delivery.hurry();
  }

  /** Ends all sending and tells what was not saved, for whoever signs in next. */
  stop(): string | null {
    this.#stopped = true;
    this.#delivery.stop();
    return this.#draft.peek() ?? this.pending.peek();
  }

  /** The author may be typing the next text already; that one stays. */
  #handleReturned(text: string): void {
    if (this.#draft.peek() === null) this.#setDraft(text);
    else this.#delivery.acknowledge();
    this.#opened.value = text;
  }

  #close(): void {
    this.#setDraft(null);
    this.#opened.value = null;
  }

  #forgetOutcome(): void {
    this.#tooLong.value = false;
    this.#delivery.acknowledge();
  }

  #setDraft(draft: string | null): void {
    this.#draft.value = draft;
    this.#around.rememberDraft(draft);
  }
}
