/**
 * Who is here and what they are up to: snapshots and changes merged by serial, statuses by revision.
 *
 * Pure: frames in, changes out, no clock, no DOM, no Pusher. A `Map` holds the members, so no name is special (docs/status.md S13).
 * The members stay readable while detached: a stale list is better than none (C17).
 */

import type { Info, Member, RosterFrame } from './frames';

/** What a frame did to the members, for rows to follow and for announcements. */
export interface Change {
  readonly kind: 'joined' | 'left' | 'changed';
  readonly member: Member;
}

/** `gap`: a frame is missing; the caller must subscribe anew, and this roster waits for that snapshot. */
export interface Outcome {
  readonly result: 'applied' | 'queued' | 'ignored' | 'gap';
  readonly changes: readonly Change[];
}

type Difference = Exclude<RosterFrame, { kind: 'snapshot' }>;

export class Roster {
  readonly #members = new Map<string, Member>();
  /** Differences that came before the snapshot they build on (docs/status.md C7). */
  #queue: Difference[] = [];
  #serial: number | null = null;
  #attached = false;

  get members(): ReadonlyMap<string, Member> {
    return this.#members;
  }

  /** Whether a snapshot of the current subscription has been applied. */
  get attached(): boolean {
    return this.#attached;
  }

  /** The subscription ended: serials start anew with the next one. */
  detach(): void {
    this.#attached = false;
    this.#serial = null;
    this.#queue = [];
  }

  /** Forgets everybody, for a change of user. */
  clear(): void {
    this.detach();
    this.#members.clear();
  }

  handle(frame: RosterFrame): Outcome {
    if (frame.kind === 'snapshot') return this.#handleSnapshot(frame.serial, frame.members);
    if (!this.#attached) return this.#queued(frame);
    return this.#handleDifference(frame);
  }

  /** Takes what the server answered to the user's own write, unless a newer revision is already known. */
  handleOwn(user: string, info: Info): Outcome {
    if (!this.#members.has(user)) return IGNORED;
    return applied(this.#set({ user, info }));
  }

  #handleSnapshot(serial: number | null, members: readonly Member[]): Outcome {
    const stale = this.#attached && serial !== null && this.#serial !== null && serial < this.#serial;
    if (stale) return IGNORED;
    const queue = this.#queue;
    this.#queue = [];
    this.#attached = true;
    this.#serial = serial;
    const changes = this.#replace(members);
    return this.#drained(queue, changes);
  }

  #replace(members: readonly Member[]): Change[] {
    const present = new Set(members.map((member) => member.user));
    const gone = [...this.#members.keys()].filter((user) => !present.has(user));
    return [...gone.flatMap((user) => this.#remove(user)), ...members.flatMap((member) => this.#set(member))];
  }

  #drained(queue: Difference[], changes: Change[]): Outcome {
    const ordered = queue.sort((one, other) => (one.serial ?? 0) - (other.serial ?? 0));
    for (const frame of ordered) {
      const outcome = this.handle(frame);
      changes.push(...outcome.changes);
      if (outcome.result === 'gap') return { result: 'gap', changes };
    }
    return applied(changes);
  }

  #handleDifference(frame: Difference): Outcome {
    if (frame.serial !== null && this.#serial !== null) {
      if (frame.serial <= this.#serial) return IGNORED;
      if (frame.serial > this.#serial + 1) return this.#gap(frame);
    }
    this.#serial = frame.serial ?? this.#serial;
    return applied(frame.kind === 'set' ? this.#set(frame.member) : this.#remove(frame.user));
  }

  #queued(frame: Difference): Outcome {
    // Past the limit the oldest go; the snapshot then shows a gap and a new subscription repairs it.
    if (this.#queue.length >= QUEUE_LIMIT) this.#queue.shift();
    this.#queue.push(frame);
    return { result: 'queued', changes: [] };
  }

  #gap(frame: Difference): Outcome {
    this.detach();
    this.#queue.push(frame);
    return { result: 'gap', changes: [] };
  }

  #set(member: Member): Change[] {
    const known = this.#members.get(member.user);
    if (known === undefined) {
      this.#members.set(member.user, member);
      return [{ kind: 'joined', member }];
    }
    if (!replaces(member.info, known.info)) return [];
    this.#members.set(member.user, member);
    return [{ kind: 'changed', member }];
  }

  #remove(user: string): Change[] {
    const member = this.#members.get(user);
    if (member === undefined) return [];
    this.#members.delete(user);
    return [{ kind: 'left', member }];
  }
}

/** The highest revision wins, in whatever order frames and answers arrive (docs/status.md R14, C11). */
export function replaces(incoming: Info | null, known: Info | null): boolean {
  // What makes no sense to a newcomer makes none to anybody (R17).
  if (incoming === null || known === null) return incoming !== known;
  if (incoming.rev === null || known.rev === null) {
    return incoming.status !== known.status || incoming.updatedAt !== known.updatedAt;
  }
  return incoming.rev > known.rev;
}

function applied(changes: readonly Change[]): Outcome {
  return { result: 'applied', changes };
}

const IGNORED: Outcome = { result: 'ignored', changes: [] };
const QUEUE_LIMIT = 10_000;
