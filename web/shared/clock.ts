/** The server's time, as far as the page knows it, and a tick that keeps relative times moving (docs/status.md C14). */

import { signal } from '@preact/signals';

let skew = 0;

/** Advances every `TICK_MS`; reading it in a component re-renders the component on each tick. */
export const tick = signal(0);

/** Notes what the server's clock said, so that times of people whose clock is wrong still make sense. */
export function adjustTo(serverMs: number): void {
  skew = serverMs - Date.now();
}

/** Milliseconds since 1970 on the server's clock. */
export function serverNow(): number {
  return Date.now() + skew;
}

/** Starts the tick; a page calls it once. */
export function startTicking(): void {
  setInterval(() => {
    tick.value += 1;
  }, TICK_MS);
}

const TICK_MS = 20_000;
