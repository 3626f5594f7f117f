/** Groups of errors, as the server keeps them and its live channel adds to them. */

import type { ErrorGroup } from './contract';

/** `groups` with what just happened: the group that it belongs to comes first, with what the server now says of it. */
export function grouped(groups: readonly ErrorGroup[], news: ErrorGroup): readonly ErrorGroup[] {
  return [news, ...groups.filter((group) => !isSame(group, news))].slice(0, MOST);
}

/** Whether a search finds the group: in its kind, code or message, without regard to case. */
export function mentions({ kind, code, message }: ErrorGroup, search: string): boolean {
  const wanted = search.trim().toLowerCase();
  return [kind, String(code ?? ''), message].some((text) => text.toLowerCase().includes(wanted));
}

function isSame(one: ErrorGroup, other: ErrorGroup): boolean {
  return one.kind === other.kind && one.code === other.code && one.message === other.message;
}

/** As many as the server lists. */
const MOST = 200;
