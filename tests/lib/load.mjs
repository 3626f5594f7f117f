// A steady load through a server: half of the events come from a back end in batches, half from clients, each on
// channels of its own; subscribers hear all of it. Either side is a process of its own, so that neither waits for
// the other, nor for the test; what an event was on its way is told by the one clock of the machine.

import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { call } from './api.mjs';
import { keyOf } from './apps.mjs';
import { TEXT, clientFrame, openRaw } from './raw.mjs';
import { authorize } from './sign.mjs';
import { every, until, within } from './wait.mjs';

/** Events in a second, of all channels together. */
export const RATE = 5_000;
/** Channels of each kind. */
const CHANNELS = 5;
/** Connections that hear every channel. */
const SUBSCRIBERS = 2;
/** Events of one request. */
const BATCH = 10;
const BY_BACK_END = Array.from({ length: CHANNELS }, (_, number) => `news-${number}`);
const BY_CLIENTS = Array.from({ length: CHANNELS }, (_, number) => `private-talk-${number}`);
/** Data as an app might have it. */
const BALLAST = 'x'.repeat(100);
const TICK_MS = 2;
/** For a run, and what it leaves to be heard. */
const MOST_MS = 60_000;
/** Often enough for a server that asks after thirty seconds. */
const ALIVE_MS = 10_000;

/** The two processes, connected to a server; they end with the test. */
export class Load {
  static async start(t, server, app) {
    const load = new Load();
    [load.listener, load.sender] = ['listen', 'send'].map((side) => fork(fileURLToPath(import.meta.url), [side]));
    t.after(() => [load.listener, load.sender].forEach((child) => child.kill('SIGKILL')));
    const { host, port } = server;
    for (const child of [load.listener, load.sender]) await ask(child, 'connect', { server: { host, port }, app });
    return load;
  }

  /** Sends for so long, and waits until all of it was heard, once and in order; tells the microseconds that events were on their way. */
  async run(seconds) {
    const sent = await ask(this.sender, 'send', seconds);
    const { faults, heard, ...waits } = await ask(this.listener, 'report', sent);
    assert.deepEqual(faults, [], 'each is heard once, in order');
    assert.equal(heard, RATE * seconds * SUBSCRIBERS);
    return waits;
  }
}

/** Has a child do something, and waits for its answer. */
async function ask(child, what, argument) {
  const over = new AbortController();
  const [answered, ended] = ['message', 'exit'].map((event) => once(child, event, over));
  const fail = ([code]) => assert.fail(`the load ended with ${code}`);
  child.send({ what, argument });
  try {
    const [answer] = await within(Promise.race([answered, ended.then(fail)]), `the load to ${what}`, MOST_MS);
    return answer;
  } finally {
    over.abort();
    await Promise.allSettled([answered, ended]);
  }
}

class Sender {
  #sent = new Map();

  async connect({ server, app }) {
    Object.assign(this, { server, app });
    this.sockets = new Map();
    for (const channel of BY_CLIENTS) this.sockets.set(channel, await subscribed(server, app, [channel]));
  }

  /** Sends what is due, in a rhythm, however long anything takes; tells how much each channel has had in all. */
  async send(seconds) {
    const waiting = BY_BACK_END.map(() => Promise.resolve());
    const [begin, all] = [performance.now(), (seconds * RATE) / BATCH];
    let sent = 0;
    await new Promise((done) => {
      const stop = every(TICK_MS, () => {
        const due = Math.min(Math.floor(((performance.now() - begin) / 1_000) * (RATE / BATCH)), all);
        for (; sent < due; sent++) {
          // Each channel in its turn, a batch of a client and one of the back end.
          const number = (sent >> 1) % CHANNELS;
          if (sent % 2 === 0) this.#say(BY_CLIENTS[number]);
          else waiting[number] = this.#publish(BY_BACK_END[number], waiting[number]);
        }
        if (sent === all) done(stop());
      });
    });
    await Promise.all(waiting);
    return Object.fromEntries(this.#sent);
  }

  /** The order of a channel is that of requests which follow each other; one that has to wait for this is late all the same. */
  async #publish(channel, previous) {
    const batch = this.#next(channel).map((data) => ({ name: 'event', channel, data }));
    await previous;
    const { status, text } = await call(this.server, this.app, 'POST', '/batch_events', { body: JSON.stringify({ batch }) });
    assert.equal(status, 200, text);
  }

  #say(channel) {
    const frames = this.#next(channel).map((data) => clientFrame(TEXT, JSON.stringify({ event: 'client-event', channel, data })));
    this.sockets.get(channel).tcp.write(Buffer.concat(frames));
  }

  #next(channel) {
    const first = this.#sent.get(channel) ?? 0;
    this.#sent.set(channel, first + BATCH);
    return Array.from({ length: BATCH }, (_, number) => JSON.stringify({ n: first + number, at: micros(), ballast: BALLAST }));
  }
}

class Listener {
  #waits = [];
  #faults = [];
  #hearers = [];

  async connect({ server, app }) {
    for (let number = 0; number < SUBSCRIBERS; number++) {
      const hearer = { next: new Map(), settled: () => {} };
      this.#hearers.push(hearer);
      hearer.socket = await subscribed(server, app, [...BY_BACK_END, ...BY_CLIENTS], (frame) => this.#hear(hearer, frame));
    }
  }

  /** What came since the last report, once each subscriber has heard so many of each channel in all. */
  async report(sent) {
    const isThere = () => this.#faults.length > 0 || this.#hearers.every(({ next }) => Object.entries(sent).every(([channel, count]) => next.get(channel) === count));
    await until(isThere, () => `${JSON.stringify(sent)} to be heard; it was ${JSON.stringify(this.#hearers.map(({ next }) => Object.fromEntries(next)))}`);
    // What should not come behind the last event would come before this answer.
    await Promise.all(this.#hearers.map(settle));
    const waits = Float64Array.from(this.#waits).sort();
    this.#waits = [];
    const at = (share) => waits[Math.ceil(waits.length * share) - 1];
    return { heard: waits.length, median: at(0.5), p99: at(0.99), most: at(1), faults: this.#faults.slice(0, 5) };
  }

  #hear({ next, settled }, { event, channel, data }) {
    if (event === 'pusher:pong') return settled();
    if (event !== 'event' && event !== 'client-event') return;
    const { n, at } = typeof data === 'string' ? JSON.parse(data) : data;
    this.#waits.push(micros() - at);
    const expected = next.get(channel) ?? 0;
    // One that is lost, doubled or out of its order.
    if (n !== expected) this.#faults.push(`${n} on ${channel} instead of ${expected}`);
    next.set(channel, n + 1);
  }
}

/** Waits for the answer to a ping. */
function settle(hearer) {
  const answered = new Promise((done) => (hearer.settled = done));
  hearer.socket.sendEvent('pusher:ping', {});
  return within(answered, 'an answer to a ping');
}

/** A connection that has subscribed to these and hands on the frames that come after. */
async function subscribed(server, app, channels, hear = () => {}) {
  const socket = openRaw(server, { app });
  const id = await socket.established();
  let succeeded = 0;
  socket.onFrame = (_, payload) => {
    const frame = JSON.parse(payload);
    if (frame.event === 'pusher_internal:subscription_succeeded') succeeded += 1;
    else hear(frame);
  };
  for (const channel of channels) {
    socket.sendEvent('pusher:subscribe', { channel, ...(channel.startsWith('private-') ? { auth: authorize(keyOf(app), id, channel) } : {}) });
  }
  await socket.wait(() => succeeded === channels.length, 'its subscriptions');
  every(ALIVE_MS, () => socket.sendEvent('pusher:ping', {}));
  return socket;
}

/** Of a clock that all processes share. */
function micros() {
  return Number(process.hrtime.bigint() / 1_000n);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const side = process.argv[2] === 'send' ? new Sender() : new Listener();
  process.on('message', async ({ what, argument }) => process.send((await side[what](argument)) ?? {}));
  process.on('disconnect', () => process.exit());
}
