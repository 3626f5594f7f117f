// One client stops reading while a thousand others listen: none of them loses an event or waits longer for it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAIN } from '../lib/apps.mjs';
import { publish } from '../lib/api.mjs';
import { CLOSE, openRaw } from '../lib/raw.mjs';
import { startServer } from '../lib/server.mjs';
import { eachOf } from '../lib/wait.mjs';

const OTHERS = 1_000;
const ROUNDS = 150;
/** Per round 100 KB for the slow one alone: 15 MB in all, far above its limit and what the kernel buffers. */
const BALLAST_PER_ROUND = 10;
const BALLAST = 'x'.repeat(10_000);

test('p189 with a client that stops reading, 1,000 others lose nothing and wait no longer', async (t) => {
  const without = await run(t, 'absent');
  const withSlow = await run(t, 'stalled');
  t.diagnostic(`longest gap without: ${without.gap.toFixed(1)} ms, with: ${withSlow.gap.toFixed(1)} ms`);
  const bound = Math.max(2 * without.gap, 100);
  assert.ok(withSlow.gap <= bound, `${withSlow.gap} ms; at most ${bound} ms`);
});

/** One run; `who` says what the thousand-and-first does. Returns the longest gap of any of the others. */
async function run(t, who) {
  const server = await startServer(t, { config: { apps: [MAIN] } });
  const others = await eachOf(Array(OTHERS), 50, () => listener(server));
  const slow = who === 'stalled' ? await stalled(server) : null;
  for (let round = 0; round < ROUNDS; round++) {
    const ballast = Array.from({ length: BALLAST_PER_ROUND }, () => publish(server, MAIN, 'ballast', 'ballast', BALLAST));
    await publish(server, MAIN, 'shared', 'round', String(round));
    await Promise.all([...ballast, ...others.map((other) => other.heard(round + 1))]);
  }
  for (const other of others) {
    assert.deepEqual(other.rounds, Array.from({ length: ROUNDS }, (_, round) => round));
    other.raw.reset();
  }
  if (slow) await wasClosed(slow);
  await server.kill();
  return { gap: Math.max(...others.map((other) => other.gap)) };
}

/** A reader that keeps the number of each round, and its longest wait between two. */
async function listener(server) {
  const raw = openRaw(server, { app: MAIN });
  await raw.established();
  raw.sendEvent('pusher:subscribe', { channel: 'shared' });
  await raw.wait(() => raw.frames.length === 2, 'the success frame');
  const state = { raw, rounds: [], gap: 0, last: null };
  raw.onFrame = (opcode, payload) => {
    const now = performance.now();
    if (state.last !== null) state.gap = Math.max(state.gap, now - state.last);
    state.last = now;
    state.rounds.push(Number(JSON.parse(payload).data));
  };
  state.heard = (count) => raw.wait(() => state.rounds.length >= count, `round ${count}`);
  return state;
}

async function stalled(server) {
  const raw = openRaw(server, { app: MAIN });
  await raw.established();
  for (const channel of ['shared', 'ballast']) raw.sendEvent('pusher:subscribe', { channel });
  await raw.wait(() => raw.frames.length === 3, 'both success frames');
  raw.stopReading();
  return raw;
}

/** It reads again: whole frames, and then 4100, or the reset that comes 5 s after. */
async function wasClosed(slow) {
  slow.resumeReading();
  await slow.wait(() => slow.fate !== null || slow.frames.some((frame) => frame.opcode === CLOSE), 'the end of the slow client');
  const last = slow.frames.at(-1);
  if (last.opcode === CLOSE) assert.equal(last.payload.readUInt16BE(), 4100);
  else assert.equal(slow.fate, 'reset');
}
