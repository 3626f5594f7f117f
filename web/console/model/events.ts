/** The types of events of the debug console (docs/console.md 2.8), in the order in which the check boxes stand. */

import type { LiveEvent, LiveType } from './contract';

export const EVENT_TYPES = [
  'connection', 'disconnection', 'occupied', 'vacated', 'subscribed', 'unsubscribed', 'api_message', 'client_event',
  'member_added', 'member_removed', 'member_updated', 'error', 'api_error', 'client_error', 'webhook_sent',
  'webhook_failed', 'status_change', 'auth', 'rate_limit',
] as const satisfies readonly LiveType[];

/** What a type is a case of, for its colour; the label says which it is. */
export type Tone = 'connection' | 'channel' | 'message' | 'presence' | 'error' | 'other';

export function toneOf(type: LiveType): Tone {
  return TONES[type];
}

/** Whether an event can be sent again: a message of the API can, unless part of its text was `cut`; what is no such message never. */
export function replayOf({ type, channel, event, data, data_cut: cut }: LiveEvent): 'whole' | 'cut' | 'never' {
  if (type !== 'api_message' || channel === undefined || event === undefined || data === undefined) return 'never';
  return cut === true ? 'cut' : 'whole';
}

const TONES: Readonly<Record<LiveType, Tone>> = {
  connection: 'connection',
  disconnection: 'connection',
  occupied: 'channel',
  vacated: 'channel',
  subscribed: 'channel',
  unsubscribed: 'channel',
  api_message: 'message',
  client_event: 'message',
  member_added: 'presence',
  member_removed: 'presence',
  member_updated: 'presence',
  error: 'error',
  api_error: 'error',
  client_error: 'error',
  webhook_sent: 'other',
  webhook_failed: 'error',
  status_change: 'presence',
  auth: 'other',
  rate_limit: 'error',
};
