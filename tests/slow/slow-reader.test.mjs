// One client stops reading while a thousand others listen: none of them loses an event or waits longer for it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAIN } from '../lib/apps.mjs';
import { publish } from '../lib/api.mjs';
import { CLOSE, openRaw } from '../lib/raw.mjs';
import { startServer } from '../lib/server.mjs';
import { eachOf, within } from '../lib/wait.mjs';

const OTHERS = 1_000;
const ROUNDS = 150;
/** Rounds before the clock counts: both processes are cold then. */
const WARM_UP = 30;
/** Per round 100 KB for the slow one alone: 15 MB in all, far above its limit and what the kernel buffers. */
const BALLAST_PER_ROUND = 10;
const BALLAST = 'x'.repeat(10_000);
/** Pairs of runs, all of them judged: a stall of the machine is in one, one that the slow client causes is in each. */
const PAIRS = 3;

test('p189 with a client that stops reading, 1,000 others lose nothing and wait no longer', async (t) => {
  const without = [];
  const stalled = [];
  for (let pair = 0; pair < PAIRS; pair++) {
    without.push(await longestGap(t, 'absent'));
    stalled.push(await longestGap(t, 'stalled'));
  }
  const [calm, disturbed] = [median(without), median(stalled)];
  const gaps = `longest gap, median of ${PAIRS}: ${calm.toFixed(1)} ms without it, ${disturbed.toFixed(1)} ms with it`;
  t.diagnostic(gaps);
  assert.ok(disturbed <= Math.max(2 * calm, 100), gaps);
});

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** One run; `who` says what the thousand-and-first does. Fails if any of the others lost or doubled an event. */
async function longestGap(t, who) {
  const server = await startServer(t, { config: { apps: [MAIN] } });
  const crowd = new Crowd();
  await eachOf(Array(OTHERS), 50, () => crowd.add(server));
  const slow = who === 'stalled' ? await stalled(server) : null;
  for (let round = 0; round < ROUNDS; round++) {
    const ballast = Array.from({ length: BALLAST_PER_ROUND }, () => publish(server, MAIN, 'ballast', 'ballast', BALLAST));
    const heard = crowd.hears(round);
    await publish(server, MAIN, 'shared', 'round', String(round));
    await Promise.all([...ballast, heard]);
  }
  crowd.disperse();
  if (slow) await wasClosed(slow);
  await server.kill();
  return crowd.gap;
}

/** The others: each must hear each round once, in order. */
class Crowd {
  gap = 0;
  #members = [];
  #round = 0;
  #missing = 0;
  #expected = null;
  #done = () => {};

  async add(server) {
    const raw = openRaw(server, { app: MAIN });
    await raw.established();
    raw.sendEvent('pusher:subscribe', { channel: 'shared' });
    await raw.wait(() => raw.frames.length === 2, 'the success frame');
    const member = { raw, heard: 0, last: performance.now() };
    raw.onFrame = (opcode, payload) => this.#note(member, payload);
    this.#members.push(member);
  }

  /** Resolves once everybody has heard this round. */
  hears(round) {
    this.#round = round;
    this.#missing = this.#members.length;
    this.#expected = null;
    return within(new Promise((resolve) => (this.#done = resolve)), () => `${this.#missing} to hear round ${round}`);
  }

  disperse() {
    for (const { raw } of this.#members) raw.reset();
  }

  /** The first to hear a round reads it; the others compare bytes, since this process must not be what is slow. */
  #note(member, payload) {
    const now = performance.now();
    if (this.#round > WARM_UP) this.gap = Math.max(this.gap, now - member.last);
    member.last = now;
    this.#expected ??= this.#checked(payload);
    assert.ok(this.#expected.equals(payload), payload.toString());
    assert.equal(member.heard, this.#round);
    member.heard += 1;
    this.#missing -= 1;
    if (this.#missing === 0) this.#done();
  }

  #checked(payload) {
    assert.deepEqual(JSON.parse(payload), { event: 'round', channel: 'shared', data: String(this.#round) });
    return Buffer.from(payload);
  }
}

async function stalled(server) {
  const raw = openRaw(server, { app: MAIN });
  await raw.established();
  for (const channel of ['shared', 'ballast']) raw.sendEvent('pusher:subscribe', { channel });
  await raw.wait(() => raw.frames.length === 3, 'both success frames');
  raw.stopReading();
  return raw;
}

/** It reads again: some whole frames, and then 4100, or the cut that comes 5 s after the limit; never everything. */
async function wasClosed(slow) {
  slow.resumeReading();
  await slow.wait(() => slow.fate !== null || slow.frames.some((frame) => frame.opcode === CLOSE), 'the end of the slow client');
  const last = slow.frames.at(-1);
  if (last.opcode === CLOSE) assert.equal(last.payload.readUInt16BE(), 4100);
  assert.ok(slow.frames.length < ROUNDS * BALLAST_PER_ROUND, `${slow.frames.length} frames`);
}
