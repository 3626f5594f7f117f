/** Where the focus goes when the page changes: to the new heading, so that it is read out; not when the window has just been opened. */

let first = true;

/** A heading has appeared: that of the first page leaves the focus where it is. */
export function arrival(heading: HTMLElement | null): void {
  if (!first) heading?.focus();
  first = false;
  if (heading !== null) window.scrollTo(0, 0);
}

/** What had the focus may be gone, such as the button that a dialog gives it back to, on the card of a deleted app: the page's heading then takes it. */
export function catchFocus(): void {
  requestAnimationFrame(() => {
    if (document.activeElement === document.body) document.querySelector('h1')?.focus();
  });
}
