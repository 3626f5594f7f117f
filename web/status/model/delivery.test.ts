/** The way of an edit to the server: retries, limits, being offline, lost answers, reloads (docs/status.md C10, R15, S14). */

import { signal } from '@preact/signals';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Failure, Reply } from '../../shared/http';
import { Delivery, type Edit } from './delivery';
import type { Info } from './frames';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const status = (text: string, rev: number): Info => ({ status: text, rev, updatedAt: 1 });
const fails = (code: number, retryAfterSeconds: number | null = null): Reply<Info> => {
  const failure: Failure = { status: code, code: 'x', message: '', field: null, reason: null, retryAfterSeconds };
  return { ok: false, failure };
};

interface Put {
  readonly text: string;
  readonly mutation: string;
  readonly ifRev: number | null;
}

/** `answers` are given in turn; then the server stores what it gets, each mutation once. */
function delivering(answers: Reply<Info>[] = [], kept: Edit | null = null) {
  const world = {
    known: signal(status('known', 1)),
    puts: [] as Put[],
    online: true,
    random: 1,
    returned: [] as string[],
    kept: kept as Edit | null,
  };
  const put = async (text: string, mutation: string, ifRev: number | null): Promise<Reply<Info>> => {
    world.puts.push({ text, mutation, ifRev });
    const answer = answers.shift();
    if (answer !== undefined) return answer;
    world.known.value = status(text, (world.known.peek().rev ?? 0) + 1);
    return { ok: true, body: world.known.peek() };
  };
  const delivery = new Delivery(
    {
      known: world.known,
      put,
      online: () => world.online,
      remember: (edit) => void (world.kept = edit),
      handleReturned: (text) => void world.returned.push(text),
      random: () => world.random,
    },
    kept,
  );
  return { delivery, world, kind: () => delivery.progress.value.kind };
}

const settle = () => vi.advanceTimersByTimeAsync(0);

test.each([0, 500, 502, 503])('c10 after a failure of status %d it tries again by itself, as the same change', async (code) => {
  const { delivery, world, kind } = delivering([fails(code), fails(code)]);
  delivery.submit('new');
  await settle();
  expect(kind()).toBe('retrying');
  await vi.advanceTimersByTimeAsync(1_000);
  expect(world.puts).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(kind()).toBe('saved');
  expect(new Set(world.puts.map((put) => put.mutation)).size).toBe(1);
  expect(world.kept).toBeNull();
});

test('c10 the waits are jittered over all of a bound that doubles up to 30 s', async () => {
  const { delivery, world } = delivering(Array.from({ length: 8 }, () => fails(0)));
  const waits: number[] = [];
  delivery.submit('new');
  for (let attempt = 0; attempt < 7; attempt += 1) {
    await settle();
    const progress = delivery.progress.value;
    if (progress.kind === 'retrying') waits.push(progress.untilMs - Date.now());
    await vi.advanceTimersToNextTimerAsync();
  }
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  world.random = 0;
  await settle();
  await vi.advanceTimersToNextTimerAsync();
  expect(delivery.progress.value.kind).toBe('saved');
});

test('s14 on 429 it waits as long as the server says, keeps the text and sends it then', async () => {
  const { delivery, world, kind } = delivering([fails(429, 12)]);
  delivery.submit('new');
  await settle();
  expect(delivery.progress.value).toEqual({ kind: 'limited', untilMs: Date.now() + 12_000 });
  await delivery.hurry();
  await vi.advanceTimersByTimeAsync(11_999);
  expect(world.puts).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(kind()).toBe('saved');
  expect(world.puts[0]?.mutation).toBe(world.puts[1]?.mutation);
});

test('s14 another text during the wait takes the place of the first, at no cost', async () => {
  const { delivery, world } = delivering([fails(429, 5)]);
  delivery.submit('first');
  await settle();
  delivery.submit('second');
  await settle();
  expect(world.puts.map((put) => put.text)).toEqual(['first']);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(world.puts.map((put) => put.text)).toEqual(['first', 'second']);
});

test('s14 c9 going back to the known text during the wait leaves nothing to send', async () => {
  const { delivery, world, kind } = delivering([fails(429, 5)]);
  delivery.submit('new');
  await settle();
  delivery.submit('known');
  await vi.advanceTimersByTimeAsync(600_000);
  expect([kind(), world.puts.length]).toEqual(['idle', 1]);
});

test('c10 while offline nothing is sent; the latest text is, once, when the way is free', async () => {
  const { delivery, world, kind } = delivering();
  world.online = false;
  delivery.submit('first');
  delivery.submit('second');
  await vi.advanceTimersByTimeAsync(600_000);
  expect([kind(), world.puts.length]).toEqual(['offline', 0]);
  world.online = true;
  await Promise.all([delivery.hurry(), delivery.hurry()]);
  expect(world.puts.map((put) => put.text)).toEqual(['second']);
  expect(kind()).toBe('saved');
});

test('c9 going back to the known text while offline leaves nothing to send', async () => {
  const { delivery, world } = delivering();
  world.online = false;
  delivery.submit('new');
  delivery.submit('known');
  world.online = true;
  await delivery.hurry();
  expect(world.puts).toEqual([]);
  expect([delivery.edit.value, delivery.progress.value.kind]).toEqual([null, 'idle']);
});

test('c10 an edit whose answer was lost is settled by what the list says, without another request', async () => {
  const { delivery, world, kind } = delivering([fails(0)]);
  delivery.submit('new');
  await settle();
  world.known.value = status('new', 2);
  await delivery.hurry();
  expect([kind(), world.puts.length]).toEqual(['saved', 1]);
});

test('r14 an edit that had to wait does not undo what was written elsewhere meanwhile', async () => {
  const { delivery, world, kind } = delivering([fails(0), fails(409)]);
  delivery.submit('new');
  await settle();
  world.known.value = status('from another device', 2);
  await delivery.hurry();
  expect(world.puts.map((put) => put.ifRev)).toEqual([null, 1]);
  expect([kind(), world.returned]).toEqual(['failed', ['new']]);
});

test('r14 an edit that replaces one whose answer was lost does not stumble over it', async () => {
  const { delivery, world, kind } = delivering([fails(0), fails(0)]);
  delivery.submit('first');
  await settle();
  delivery.submit('second');
  await settle();
  await delivery.hurry();
  expect(world.puts.map((put) => [put.text, put.ifRev])).toEqual([['first', null], ['second', null], ['second', null]]);
  expect(kind()).toBe('saved');
});

test('r14 nor does one that came while the first was under way', async () => {
  const { delivery, world } = delivering([fails(0)]);
  delivery.submit('first');
  delivery.submit('second');
  await settle();
  await delivery.hurry();
  expect(world.puts.map((put) => [put.text, put.ifRev])).toEqual([['first', null], ['second', null]]);
});

test('c10 a text that comes while another is under way follows it', async () => {
  const { delivery, world, kind } = delivering();
  delivery.submit('one');
  delivery.submit('two');
  delivery.submit('three');
  await settle();
  expect(world.puts.map((put) => put.text)).toEqual(['one', 'three']);
  expect(kind()).toBe('saved');
});

test('c10 the one that follows is judged by what became of the first', async () => {
  const { delivery, world } = delivering([{ ok: true, body: status('one', 2) }, fails(0), fails(0)]);
  delivery.submit('one');
  delivery.submit('two');
  await settle();
  await delivery.hurry();
  expect(world.puts.map((put) => [put.text, put.ifRev])).toEqual([['one', null], ['two', null], ['two', 2]]);
});

test.each([422, 413])('c10 a text refused with %d goes back to its author and is forgotten', async (code) => {
  const { delivery, world, kind } = delivering([fails(code)]);
  delivery.submit('refused');
  await settle();
  expect([kind(), world.returned, world.kept, delivery.edit.value]).toEqual(['rejected', ['refused'], null, null]);
});

test.each([400, 401, 403, 409])('c10 after %d it does not insist', async (code) => {
  const { delivery, world, kind } = delivering([fails(code)]);
  delivery.submit('new');
  await vi.advanceTimersByTimeAsync(600_000);
  expect([kind(), world.returned, world.puts.length]).toEqual(['failed', ['new'], 1]);
});

test('c10 after a reload the same change is sent again under its own name', async () => {
  const { delivery, world } = delivering([fails(0)]);
  delivery.submit('new');
  await settle();
  delivery.stop();
  const next = delivering([], world.kept);
  await settle();
  expect(next.world.puts).toEqual([{ text: 'new', mutation: world.puts[0]?.mutation, ifRev: 1 }]);
  expect(next.kind()).toBe('saved');
});

test('c10 it is kept before it is sent, and knows that it was', async () => {
  const { delivery, world } = delivering([fails(0)]);
  world.online = false;
  delivery.submit('new');
  expect(world.kept).toMatchObject({ text: 'new', tried: false });
  world.online = true;
  await delivery.hurry();
  expect(world.kept).toMatchObject({ text: 'new', tried: true });
});

test('an answer that comes after the end changes nothing', async () => {
  const { delivery, world, kind } = delivering();
  delivery.submit('new');
  delivery.stop();
  await settle();
  expect([kind(), world.kept?.text]).toEqual(['saving', 'new']);
});

test('once stopped it sends nothing and changes nothing', async () => {
  const { delivery, world } = delivering([fails(0)]);
  delivery.submit('new');
  await settle();
  delivery.stop();
  await vi.advanceTimersByTimeAsync(600_000);
  expect([world.puts.length, world.kept?.text]).toEqual([1, 'new']);
});
