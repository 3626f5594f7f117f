// A server that is killed again and again while people work.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { promisify } from 'node:util';

/** A kill comes after so many answers at most, and so many turns of the event loop. */
const MOST_ANSWERS = 60;
const MOST_TURNS = 300;

/**
 * Everybody works until the server is killed at a random moment.
 * `answered` counts what they were answered; each of `workers` is called again and again with a signal that aborts at the kill.
 */
export async function killAmid(server, answered, workers) {
  const until = answered() + random(MOST_ANSWERS);
  const over = new AbortController();
  const kill = async () => {
    while (answered() < until && !over.signal.aborted) await turn();
    for (let turns = random(MOST_TURNS); turns > 0; turns--) await turn();
    over.abort();
    await server.kill();
  };
  await Promise.all([kill(), ...workers.map((work) => repeat(over, () => work(over.signal)))]);
}

/** Repeats `act` until all is over. What was cut off failed because of that; a wrong answer is wrong at any time. */
async function repeat(over, act) {
  while (!over.signal.aborted) {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof assert.AssertionError)) continue;
      over.abort();
      throw error;
    }
  }
}

/** Fails unless SQLite finds the database whole. */
export async function assertWhole(server) {
  const script = 'import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute("PRAGMA integrity_check").fetchone()[0])';
  const { stdout } = await promisify(execFile)('python3', ['-c', script, join(server.data, 'rollcall.db')]);
  assert.equal(stdout.trim(), 'ok');
}

export function random(most) {
  return Math.floor(Math.random() * (most + 1));
}
