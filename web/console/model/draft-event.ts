/** An event that an operator is about to send, and what is wrong with it so far. */

import type { LiveEvent, NewEvent } from './contract';
import { jsonError, type JsonError } from './json';

/** The fields as they are typed. */
export interface DraftEvent {
  readonly channel: string;
  readonly event: string;
  readonly data: string;
  /** Whether the data goes out as it is, and need not be JSON. */
  readonly plain: boolean;
  /** A connection that does not get it; empty for none. */
  readonly socket: string;
  readonly repeat: string;
  /** The user in whose name it goes out; null for an event of the API. */
  readonly user: string | null;
}

export const EMPTY_DRAFT: DraftEvent = { channel: '', event: '', data: '{}', plain: false, socket: '', repeat: '1', user: null };

export type Problem = 'missing' | 'not-client' | 'no-client-channel' | 'not-a-count' | JsonError;

/** By field; a field without an entry is right. */
export type Problems = { -readonly [F in keyof DraftEvent]?: Problem };

export function problemsOf(draft: DraftEvent): Problems {
  const problems: Problems = {};
  if (draft.channel.trim() === '') problems.channel = 'missing';
  if (draft.event.trim() === '') problems.event = 'missing';
  const json = draft.plain ? null : jsonError(draft.data);
  if (json !== null) problems.data = json;
  if (!isCount(draft.repeat)) problems.repeat = 'not-a-count';
  if (draft.user !== null) Object.assign(problems, clientProblems(draft.user, draft));
  return problems;
}

/** What the request carries; only of a draft without problems. */
export function newEvent(draft: DraftEvent): NewEvent {
  return {
    channel: draft.channel.trim(),
    event: draft.event.trim(),
    data: draft.data,
    ...(draft.socket.trim() === '' ? {} : { socket_id: draft.socket.trim() }),
    ...(Number(draft.repeat) === 1 ? {} : { repeat: Number(draft.repeat) }),
    ...(draft.user === null ? {} : { as_user: draft.user.trim() }),
  };
}

/** A message that was sent, to be sent again as it was. */
export function draftOf({ channel = '', event = '', data = '{}' }: LiveEvent): DraftEvent {
  return { ...EMPTY_DRAFT, channel, event, data, plain: jsonError(data) !== null };
}

/** The field of the form that a request calls so; null for what is no matter of one field. */
export function fieldOf(name: string | null): keyof DraftEvent | null {
  return name === null ? null : (FIELDS.get(name) ?? null);
}

/** Client events have names of their own, and only private and presence channels take them (docs/protocol.md). */
function clientProblems(user: string, { channel, event }: DraftEvent): Problems {
  return {
    ...(user.trim() === '' ? { user: 'missing' } : {}),
    ...(event.trim() === '' || event.startsWith('client-') ? {} : { event: 'not-client' }),
    ...(channel.trim() === '' || /^(private-(?!encrypted-)|presence-)/.test(channel.trim()) ? {} : { channel: 'no-client-channel' }),
  };
}

function isCount(text: string): boolean {
  return /^\d{1,3}$/.test(text.trim()) && Number(text) >= 1 && Number(text) <= MOST_REPEATS;
}

export const MOST_REPEATS = 100;

const FIELDS: ReadonlyMap<string, keyof DraftEvent> = new Map([
  ['channel', 'channel'],
  ['event', 'event'],
  ['data', 'data'],
  ['socket_id', 'socket'],
  ['repeat', 'repeat'],
  ['as_user', 'user'],
]);
