/** What the debug console is about: events of an app as the server tells them (docs/console.md 2.8), parsed once at the border. */

import { record } from '../../shared/http';

/** Every type of event, in the order in which the check boxes stand. */
export const EVENT_TYPES = [
  'connection', 'disconnection', 'occupied', 'vacated', 'subscribed', 'unsubscribed', 'api_message', 'client_event',
  'member_added', 'member_removed', 'member_updated', 'error', 'api_error', 'client_error', 'webhook_sent',
  'webhook_failed', 'status_change', 'auth', 'rate_limit',
] as const;

export type EventType = (typeof EVENT_TYPES)[number];

export interface DebugEvent {
  /** Serial of the app; grows, and has gaps where the server samples. */
  readonly n: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly type: EventType;
  readonly socket?: string;
  readonly user?: string;
  readonly channel?: string;
  readonly event?: string;
  /** Bytes. */
  readonly size?: number;
  readonly latency_us?: number;
  /** Text, at most 10,000 bytes of it. */
  readonly data?: string;
  readonly data_cut?: true;
  /** Of an error: which one, the code that was sent, the sentence, and the setting that would cure it. */
  readonly kind?: string;
  readonly code?: number;
  readonly message?: string;
  readonly setting?: string;
  readonly suggested?: unknown;
  /** A client event in a user's name that an operator sent from here. */
  readonly impersonated?: true;
}

/** What one message of the live channel holds. */
export interface Batch {
  readonly events: readonly DebugEvent[];
  /** How many happened since the message before, and how many of those are told. */
  readonly seen: number;
  readonly shown: number;
}

/** Null for what is no batch; an event of a type that this page does not know is left out of it. */
export function batchOf(value: unknown): Batch | null {
  const body = record(value);
  if (body === null || !Array.isArray(body['events'])) return null;
  const events = body['events'].map(eventOf).filter((event) => event !== null);
  const { seen, shown } = body;
  return {
    events,
    seen: typeof seen === 'number' ? seen : events.length,
    shown: typeof shown === 'number' ? shown : events.length,
  };
}

/** Null for what lacks a serial, a time or a type; every other property is left out unless it has the right form. */
export function eventOf(value: unknown): DebugEvent | null {
  const body = record(value);
  const { n, at, type } = body ?? {};
  if (body === null || typeof n !== 'number' || typeof at !== 'number' || !isEventType(type)) return null;
  const known = PROPERTIES.filter(([key, form]) => typeof body[key] === form).map(([key]) => [key, body[key]]);
  const suggested = 'suggested' in body ? { suggested: body['suggested'] } : {};
  return { n, at, type, ...Object.fromEntries(known), ...suggested };
}

export function isEventType(value: unknown): value is EventType {
  return typeof value === 'string' && (EVENT_TYPES as readonly string[]).includes(value);
}

const PROPERTIES = [
  ['socket', 'string'], ['user', 'string'], ['channel', 'string'], ['event', 'string'], ['size', 'number'],
  ['latency_us', 'number'], ['data', 'string'], ['data_cut', 'boolean'], ['kind', 'string'], ['code', 'number'],
  ['message', 'string'], ['setting', 'string'], ['impersonated', 'boolean'],
] as const;
