/**
 * Whatever happens to frames on the way, a page ends with the server's table (docs/status.md C3, C7, C11, R16, R17).
 *
 * A model of the server and of the wire: frames are lost, doubled and late, connections break, snapshots come late and repeat,
 * member info is broken, and the answer to one's own write overtakes the frames that were sent before it.
 */

import { expect, test } from 'vitest';
import { memberInfo, rosterFrame, type RosterFrame } from './frames';
import { Roster } from './roster';

test.each(Array.from({ length: 200 }, (_, seed) => [seed]))('c3 c7 c11 a page converges to the truth, seed %i', (seed) => {
  const world = new World(seed);
  for (let turn = 0; turn < 300; turn += 1) world.turn();
  world.settle();
  expect(world.shown()).toEqual(world.truth());
});

type Sent = { readonly event: string; readonly data: Record<string, unknown> };

class World {
  readonly #random: (below: number) => number;
  readonly #table = new Map<string, unknown>();
  readonly #roster = new Roster();
  #serial = 0;
  #rev = 0;
  #ownRev = 0;
  /** What is on its way, oldest first; null while the page has no subscription. */
  #wire: Sent[] | null = null;

  constructor(seed: number) {
    this.#random = generator(seed);
    this.#table.set('me', this.#info());
    this.#subscribe();
  }

  turn(): void {
    const happens = this.#random(20);
    if (happens < 10) this.#change();
    else if (happens < 17) this.#deliver();
    else if (happens === 17) this.#lose();
    else if (happens === 18) this.#reconnect();
    else this.#write();
  }

  /** Everything arrives, and one more change shows whether something was lost before. */
  settle(): void {
    while (this.#wire !== null && this.#wire.length > 0) this.#deliver();
    this.#tell('member_added', 'fence', this.#put('fence'));
    while (this.#wire !== null && this.#wire.length > 0) this.#deliver();
  }

  shown(): unknown {
    return sorted([...this.#roster.members].map(([user, { info }]) => [user, info]));
  }

  truth(): unknown {
    return sorted([...this.#table].map(([user, info]) => [user, memberInfo(info)]));
  }

  /** Several changes of one turn of the server go out back to back, each with its own serial. */
  #change(): void {
    for (let count = this.#random(4); count >= 0; count -= 1) {
      const user = ['__proto__', 'constructor', '7', 'ana', 'bo', 'cy', 'di'][this.#random(7)]!;
      if (this.#table.delete(user) && this.#random(2) === 0) this.#tell('member_removed', user);
      else this.#tell(this.#random(2) === 0 ? 'member_added' : 'member_updated', user, this.#put(user));
    }
    if (this.#random(6) === 0) this.#mirror();
  }

  /** The roster anew, as the app's mirror sends it to a member whose own info changed. */
  #mirror(): void {
    this.#serial += 1;
    this.#wire?.push(this.#snapshot());
  }

  #write(): void {
    this.#tell('member_updated', 'me', this.#put('me', this.#info()));
    const info = memberInfo(this.#table.get('me'));
    if (info !== null) this.#roster.handleOwn('me', info);
    this.#checkOwn();
  }

  #put(user: string, info = this.#random(6) === 0 ? this.#broken() : this.#info()): unknown {
    this.#table.set(user, info);
    return info;
  }

  #info(): unknown {
    this.#rev += 1;
    return { status: `status ${this.#rev}`, rev: this.#rev, updated_at: this.#rev };
  }

  #broken(): unknown {
    return [null, [], 7, 'text', { status: 7 }, { status: null, rev: 1 }, {}][this.#random(7)];
  }

  #tell(event: string, user: string, info?: unknown): void {
    this.#serial += 1;
    this.#wire?.push({ event, data: { user_id: user, ...(info === undefined ? {} : { user_info: info }), serial: this.#serial } });
  }

  #snapshot(): Sent {
    const hash = Object.fromEntries(this.#table);
    const presence = { count: this.#table.size, ids: [...this.#table.keys()], hash, serial: this.#serial };
    return { event: 'subscription_succeeded', data: { presence } };
  }

  #subscribe(): void {
    this.#wire = [this.#snapshot()];
  }

  /** Now and then a frame comes twice, or two change places; what comes too early shows a gap. */
  #deliver(): void {
    const wire = this.#wire;
    if (wire === null || wire.length === 0) return;
    if (wire.length > 1 && this.#random(12) === 0) [wire[0], wire[1]] = [wire[1]!, wire[0]!];
    const sent = wire.shift()!;
    if (this.#random(12) === 0 && sent.event !== 'subscription_succeeded') wire.splice(this.#random(wire.length + 1), 0, sent);
    const outcome = this.#roster.handle(frame(sent));
    if (outcome.result === 'gap') this.#subscribe();
    this.#checkOwn();
  }

  /** What I wrote and was told to be stored never looks undone, whatever older news arrives. */
  #checkOwn(): void {
    const rev = this.#roster.members.get('me')?.info?.rev ?? 0;
    expect(rev).toBeGreaterThanOrEqual(this.#ownRev);
    this.#ownRev = rev;
  }

  /** Only differences: a snapshot that never comes is for `Subscription` to notice. */
  #lose(): void {
    if (this.#wire?.[0]?.event !== 'subscription_succeeded') this.#wire?.shift();
  }

  #reconnect(): void {
    this.#roster.detach();
    this.#subscribe();
  }
}

/** As the wire carries it: text, so that `__proto__` is a key like any other. */
function frame({ event, data }: Sent): RosterFrame {
  const parsed = rosterFrame(`pusher_internal:${event}`, JSON.stringify(data));
  if (parsed === null) throw new Error(`not a roster frame: ${event}`);
  return parsed;
}

function sorted(entries: [string, unknown][]): unknown {
  return entries.sort(([one], [other]) => (one < other ? -1 : 1));
}

/** A small linear congruential generator: the same run every time. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
