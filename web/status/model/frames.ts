/**
 * Pusher frames about the roster, parsed at the border: whatever arrives becomes a `RosterFrame` or is dropped.
 *
 * Member info is `{status, rev, updated_at}` (docs/status.md section 0); anything else degrades that member alone (C16).
 */

import { record } from '../../shared/http';

/** What is known of a member's status. */
export interface Info {
  readonly status: string;
  /** The server's revision of it; null from a server that gives none, which then counts as the newest. */
  readonly rev: number | null;
  readonly updatedAt: number | null;
}

/** A person in the room; `info` is null when the server's data about them made no sense. */
export interface Member {
  readonly user: string;
  readonly info: Info | null;
}

/** One frame; `serial` is null where the app's `member_updates` is off (docs/status.md 3.4, R16). */
export type RosterFrame =
  | { readonly kind: 'snapshot'; readonly serial: number | null; readonly members: readonly Member[] }
  | { readonly kind: 'set'; readonly serial: number | null; readonly member: Member }
  | { readonly kind: 'remove'; readonly serial: number | null; readonly user: string };

/** Reads an event as pusher-js hands it to `connection.bind('message')`; null when it is not about the roster. */
export function rosterFrame(event: string, data: unknown): RosterFrame | null {
  const body = record(typeof data === 'string' ? parsedJson(data) : data);
  if (body === null) return null;
  switch (event) {
    case 'pusher_internal:subscription_succeeded':
      return snapshot(record(body['presence']));
    case 'pusher_internal:member_added':
    case 'pusher_internal:member_updated':
      return memberSet(body);
    case 'pusher_internal:member_removed':
      return memberRemoved(body);
    default:
      return null;
  }
}

/** Reads a member's info; also the shape of the page's own status in `/api/` answers once renamed. */
export function memberInfo(value: unknown): Info | null {
  const body = record(value);
  if (body === null || typeof body['status'] !== 'string') return null;
  return { status: cut(body['status']), rev: integer(body['rev']), updatedAt: moment(body['updated_at']) };
}

function snapshot(presence: Record<string, unknown> | null): RosterFrame | null {
  const hash = record(presence?.['hash']);
  if (presence === null || hash === null) return null;
  const members = new Map(Object.entries(hash).map(([user, info]) => [user, { user, info: memberInfo(info) }]));
  // Whoever has an id and no info at all is here too.
  for (const user of Array.isArray(presence['ids']) ? presence['ids'].map(userId) : []) {
    if (user !== null && !members.has(user)) members.set(user, { user, info: null });
  }
  return { kind: 'snapshot', serial: integer(presence['serial']), members: [...members.values()] };
}

function memberSet(body: Record<string, unknown>): RosterFrame | null {
  const user = userId(body['user_id']);
  if (user === null) return null;
  return { kind: 'set', serial: integer(body['serial']), member: { user, info: memberInfo(body['user_info']) } };
}

function memberRemoved(body: Record<string, unknown>): RosterFrame | null {
  const user = userId(body['user_id']);
  return user === null ? null : { kind: 'remove', serial: integer(body['serial']), user };
}

function userId(value: unknown): string | null {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : null;
}

function integer(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** Milliseconds that a `Date` can hold; others throw when they are printed, and would take the whole list with them. */
function moment(value: unknown): number | null {
  const ms = integer(value);
  return ms !== null && ms <= LAST_MS ? ms : null;
}

/** What no server of ours stores, and another may send, is cut rather than drawn over screens. */
function cut(status: string): string {
  return status.length <= LONGEST ? status : `${Array.from(status).slice(0, LONGEST).join('')}…`;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const LAST_MS = 8.64e15;
/** Above the 560 bytes of a status (docs/status.md S6), in characters. */
const LONGEST = 600;
