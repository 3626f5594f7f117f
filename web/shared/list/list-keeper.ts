/**
 * Keeps what a reader is at in a list through a change of its rows: the focus, the selected text, and the place on
 * the screen (docs/status.md A5).
 *
 * Rows are keyed, so most of it stays by itself; what is moved within the document, and all that lies below a newcomer, does not.
 */

/** What was there before the rows changed. */
export interface Kept {
  /** The row that has the focus, by its id. */
  readonly focused: string | null;
  readonly selection: Selected | null;
  /** A row on screen, and how far from the top of the window. */
  readonly anchor: { readonly row: Element; readonly top: number } | null;
  /** Whether the page was scrolled to its end. */
  readonly atEnd: boolean;
}

interface Selected {
  readonly from: Node;
  readonly fromOffset: number;
  readonly to: Node;
  readonly toOffset: number;
}

/** The id of the row that `node` is in: its attribute `data-row`. */
export function idOf(node: Node | null): string | null {
  const element = node instanceof Element ? node : (node?.parentElement ?? null);
  return element?.closest<HTMLElement>('[data-row]')?.dataset['row'] ?? null;
}

/** The row with this id; ids may hold anything, so no selector is made of them. */
export function rowOf(list: Element, id: string): HTMLElement | null {
  for (const row of rowsOf(list)) if (row.dataset['row'] === id) return row;
  return null;
}

export function rowsOf(list: Element): HTMLElement[] {
  return [...list.querySelectorAll<HTMLElement>(':scope > [data-row]')];
}

/** The rows in which the selected text begins and ends. */
export function selectedIds(list: Element): string[] {
  const selected = selectedIn(list);
  return selected === null ? [] : [idOf(selected.from), idOf(selected.to)].filter((id) => id !== null);
}

/** `pointed`: the row that a hand is at, which is not to move either. */
export function keep(list: Element, pointed: Element | null): Kept {
  const active = document.activeElement;
  const focused = active !== null && active !== list && list.contains(active) ? idOf(active) : null;
  return { focused, selection: selectedIn(list), anchor: anchorOf(list, active, pointed), atEnd: isAtEnd() };
}

/** Puts the selected text and the place on the screen back; the focus is for the list, which knows what is gone. */
export function restore(kept: Kept): void {
  restoreSelection(kept.selection);
  const { anchor } = kept;
  if (anchor === null || !anchor.row.isConnected) return;
  const drift = anchor.row.getBoundingClientRect().top - anchor.top;
  if (Math.abs(drift) >= 1) window.scrollBy({ top: drift, behavior: 'instant' });
}

function restoreSelection(selected: Selected | null): void {
  if (selected === null || !selected.from.isConnected || !selected.to.isConnected) return;
  const now = document.getSelection();
  if (now?.anchorNode === selected.from && now.focusNode === selected.to) return;
  now?.setBaseAndExtent(selected.from, selected.fromOffset, selected.to, selected.toOffset);
}

function selectedIn(list: Element): Selected | null {
  const selection = document.getSelection();
  const [from, to] = [selection?.anchorNode ?? null, selection?.focusNode ?? null];
  if (selection === null || selection.isCollapsed || from === null || to === null) return null;
  if (!list.contains(from) || !list.contains(to)) return null;
  return { from, fromOffset: selection.anchorOffset, to, toOffset: selection.focusOffset };
}

/** The row that stays where it is: the focused one, the one under the pointer, or, if some are hidden above, the first in sight. */
function anchorOf(list: Element, active: Element | null, pointed: Element | null): Kept['anchor'] {
  const focused = active !== list && list.contains(active) ? active : null;
  for (const row of [focused, pointed]) {
    if (row !== null && isInSight(row)) return { row, top: row.getBoundingClientRect().top };
  }
  if (list.getBoundingClientRect().top >= 0) return null;
  const first = rowsOf(list).find(isInSight);
  return first === undefined ? null : { row: first, top: first.getBoundingClientRect().top };
}

function isInSight(row: Element): boolean {
  const { top, bottom } = row.getBoundingClientRect();
  return bottom > 0 && top < window.innerHeight;
}

function isAtEnd(): boolean {
  const page = document.documentElement;
  return window.scrollY > 0 && window.scrollY + window.innerHeight >= page.scrollHeight - 2;
}
