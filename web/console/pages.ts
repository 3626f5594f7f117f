/**
 * The registry of pages: the navigation, the palette, the shortcuts and the router are all made of this list.
 *
 * To add a page: write `pages/<name>/index.tsx`, which exports the component `Page` of `PageProps`; give it a title in
 * `i18n/{en,fr}/titles.ts`; add a line here. `key` is what follows `g`. A page draws `PageHead` first, at once.
 */

import type { ComponentType } from 'preact';
import type { Address } from './model/router';
import type { Messages } from './i18n';

export interface PageProps {
  /** The id of the app, for pages of an app; else empty. */
  readonly app: string;
}

export interface PageEntry extends Address {
  readonly id: keyof Messages['titles'];
  readonly group: 'build' | 'watch' | 'server';
  /** The letter behind `g`; null for a page without one. */
  readonly key: string | null;
  /** `hidden` pages are reached from others, and stand in the palette alone. */
  readonly place: 'navigation' | 'hidden';
  readonly load: () => Promise<{ readonly Page: ComponentType<PageProps> }>;
}

export const PAGES: readonly PageEntry[] = [
  server('apps', 'apps', 'a', () => import('./pages/apps')),
  server('newApp', 'new-app', null, () => import('./pages/new-app'), 'hidden'),
  server('account', 'account', null, () => import('./pages/account'), 'hidden'),

  app('overview', '', 'o', 'build', () => import('./pages/overview')),
  app('start', 'getting-started', 's', 'build', () => import('./pages/start')),
  app('keys', 'keys', 'k', 'build', () => import('./pages/keys')),
  app('settings', 'settings', 't', 'build', () => import('./pages/settings')),

  app('debug', 'debug', 'd', 'watch', () => import('./pages/debug')),
  app('channels', 'channels', 'c', 'watch', () => import('./pages/channels')),
  app('connections', 'connections', 'n', 'watch', () => import('./pages/connections')),
  app('presence', 'presence', 'p', 'watch', () => import('./pages/presence')),
  app('stats', 'stats', 'i', 'watch', () => import('./pages/stats')),
  app('webhooks', 'webhooks', 'w', 'watch', () => import('./pages/webhooks')),
  app('errors', 'errors', 'e', 'watch', () => import('./pages/errors')),

  server('system', 'system', 'y', () => import('./pages/system')),
];

function app(id: PageEntry['id'], path: string, key: string | null, group: PageEntry['group'], load: PageEntry['load']): PageEntry {
  return { scope: 'app', id, path, key, group, place: 'navigation', load };
}

function server(id: PageEntry['id'], path: string, key: string | null, load: PageEntry['load'], place: PageEntry['place'] = 'navigation'): PageEntry {
  return { scope: 'server', id, path, key, group: 'server', place, load };
}
