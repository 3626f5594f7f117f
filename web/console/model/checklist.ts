/** The four firsts of an app, as Getting started ticks them. */

import type { Checklist, First } from './contract';

/** In the order in which a program reaches them. */
export const FIRSTS: readonly First[] = ['connection', 'subscription', 'event', 'presence'];

/** The list after a first has been seen; what was seen before keeps its time, so that a repeated frame changes nothing. */
export function ticked(list: Checklist, what: First, at: number): Checklist {
  return list[what] === null ? { ...list, [what]: at } : list;
}

/** What the server says now, without losing a first that came while it was being asked. */
export function merged(before: Checklist | null, now: Checklist): Checklist {
  return before === null ? now : FIRSTS.reduce((list, what) => (before[what] === null ? list : ticked(list, what, before[what])), now);
}

export function doneCount(list: Checklist): number {
  return FIRSTS.filter((what) => list[what] !== null).length;
}
