/** What is shown of connections, and how their table sorts, which the server need not be asked for: all that it lists are here. */

import type { Connection } from './contract';

/** A column by which it sorts; each has the order that is of interest. */
export type ConnectionSort = 'opened' | 'pending' | 'rtt' | 'messages' | 'subscriptions' | 'user';

export const CONNECTION_SORTS: readonly ConnectionSort[] = ['opened', 'pending', 'rtt', 'messages', 'subscriptions', 'user'];

/** The newest first, or whoever has most of something; slow ones always before others that owe as much. */
export function sorted(connections: readonly Connection[], by: ConnectionSort): readonly Connection[] {
  const compare = COMPARISONS[by];
  return [...connections].sort((a, b) => compare(a, b) || (a.socket < b.socket ? -1 : 1));
}

/** The client and its version, as far as it told them; null where it told neither. */
export function clientOf({ client, client_version: version }: Connection): string | null {
  const told = [client, version].filter((part) => part !== null);
  return told.length === 0 ? null : told.join(' ');
}

const COMPARISONS: Readonly<Record<ConnectionSort, (a: Connection, b: Connection) => number>> = {
  opened: (a, b) => b.opened_at - a.opened_at,
  pending: (a, b) => Number(b.slow) - Number(a.slow) || b.pending_bytes - a.pending_bytes,
  rtt: (a, b) => (b.rtt_ms ?? -1) - (a.rtt_ms ?? -1),
  messages: (a, b) => b.messages_in + b.messages_out - a.messages_in - a.messages_out,
  subscriptions: (a, b) => b.subscriptions - a.subscriptions,
  // Those who are nobody stand last.
  user: (a, b) => Number(a.user === null) - Number(b.user === null) || (a.user ?? '').localeCompare(b.user ?? ''),
};
