/** The server's time, as far as the page knows it (docs/status.md C14). */

let skew = 0;

/** Notes what the server's clock said, so that times of people whose clock is wrong still make sense. */
export function adjustTo(serverMs: number): void {
  skew = serverMs - Date.now();
}

/** Milliseconds since 1970 on the server's clock. */
export function serverNow(): number {
  return Date.now() + skew;
}
