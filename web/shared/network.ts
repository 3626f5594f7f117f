/**
 * Whether this device seems to have a network at all.
 *
 * The browser's word is a hint: a page served by the same machine works without any network, and says so with `noteAnswer`.
 */

import { signal, type ReadonlySignal } from '@preact/signals';

const reachable = signal(true);

/** False while the browser says "offline" and nothing has come from the server since. */
export const online: ReadonlySignal<boolean> = reachable;

/** Something came from the server, so it can be reached, whatever the browser says. */
export function noteAnswer(): void {
  reachable.value = true;
}

/** Starts listening; a page calls it once. */
export function followNetwork(): void {
  reachable.value = navigator.onLine;
  window.addEventListener('online', () => (reachable.value = true));
  window.addEventListener('offline', () => (reachable.value = false));
}
