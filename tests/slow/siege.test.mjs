// Ten thousand connections that are begun and never finished, and senders of a byte now and then: well-behaved clients,
// old and new, are served as before. docs/protocol.md has no item for it; it is invariant 10 of ARCHITECTURE.md.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { MAIN } from '../lib/apps.mjs';
import { call, publish } from '../lib/api.mjs';
import { startProtocolServer } from '../lib/protocol.mjs';
import { besiege } from '../lib/siege.mjs';
import { connect } from '../lib/socket.mjs';
import { timed } from '../lib/wait.mjs';

const HALF_OPEN = 10_000;
const CROWD = 50;
const ROUNDS = 60;
/** Above what any round takes on a machine that is busy with the siege alone; on a busier one, calm rounds tell. */
const LONGEST_MS = 2_000;

test('invariant 10: 10,000 half-open sockets leave well-behaved clients undisturbed', async (t) => {
  const server = await startProtocolServer((end) => t.after(end));
  const crowd = await Promise.all(Array.from({ length: CROWD }, (_, number) => member(server, `u${number}`)));
  for (const socket of crowd) await socket.settle();
  const calm = await rounds(server, crowd, () => false);
  const siege = await besiege(t, server, HALF_OPEN);
  let begun = false;
  siege.begun.then(() => (begun = true), () => (begun = true));
  const opening = await rounds(server, crowd, () => !begun);
  await siege.begun;
  const held = await rounds(server, crowd, () => false);
  const { ended, held: now } = siege.told;
  t.diagnostic(`rounds of ${CROWD} clients, median and longest: ${said(calm)} calm, ${said(opening)} while ${HALF_OPEN} are begun, ${said(held)} while they are held; the server gave up ${ended}, others came, ${now} are open, and it takes ${megabytes(server)} MB`);
  assert.ok(median(held) <= Math.max(4 * median(calm), 100), 'a round takes no longer');
  assert.ok(Math.max(...opening, ...held) < Math.max(LONGEST_MS, 10 * Math.max(...calm)), 'nobody waits for long');
  for (const socket of crowd) assert.equal(socket.end, null, 'nobody is closed');
  siege.lift();
  assert.deepEqual((await rounds(server, crowd, () => false)).length, ROUNDS);
});

async function member(server, user) {
  const socket = await connect(server);
  await socket.subscribe('shared');
  await socket.subscribe('private-shared');
  await socket.join('presence-shared', user);
  return socket;
}

/** Rounds, at least so many and for as long as it `goes on`: how long each took. */
async function rounds(server, crowd, goesOn) {
  const took = [];
  while (took.length < ROUNDS || goesOn()) took.push((await timed(() => round(server, crowd, took.length))).ms);
  return took;
}

/** A publish, a client event, a query, and one who comes, is seen by all, and goes; everybody hears it all, once and in order. */
async function round(server, crowd, number) {
  await publish(server, MAIN, 'shared', 'round', String(number));
  await hear(crowd, 'round', String(number));
  // Another one each time, since nobody may send many in a second.
  const sender = crowd[number % CROWD];
  sender.send('client-round', String(number), 'private-shared');
  await hear(crowd.filter((other) => other !== sender), 'client-round', String(number));
  const guest = await member(server, 'guest');
  await hear(crowd, 'pusher_internal:member_added');
  assert.equal((await call(server, MAIN, 'GET', '/channels/presence-shared', { query: { info: 'user_count' } })).json.user_count, CROWD + 1);
  await guest.close(1000);
  await hear(crowd, 'pusher_internal:member_removed');
}

async function hear(sockets, event, data) {
  for (const socket of sockets) {
    const frame = await socket.expect(event);
    if (data !== undefined) assert.equal(frame.data, data);
  }
}

function said(times) {
  return `${median(times).toFixed(1)} and ${Math.max(...times).toFixed(1)} ms`;
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** What the server has in memory by now. */
function megabytes(server) {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'));
  return Math.round(Number(kilobytes) / 1024);
}
