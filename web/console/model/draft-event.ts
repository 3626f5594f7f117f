/** An event that an operator is about to send, and what is wrong with it so far. */

import type { LiveEvent, NewEvent } from './contract';
import { jsonError, type JsonError } from './json';

/** The fields as they are typed. */
export interface DraftEvent {
  readonly channel: string;
  readonly event: string;
  readonly data: string;
  /** A connection that does not get it; empty for none. */
  readonly socket: string;
  readonly repeat: string;
  /** The user in whose name it goes out; null for an event of the API. */
  readonly user: string | null;
}

export const EMPTY_DRAFT: DraftEvent = { channel: '', event: '', data: '{}', socket: '', repeat: '1', user: null };

export type Problem = 'missing' | 'not-client' | 'no-client-channel' | 'not-a-count' | JsonError;

/** By field; a field without an entry is right. */
export type Problems = { -readonly [F in keyof DraftEvent]?: Problem };

export function problemsOf(draft: DraftEvent): Problems {
  const problems: Problems = {};
  if (draft.channel.trim() === '') problems.channel = 'missing';
  if (draft.event.trim() === '') problems.event = 'missing';
  const json = jsonError(draft.data);
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

/** A message that was sent, to be sent again. */
export function draftOf(event: LiveEvent): DraftEvent {
  return { ...EMPTY_DRAFT, channel: event.channel ?? '', event: event.event ?? '', data: event.data ?? '{}' };
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
