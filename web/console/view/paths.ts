/** Where the pages that watch link to each other. */

import { withQuery } from '../model/client';
import { pathTo } from '../model/location';

export function channelPath(app: string, channel: string): string {
  return withQuery(pathTo('apps', app, 'channels'), { channel });
}

export function connectionPath(app: string, socket: string): string {
  return withQuery(pathTo('apps', app, 'connections'), { socket });
}

/** The debug console with a filter. */
export function debugPath(app: string, filter: string): string {
  return withQuery(pathTo('apps', app, 'debug'), { q: filter });
}

/** A value as the filter language takes it, whatever is in it. */
export function filterValue(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
