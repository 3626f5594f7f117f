/**
 * Keeps relative times right: one timer for all that are on screen, set for the one that reads differently next (docs/status.md C14).
 *
 * Timers stand still while a machine sleeps and crawl in a hidden tab, so a page that is looked at again asks for `refreshMoments`.
 */

import { staysMs } from './ago';
import { serverNow } from './clock';

/** Calls `changed` whenever `ms`, a moment on the server's clock, reads differently; returns how to stop. */
export function watchMoment(ms: number, changed: () => void): () => void {
  const moment: Moment = { ms, changed, dueMs: due(ms) };
  moments.add(moment);
  schedule();
  return () => {
    moments.delete(moment);
    if (moments.size === 0) schedule();
  };
}

/** Tells at once what became due while nobody counted. */
export function refreshMoments(): void {
  const now = serverNow();
  for (const moment of [...moments]) {
    // A clock that was set back makes everything due later than it can be.
    if (moment.dueMs > now && moment.dueMs <= now + staysMs(now - moment.ms)) continue;
    moment.dueMs = due(moment.ms);
    moment.changed();
  }
  schedule();
}

/** Refreshes whenever somebody may be looking at the page again; a page calls it once. */
export function followWakes(): void {
  document.addEventListener('visibilitychange', refreshMoments);
  for (const event of ['focus', 'pageshow', 'online']) window.addEventListener(event, refreshMoments);
}

interface Moment {
  readonly ms: number;
  readonly changed: () => void;
  dueMs: number;
}

function due(ms: number): number {
  const now = serverNow();
  return now + staysMs(now - ms);
}

function schedule(): void {
  clearTimeout(timer);
  if (moments.size === 0) return;
  let next = Number.POSITIVE_INFINITY;
  for (const { dueMs } of moments) next = Math.min(next, dueMs);
  timer = setTimeout(refreshMoments, Math.min(Math.max(next - serverNow(), LEAST_MS), MOST_MS));
}

const moments = new Set<Moment>();
let timer: ReturnType<typeof setTimeout> | undefined;
/** Rows that become due within a second are told together. */
const LEAST_MS = 1_000;
/** After a sleep that no event tells of, times are wrong for no longer than this. */
const MOST_MS = 15_000;
