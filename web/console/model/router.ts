/** Which page an address means, and how to link to one. The pages themselves are in `console/pages.ts`. */

import { pathTo } from './location';

/** What the router knows of a page. `app` pages stand below `/apps/{id}/`, `server` pages below `/`. */
export interface Address {
  readonly scope: 'app' | 'server';
  /** The path below that; empty for the first page of an app. */
  readonly path: string;
}

export type Match<A extends Address> =
  | { readonly kind: 'page'; readonly page: A; readonly app: string | null }
  | { readonly kind: 'home' | 'unknown' };

/** The page of `pages` that these segments name. */
export function match<A extends Address>(pages: readonly A[], segments: readonly string[]): Match<A> {
  if (segments.length === 0) return { kind: 'home' };
  const server = find(pages, 'server', segments.join('/'));
  if (server !== undefined) return { kind: 'page', page: server, app: null };
  const [first, app, ...rest] = segments;
  const page = first === 'apps' && app !== undefined ? find(pages, 'app', rest.join('/')) : undefined;
  return page === undefined ? { kind: 'unknown' } : { kind: 'page', page, app: app ?? null };
}

/** The path of a page below the console; an app's page needs the app. */
export function pathOf(page: Address, app: string | null): string {
  const own = page.path === '' ? [] : page.path.split('/');
  if (page.scope === 'server') return pathTo(...own);
  return pathTo('apps', app ?? '', ...own);
}

function find<A extends Address>(pages: readonly A[], scope: Address['scope'], path: string): A | undefined {
  return pages.find((page) => page.scope === scope && page.path === path);
}
