/** Shortcuts: `g` and a letter jump to a page, `?` shows them all, Ctrl or Cmd and K opens the palette. */

/** What a key means. */
export type Command = { readonly kind: 'jump'; readonly key: string } | { readonly kind: 'palette' | 'help' };

/** What of a `KeyboardEvent` counts. */
export interface Stroke {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/** Follows strokes; plain letters count only where nobody writes, and while a person has not switched them off (WCAG 2.1.4). */
export class Shortcuts {
  #startedMs = Number.NEGATIVE_INFINITY;

  /** The command that `stroke` completes, at `nowMs`, or null. */
  handle(stroke: Stroke, where: 'text' | 'page', letters: 'on' | 'off', nowMs: number): Command | null {
    if ((stroke.ctrlKey || stroke.metaKey) && !stroke.altKey && stroke.key.toLowerCase() === 'k') return { kind: 'palette' };
    if (where === 'text' || letters === 'off' || stroke.ctrlKey || stroke.metaKey || stroke.altKey) return null;
    const jumping = nowMs - this.#startedMs < PATIENCE_MS;
    this.#startedMs = Number.NEGATIVE_INFINITY;
    if (jumping && /^[a-z]$/i.test(stroke.key)) return { kind: 'jump', key: stroke.key.toLowerCase() };
    if (stroke.key === '?') return { kind: 'help' };
    if (stroke.key === 'g') this.#startedMs = nowMs;
    return null;
  }
}

/** How long a `g` waits for its letter. */
const PATIENCE_MS = 1_500;
