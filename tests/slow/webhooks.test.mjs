// Webhooks under the worst of conditions: a receiver that fails half of its requests, and a server that is killed ten
// times under 200 events a second. What clients saw has arrived, nothing else has, repeats carry the same id, and each
// channel's events are in order (docs/webhooks.md, "What is promised").

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyOf } from '../lib/apps.mjs';
import { startReceiver, webhookSignature } from '../lib/receiver.mjs';
import { SHARDS, startServer } from '../lib/server.mjs';
import { connect } from '../lib/socket.mjs';
import { every, until } from '../lib/wait.mjs';

const KILLS = 10;
const EVERY_MS = 5;
const CHANNELS = Array.from({ length: 20 }, (_, number) => `private-c${number}`);
const ROOM = 'presence-room';
/** Somebody enters the room with every so many events. */
const VISIT_EVERY = 20;
/** A kill comes after so many events that were seen, at random. */
const [FEWEST, MOST] = [100, 700];
/** A request may fail so often in a row, or the rarest of cases would decide how long this takes. */
const MOST_FAILURES = 4;
const DRAIN_MS = 120_000;

const key = { key: 'hooked-key', secret: 'hooked-secret' };
const skip = SHARDS > 1 && 'once is enough';

test('p179 p180 p181 p182 p185 trap14 what clients saw arrives once, in order, over ten kills and a receiver that fails half of its requests', { skip }, async (t) => {
  const receiver = await startReceiver((end) => t.after(end), failing());
  const app = {
    id: '1', name: 'hooked', keys: [key], client_events: true, webhooks: [{ url: receiver.url }],
    presence: { grace_seconds: 2 }, limits: { client_events_per_second: 1000 },
  };
  const server = await startServer(t, { config: { log: 'error', apps: [app] } });
  const play = new Play(server, app);
  await play.begin();
  for (let kill = 0; kill < KILLS; kill++) {
    const enough = play.seen.size + random(FEWEST, MOST);
    await until(() => play.seen.size >= enough, `${enough} events to be seen`);
    await server.kill();
    await server.start();
  }
  const { sent, ms } = await play.end();
  await until(() => play.missing(receiver.events).length === 0 && isQuiet(receiver.events), () => trouble(play, receiver), DRAIN_MS);
  check(play, receiver);
  t.diagnostic(figures(play, receiver, sent, ms));
});

/** Half of all requests fail, with an answer or without, but none for ever. */
function failing() {
  const failures = new Map();
  return ({ id }) => {
    const before = failures.get(id) ?? 0;
    if (before >= MOST_FAILURES || Math.random() < 0.47) return 200;
    failures.set(id, before + 1);
    return Math.random() < 0.5 ? 500 : 0;
  };
}

/** Clients that come back after each kill, and what they saw. */
class Play {
  /** What was sent: an event with this number, or a visit by this user. */
  sent = new Set();
  /** What any client saw of it. */
  seen = new Set();
  #next = 0;
  #visits = 0;
  #over = false;

  constructor(server, app) {
    this.server = server;
    this.app = app;
  }

  async begin() {
    this.began = performance.now();
    this.actors = [this.#watch(), this.#speak()];
    await until(() => this.seen.size > 0, 'the first event to be seen');
  }

  /** Lets everybody leave, and says what there was. */
  async end() {
    const enough = this.seen.size + FEWEST;
    await until(() => this.seen.size >= enough, 'everybody to be back');
    this.#over = true;
    this.stop();
    for (const socket of [this.speaker, this.watcher]) socket.ws.close(1000);
    await Promise.all(this.actors);
    return { sent: this.#next, ms: performance.now() - this.began };
  }

  /** What was seen and has not arrived. */
  missing(events) {
    const arrived = new Set(events.map(nameOf));
    return [...this.seen].filter((name) => !arrived.has(name));
  }

  /** One who hears everything, and comes back whenever the server does. */
  async #watch() {
    await this.#again(async () => {
      const socket = await connect(this.server, { app: this.app });
      for (const channel of CHANNELS) await socket.subscribe(channel);
      const { ids } = await socket.join(ROOM, 'watcher');
      ids.forEach((user) => this.seen.add(`added ${user}`));
      this.watcher = socket;
      await this.#listen(socket);
    });
  }

  async #listen(socket) {
    for (;;) {
      const frame = await socket.take(({ event }) => event === 'client-n' || event === 'pusher_internal:member_added', 'news', 60_000);
      this.seen.add(frame.event === 'client-n' ? `${frame.channel} ${frame.data}` : `added ${JSON.parse(frame.data).user_id}`);
    }
  }

  /** One who sends 200 events a second, over all channels in turn, and those who visit the room meanwhile. */
  async #speak() {
    await this.#again(async () => {
      const socket = await connect(this.server, { app: this.app });
      for (const channel of CHANNELS) await socket.subscribe(channel);
      this.speaker = socket;
      this.stop = every(EVERY_MS, () => this.#act(socket));
      await socket.closed(600_000).finally(this.stop);
    });
  }

  #act(socket) {
    const number = this.#next++;
    const channel = CHANNELS[number % CHANNELS.length];
    this.sent.add(`${channel} ${number}`);
    socket.send('client-n', String(number), channel);
    if (number % VISIT_EVERY === 0) void this.#visit(`u${this.#visits++}`);
  }

  /** Comes, sees that it is there, and goes. A kill may cut it off anywhere. */
  async #visit(user) {
    this.sent.add(`added ${user}`);
    try {
      const socket = await connect(this.server, { app: this.app });
      await socket.join(ROOM, user);
      this.seen.add(`added ${user}`);
      await socket.close(1000);
    } catch {
      // The server was killed.
    }
  }

  async #again(act) {
    while (!this.#over) {
      try {
        await act();
      } catch (error) {
        if (!this.#over && !isCutOff(error)) throw error;
      }
    }
  }
}

/** What a kill does to a client; anything else is wrong. */
function isCutOff({ message }) {
  return /^closed with (1006|1005)|ECONNREFUSED|ECONNRESET/.test(message);
}

/** The name under which an event that clients see is kept. */
function nameOf(event) {
  if (event.name === 'client_event') return `${event.channel} ${event.data}`;
  return event.name === 'member_added' ? `added ${event.user_id}` : `${event.name} ${event.channel} ${event.user_id ?? ''}`;
}

/** Everybody has left, as far as the receiver knows. */
function isQuiet(events) {
  const last = new Map();
  for (const { name, channel, user_id } of events) {
    if (/^channel_/.test(name)) last.set(channel, name === 'channel_vacated');
    if (/^member_/.test(name)) last.set(`${channel} ${user_id}`, name === 'member_removed');
  }
  return [...last.values()].every(Boolean);
}

function check(play, { requests }) {
  for (const { headers, body } of requests) {
    assert.equal(headers['x-pusher-key'], key.key);
    assert.equal(headers['x-pusher-signature'], webhookSignature(keyOf(play.app).secret, body));
    assert.equal(headers['content-type'], 'application/json');
  }
  const deliveries = distinct(requests);
  checkNothingInvented(play, deliveries);
  checkOrder(deliveries);
}

/** Each delivery once, in the order in which they were first taken; all of its requests have one body. */
function distinct(requests) {
  const deliveries = new Map();
  const bodies = new Map();
  for (const { id, body, events, status } of requests) {
    assert.equal(bodies.get(id) ?? body, body, `the body of ${id}`);
    bodies.set(id, body);
    if (status === 200 && !deliveries.has(id)) deliveries.set(id, events);
  }
  return [...deliveries.values()];
}

/** An event that comes twice comes under one id, so among different deliveries it is there once. */
function checkNothingInvented(play, deliveries) {
  const arrived = new Set();
  for (const event of deliveries.flat()) {
    if (event.name !== 'client_event' && (event.name !== 'member_added' || event.user_id === 'watcher')) continue;
    const name = nameOf(event);
    assert.ok(play.sent.has(name), `${name} was never sent`);
    assert.ok(!arrived.has(name), `${name} is in two deliveries`);
    arrived.add(name);
  }
}

/** In each channel numbers grow; occupied and vacated, added and removed take turns. */
function checkOrder(deliveries) {
  const last = new Map();
  const inTurn = (what, value) => {
    assert.notEqual(last.get(what), value, `${what} is ${value} twice`);
    last.set(what, value);
  };
  for (const { name, channel, user_id, data } of deliveries.flat()) {
    if (name === 'client_event') {
      assert.ok((last.get(`${channel} n`) ?? -1) < Number(data), `${channel} has ${data} after ${last.get(`${channel} n`)}`);
      last.set(`${channel} n`, Number(data));
    } else if (/^channel_/.test(name)) inTurn(channel, name);
    else inTurn(`${channel} ${user_id}`, name);
  }
}

function figures(play, { requests, events }, sent, ms) {
  const failed = requests.filter(({ status }) => status !== 200).length;
  const taken = distinct(requests);
  const repeats = requests.length - failed - taken.length;
  const rate = ((sent * 1000) / ms).toFixed(0);
  return (
    `${KILLS} kills; ${sent} client events sent in ${(ms / 1000).toFixed(0)} s (${rate} a second, the server's absences included), ${play.seen.size} things seen by clients, 0 of them missing, 0 invented; ` +
    `${requests.length} requests, ${((100 * failed) / requests.length).toFixed(0)} % of them failed; ${taken.flat().length} events in ${taken.length} deliveries, ${repeats} taken twice under the same id (${events.length - taken.flat().length} events), order kept in ${CHANNELS.length + 1} channels`
  );
}

function trouble(play, receiver) {
  const missing = play.missing(receiver.events);
  return `${missing.length} of ${play.seen.size} to arrive, such as ${missing.slice(0, 5).join('; ')}; quiet: ${isQuiet(receiver.events)}`;
}

function random(from, to) {
  return from + Math.floor(Math.random() * (to - from));
}
