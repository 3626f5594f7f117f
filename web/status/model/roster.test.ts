/** The roster's rules: order by serial, gaps, revisions, harmless names (docs/status.md 3.4). */

import { describe, expect, test } from 'vitest';
import { rosterFrame, type RosterFrame } from './frames';
import { Roster } from './roster';

const info = (status: string, rev: number) => ({ status, rev, updated_at: 1 });

function frame(event: string, data: unknown): RosterFrame {
  const parsed = rosterFrame(`pusher_internal:${event}`, data);
  if (parsed === null) throw new Error(`not a roster frame: ${event}`);
  return parsed;
}

const snapshot = (serial: number, hash: Record<string, unknown>) =>
  frame('subscription_succeeded', { presence: { count: Object.keys(hash).length, ids: Object.keys(hash), hash, serial } });
const added = (serial: number, user: string, status: string, rev: number) =>
  frame('member_added', { user_id: user, user_info: info(status, rev), serial });
const updated = (serial: number, user: string, status: string, rev: number) =>
  frame('member_updated', { user_id: user, user_info: info(status, rev), serial });
const removed = (serial: number, user: string) => frame('member_removed', { user_id: user, serial });

function view(roster: Roster): Record<string, string | null> {
  return Object.fromEntries([...roster.members].map(([user, member]) => [user, member.info?.status ?? null]));
}

function after(...frames: RosterFrame[]): { roster: Roster; results: string[] } {
  const roster = new Roster();
  return { results: frames.map((each) => roster.handle(each).result), roster };
}

describe('order', () => {
  test('c7 differences before the snapshot are queued, then applied by serial', () => {
    const { roster, results } = after(
      added(7, 'bo', 'second', 2),
      updated(6, 'ana', 'old news', 1),
      removed(8, 'cy'),
      snapshot(6, { ana: info('newest', 3), cy: info('leaving', 1) }),
    );
    expect(results).toEqual(['queued', 'queued', 'queued', 'applied']);
    expect(view(roster)).toEqual({ ana: 'newest', bo: 'second' });
  });

  test('c7 a missing serial is a gap; the next snapshot repairs it and what was queued follows', () => {
    const { roster, results } = after(snapshot(1, { ana: info('a', 1) }), updated(3, 'ana', 'c', 3));
    expect(results).toEqual(['applied', 'gap']);
    expect(view(roster)).toEqual({ ana: 'a' });
    roster.handle(updated(4, 'ana', 'd', 4));
    roster.handle(snapshot(3, { ana: info('c', 3) }));
    expect(view(roster)).toEqual({ ana: 'd' });
  });

  test('a gap inside the queue asks for a new subscription too', () => {
    expect(after(added(9, 'bo', 'b', 1), snapshot(5, {})).results).toEqual(['queued', 'gap']);
  });

  test('repeated and late frames change nothing', () => {
    const late = [added(2, 'bo', 'b', 1), removed(2, 'ana'), snapshot(1, {})];
    const { roster, results } = after(snapshot(2, { ana: info('a', 1) }), ...late);
    expect(results).toEqual(['applied', 'ignored', 'ignored', 'ignored']);
    expect(view(roster)).toEqual({ ana: 'a' });
  });

  test('a repeated snapshot with a newer serial replaces the roster', () => {
    const { roster } = after(snapshot(2, { ana: info('a', 1), bo: info('b', 1) }), snapshot(3, { ana: info('mine', 2) }));
    expect(view(roster)).toEqual({ ana: 'mine' });
    expect(roster.handle(added(4, 'cy', 'c', 1)).result).toBe('applied');
  });

  test('a new subscription may count from a lower serial', () => {
    const { roster } = after(snapshot(900, { ana: info('a', 1) }));
    roster.detach();
    expect(view(roster)).toEqual({ ana: 'a' });
    expect(roster.handle(snapshot(1, { bo: info('b', 1) })).result).toBe('applied');
    expect(view(roster)).toEqual({ bo: 'b' });
  });

  test('without serials every frame is applied as it comes', () => {
    const { roster } = after(
      frame('subscription_succeeded', { presence: { count: 0, ids: [], hash: {} } }),
      frame('member_added', { user_id: 'ana', user_info: { status: 'a' } }),
      frame('member_added', { user_id: 'ana', user_info: { status: 'b' } }),
    );
    expect(view(roster)).toEqual({ ana: 'b' });
  });
});

describe('revisions', () => {
  test('c11 the highest revision wins, in whatever order frames come', () => {
    const { roster } = after(snapshot(1, { ana: info('a', 5) }), updated(2, 'ana', 'older', 4));
    expect(view(roster)).toEqual({ ana: 'a' });
  });

  test('c11 an answer to my own write is not undone by a snapshot that was under way', () => {
    const { roster } = after(snapshot(1, { me: info('old', 1) }));
    roster.handleOwn('me', { status: 'new', rev: 2, updatedAt: 1 });
    roster.handle(snapshot(2, { me: info('old', 1) }));
    expect(view(roster)).toEqual({ me: 'new' });
  });
});

describe('bad data', () => {
  test('c16 a member without usable info keeps a row and nobody else is touched', () => {
    const { roster } = after(snapshot(1, { ana: info('a', 1), bad: null, worse: { status: 7 }, list: ['x'] }));
    expect(view(roster)).toEqual({ ana: 'a', bad: null, worse: null, list: null });
  });

  test('c16 frames that make no sense are dropped', () => {
    expect(rosterFrame('pusher_internal:member_added', { user_info: {} })).toBeNull();
    expect(rosterFrame('pusher_internal:subscription_succeeded', { presence: 3 })).toBeNull();
    expect(rosterFrame('pusher_internal:member_added', 'not json')).toBeNull();
    expect(rosterFrame('client-status-update', { user_id: 'ana' })).toBeNull();
  });

  test('s13 no name is special', () => {
    const hash = JSON.parse('{"__proto__":{"status":"p","rev":1},"constructor":{"status":"c","rev":1},"me":{"status":"m","rev":1}}');
    const { roster } = after(snapshot(1, hash), removed(2, 'constructor'), added(3, 'toString', 't', 1));
    expect([...roster.members.keys()]).toEqual(['__proto__', 'me', 'toString']);
  });

  test('c3 any interleaving of joins, leaves and updates ends with the server’s table', () => {
    const random = generator(20_240_601);
    const truth = new Map<string, { status: string; rev: number; updated_at: number }>();
    const { roster } = after(snapshot(0, {}));
    for (let serial = 1; serial <= 1_000; serial += 1) {
      const user = `user ${random(20)}`;
      const known = truth.get(user);
      if (known !== undefined && random(3) === 0) {
        truth.delete(user);
        roster.handle(removed(serial, user));
        continue;
      }
      const next = info(`status ${serial}`, serial);
      truth.set(user, next);
      roster.handle(frame('member_added', { user_id: user, user_info: next, serial }));
    }
    expect(view(roster)).toEqual(Object.fromEntries([...truth].map(([user, { status }]) => [user, status])));
  });
});

/** A small linear congruential generator: the same run every time. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
