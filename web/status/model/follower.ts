/**
 * Brings the rows in step with the roster, once per animation frame whatever arrives (docs/status.md 4.1).
 *
 * It notes who is touched, not what happened: the roster knows the outcome, so a burst costs one comparison per person.
 * New statuses show with the next frame. Who comes and goes moves everybody below, so the more of them, the rarer: 50 ms
 * for each, up to once a second.
 */

import type { Info } from './frames';
import type { People } from './people';
import type { Change, Roster } from './roster';

/** `snapshot`: the touch brings the page up to date rather than tells what just happened. */
export type Origin = 'snapshot' | 'difference';

/** Told what became of the rows; `news` are the changes that just happened. */
export type Followed = (news: readonly Change[]) => void;

export class Follower {
  readonly #roster: Roster;
  readonly #people: People;
  readonly #followed: Followed;
  readonly #touched = new Map<string, Origin>();
  #frame: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #calmMs = Number.NEGATIVE_INFINITY;

  constructor(roster: Roster, people: People, followed: Followed) {
    this.#roster = roster;
    this.#people = people;
    this.#followed = followed;
  }

  /** Notes that the roster changed; a snapshot shows at once, as the page waits for it. */
  note(changes: readonly Change[], origin: Origin): void {
    for (const { member } of changes) {
      if (this.#touched.get(member.user) !== 'difference') this.#touched.set(member.user, origin);
    }
    if (origin === 'snapshot') this.#follow();
    else if (this.#touched.size > 0) this.#schedule();
  }

  stop(): void {
    this.#unschedule();
    this.#touched.clear();
  }

  #follow(): void {
    this.#unschedule();
    const ripe = this.#ripe();
    const news = ripe.filter(([, origin]) => origin === 'difference').map(([change]) => change);
    this.#people.apply(ripe.map(([change]) => change));
    const moves = news.filter((change) => change.kind !== 'changed').length;
    if (moves > 0) this.#calmMs = performance.now() + Math.min(moves * CALM_MS, MOST_MS);
    if (news.length > 0) this.#followed(news);
    if (this.#touched.size > 0) this.#timer = setTimeout(() => this.#follow(), this.#calmMs - performance.now());
  }

  /** Takes what may show now out of what was touched; moves of a storm stay for later, all but those of a snapshot. */
  #ripe(): [Change, Origin][] {
    const calm = performance.now() >= this.#calmMs;
    const ripe: [Change, Origin][] = [];
    for (const [user, origin] of this.#touched) {
      const change = this.#change(user);
      if (change !== null && change.kind !== 'changed' && origin === 'difference' && !calm) continue;
      this.#touched.delete(user);
      if (change !== null) ripe.push([change, origin]);
    }
    return ripe;
  }

  /** What the rows lack of what the roster knows about a person. */
  #change(user: string): Change | null {
    const member = this.#roster.members.get(user);
    const row = this.#people.row(user)?.peek();
    if (member === undefined) return row === undefined ? null : { kind: 'left', member: row };
    if (row === undefined) return { kind: 'joined', member };
    return sameInfo(row.info, member.info) ? null : { kind: 'changed', member };
  }

  /** A hidden tab gets no animation frames, so a timer stands in for them. */
  #schedule(): void {
    this.#frame ??= requestAnimationFrame(() => this.#follow());
    this.#timer ??= setTimeout(() => this.#follow(), HIDDEN_MS);
  }

  #unschedule(): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
    [this.#frame, this.#timer] = [undefined, undefined];
  }
}

function sameInfo(one: Info | null, other: Info | null): boolean {
  return one?.status === other?.status && one?.rev === other?.rev && one?.updatedAt === other?.updatedAt;
}

const CALM_MS = 50;
const MOST_MS = 1_000;
const HIDDEN_MS = 1_000;
