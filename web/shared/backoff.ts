/** How long to wait before trying again, so that a crowd whose server came back does not return in one instant (docs/status.md R11). */

/** Full jitter: anything between nothing and a bound that doubles with each failure. */
export function fullJitter(failures: number, random: () => number): number {
  return random() * bound(failures);
}

/** Jitter over the upper half of the bound, where an attempt under way needs time to end before the next one. */
export function lateJitter(failures: number, random: () => number): number {
  return bound(failures) * (0.5 + random() / 2);
}

function bound(failures: number): number {
  return Math.min(FIRST_MS * 2 ** failures, LAST_MS);
}

const FIRST_MS = 1_000;
const LAST_MS = 30_000;
