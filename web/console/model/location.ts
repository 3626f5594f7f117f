/**
 * Where the reader is: the path and the query string below `/console`, as signals, by the History API.
 *
 * Filters are in the query string, so that what somebody looks at can be linked, bookmarked and gone back to.
 */

import { computed, signal, type ReadonlySignal } from '@preact/signals';
import { BASE } from '../../shared/base';

/** Where the console begins, as the browser sees it. */
export const ROOT = `${BASE}/console`;

const place = signal(read());

/** The path below the console, decoded: `/console/apps/a%2Fb/keys` is `['apps', 'a/b', 'keys']`. */
export const segments: ReadonlySignal<readonly string[]> = computed(() => segmentsOf(place.value.pathname));

/** What stands behind the question mark. */
export const query: ReadonlySignal<URLSearchParams> = computed(() => new URLSearchParams(place.value.search));

/** A page with something that leaving it would lose. */
interface Hold {
  readonly isHeld: () => boolean;
  /** Lets go of it: somebody leaves all the same. */
  readonly discard: () => void;
}

let hold: Hold | null = null;

/** Where somebody wants to go from a page that is held, until `leave` or `stay`. */
export const wanted = signal<string | null>(null);

/** Holds the page: who leaves it is asked first, by the console inside it and by the browser otherwise. Returns how to end that. */
export function holdPage(by: Hold): () => void {
  hold = by;
  return () => {
    if (hold === by) hold = null;
  };
}

/** Starts listening to the browser's own ways back and forth and away; the page calls it once. */
export function followHistory(): void {
  window.addEventListener('popstate', () => {
    const { pathname, search } = read();
    if (!keeps(pathname, pathname + search)) place.value = read();
    // The browser has gone already, so that the way back is made anew.
    else history.pushState(null, '', place.peek().pathname + place.peek().search);
  });
  window.addEventListener('beforeunload', (event) => {
    if (hold?.isHeld()) event.preventDefault();
  });
}

/** Goes to a path below the console, such as `/apps/12/keys?q=a`; from a page that is held only after a question. */
export function go(to: string, how: 'push' | 'replace' = 'push'): void {
  const [pathname = ''] = (ROOT + to).split('?');
  if (keeps(pathname, ROOT + to)) return;
  if (how === 'replace') history.replaceState(null, '', ROOT + to);
  else if (ROOT + to !== location.pathname + location.search) history.pushState(null, '', ROOT + to);
  place.value = read();
}

/** Goes where it was wanted, and loses what held the page. */
export function leave(): void {
  const to = wanted.peek();
  wanted.value = null;
  if (to === null) return;
  hold?.discard();
  go(to.slice(ROOT.length));
}

export function stay(): void {
  wanted.value = null;
}

/** Changes the query string in place; null takes a parameter out. Typing in a filter makes no entry in the history. */
export function setQuery(changes: Readonly<Record<string, string | null>>): void {
  const next = changedQuery(query.peek(), changes);
  history.replaceState(null, '', place.peek().pathname + (next === '' ? '' : `?${next}`));
  place.value = read();
}

/** The address of a page for `href`; the same path goes to `go`. */
export function href(to: string): string {
  return ROOT + to;
}

/** A path below the console from its segments, each of which may hold anything. */
export function pathTo(...parts: readonly string[]): string {
  return `/${parts.map(encodeURIComponent).join('/')}`;
}

/** The segments of a whole path; what is not below `root` has none, and neither has what nobody can decode. */
export function segmentsOf(pathname: string, root: string = ROOT): readonly string[] {
  if (pathname !== root && !pathname.startsWith(`${root}/`)) return [];
  const parts = pathname.slice(root.length).split('/').filter((part) => part !== '');
  try {
    return parts.map(decodeURIComponent);
  } catch {
    return ['?'];
  }
}

/** `current` with the changes, as text; parameters keep their order. */
export function changedQuery(current: URLSearchParams, changes: Readonly<Record<string, string | null>>): string {
  const next = new URLSearchParams(current);
  for (const [key, value] of Object.entries(changes)) {
    if (value === null || value === '') next.delete(key);
    else next.set(key, value);
  }
  return next.toString();
}

/** Whether the page is held against another one; it is then asked about. */
function keeps(pathname: string, whole: string): boolean {
  const kept = pathname !== place.peek().pathname && (hold?.isHeld() ?? false);
  if (kept) wanted.value = whole;
  return kept;
}

interface Place {
  readonly pathname: string;
  readonly search: string;
}

function read(): Place {
  if (globalThis.location === undefined) return { pathname: ROOT, search: '' };
  return { pathname: location.pathname, search: location.search };
}
