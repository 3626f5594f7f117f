/** Where the focus goes when the page changes: to the new heading, so that it is read out; not when the window has just been opened. */

let first = true;

/** A heading has appeared: that of the first page leaves the focus where it is. */
export function arrival(heading: HTMLElement | null): void {
  if (!first) heading?.focus();
  first = false;
  if (heading !== null) window.scrollTo(0, 0);
}
