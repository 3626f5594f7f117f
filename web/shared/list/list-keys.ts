/** Which row a key leads to: arrows, Home, End, pages, and the beginning of a name (docs/status.md 4.2). */

/** Where the keys start from, and how far a page goes. */
export interface Place {
  readonly order: readonly string[];
  readonly index: number;
  /** The row one screen further in this direction. */
  page(direction: 1 | -1): number;
}

/** The row that `key` leads to; null when the key is not about moving. */
export function targetOf(key: string, { order, index, page }: Place): number | null {
  switch (key) {
    case 'ArrowDown':
      return Math.min(index + 1, order.length - 1);
    case 'ArrowUp':
      return Math.max(index - 1, 0);
    case 'Home':
      return 0;
    case 'End':
      return order.length - 1;
    case 'PageDown':
      return page(1);
    case 'PageUp':
      return page(-1);
    default:
      return null;
  }
}

/** Collects letters typed in quick succession and finds which row they may mean; case and accents do not matter. */
export class TypeAhead {
  #typed = '';
  #lastMs = Number.NEGATIVE_INFINITY;

  /** Whether this key continues or begins a name; a space only continues one. */
  accepts(key: string, nowMs: number): boolean {
    return Array.from(key).length === 1 && (key !== ' ' || this.#pending(nowMs) !== '');
  }

  /** The row of the next name that begins so, from `index` on and around; null when there is none. */
  find(key: string, nowMs: number, { order, index }: Place): number | null {
    this.#typed = this.#pending(nowMs) + folded(key);
    this.#lastMs = nowMs;
    const letters = [...this.#typed];
    const repeated = letters.every((letter) => letter === letters[0]);
    // The same letter again and again goes from one name to the next; anything more stays with a name that still fits.
    const wanted = repeated ? (letters[0] ?? '') : this.#typed;
    const first = repeated ? index + 1 : index;
    for (let step = 0; step < order.length; step += 1) {
      const at = (first + step) % order.length;
      if (folded(order[at] ?? '').startsWith(wanted)) return at;
    }
    return null;
  }

  #pending(nowMs: number): string {
    return nowMs - this.#lastMs < PAUSE_MS ? this.#typed : '';
  }
}

function folded(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

const PAUSE_MS = 1_000;
