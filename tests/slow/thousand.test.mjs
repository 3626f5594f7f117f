// A thousand people in the lobby: all come at once, half go, half of those come back. What each client was told
// is compared name by name, so that no two people can miss each other, or meet twice, unnoticed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LOBBY, STATUS } from '../lib/apps.mjs';
import { signUp, startStatusServer } from '../lib/lobby.mjs';
import { CLOSE, TEXT, clientFrame, openRaw } from '../lib/raw.mjs';
import { eachOf, within } from '../lib/wait.mjs';

const PEOPLE = 1_000;
/** Browsers that sign up, or connect and ask for a signature, at the same time. */
const WIDTH = 50;
/** Far above the grace, and what a storm takes on a busy machine. */
const STORM_MS = 60_000;

test('r11 c3 1,000 people join at once, half leave, half of those return: every list is exact', async (t) => {
  // They all come from one address, by which fewer may sign up by default.
  const server = await startStatusServer(t, { config: { sign_ups_per_10_minutes: 2 * PEOPLE } });
  const names = Array.from({ length: PEOPLE }, (_, number) => `Person ${String(number).padStart(4, '0')}`);
  const people = await eachOf(names, WIDTH, async (name) => new Person(name, await signUp(server, name, statusOf(name))));
  await eachOf(people, WIDTH, (person) => person.connect(server));

  people.forEach((person) => person.join());
  await all(people, (person) => person.knows(PEOPLE), 'everybody to know everybody');
  check(people, names);
  const joined = people.reduce((sum, person) => sum + person.events, 0);

  const [staying, leaving] = halves(people);
  const [returning, gone] = halves(leaving);
  await eachOf(leaving, WIDTH, (person) => person.leave());
  await eachOf(returning, WIDTH, (person) => person.connect(server));
  returning.forEach((person) => person.join());
  await all(returning, (person) => person.knows(PEOPLE), 'those who return to know everybody');
  check([...staying, ...returning], names);

  const remaining = [...staying, ...returning];
  await all(remaining, (person) => person.knows(remaining.length), 'those who stay away to go');
  await eachOf(remaining, PEOPLE, (person) => person.settle());
  check(remaining, remaining.map((person) => person.name).toSorted());
  const left = people.reduce((sum, person) => sum + person.events, 0) - joined;
  assert.equal(left, remaining.length * gone.length, 'each departure is told once to each, and nothing else is');
  t.diagnostic(`${PEOPLE} joined with ${joined} member_added; ${gone.length} left with ${left} member_removed`);
});

/** One person, with the cookies of the sign-up, and one socket at a time. */
class Person {
  /** Member events of all sockets. */
  events = 0;
  /** Status by name, as told to the socket; null before the roster. */
  list = null;
  #serial = 0;
  #wake = () => {};

  constructor(name, jar) {
    this.name = name;
    this.jar = jar;
  }

  /** Opens a socket and has its subscription signed, by cookie, as the page does. */
  async connect(server) {
    this.list = null;
    this.raw = openRaw(server, { app: STATUS });
    const reply = await this.jar.authorize(await this.raw.established(), LOBBY);
    assert.equal(reply.status, 200, reply.text);
    this.subscription = { channel: LOBBY, auth: reply.json.auth, channel_data: reply.json.channel_data };
    this.raw.onFrame = (opcode, payload) => this.#hear(opcode, payload);
  }

  join() {
    this.raw.sendEvent('pusher:subscribe', this.subscription);
  }

  /** Leaves as a browser does when its page is left. */
  async leave() {
    this.raw.onFrame = () => {};
    this.raw.tcp.write(clientFrame(CLOSE, [1001 >> 8, 1001 & 0xff]));
    await this.raw.wait(() => this.raw.fate, 'the end of the connection');
  }

  /** Resolves once the list has this many people. */
  async knows(count) {
    while (this.list?.size !== count) await new Promise((wake) => (this.#wake = wake));
  }

  /** Resolves once everything that was on its way has come. */
  async settle() {
    const answered = new Promise((done) => (this.onPong = done));
    this.raw.sendEvent('pusher:ping', {});
    await within(answered, 'an answer to a ping');
  }

  #hear(opcode, payload) {
    if (opcode !== TEXT) return;
    const frame = JSON.parse(payload);
    if (frame.event === 'pusher:pong') return this.onPong();
    assert.equal(frame.channel, LOBBY, payload.toString());
    this.#learn(frame.event, JSON.parse(frame.data));
    this.#wake();
  }

  #learn(event, data) {
    if (event === 'pusher_internal:subscription_succeeded') return this.#begin(data.presence);
    this.events += 1;
    this.#serial += 1;
    assert.equal(data.serial, this.#serial, `${this.name} was told nothing between`);
    const { user_id: name, user_info: info } = data;
    assert.equal(this.list.has(name), event !== 'pusher_internal:member_added', `${this.name} was told once of ${event} ${name}`);
    if (event === 'pusher_internal:member_added') this.list.set(name, info.status);
    else if (event === 'pusher_internal:member_removed') this.list.delete(name);
    else assert.fail(event);
  }

  #begin({ count, ids, hash, serial }) {
    assert.equal(this.list, null, `${this.name} has one roster`);
    assert.equal(ids.length, count);
    this.list = new Map(ids.map((name) => [name, hash[name].status]));
    this.#serial = serial;
  }
}

function statusOf(name) {
  return `${name} is reading chapter 7`;
}

/** Every second of a list, and the others. */
function halves(list) {
  return [0, 1].map((rest) => list.filter((_, index) => index % 2 === rest));
}

function all(people, wait, what) {
  return within(Promise.all(people.map(wait)), what, STORM_MS);
}

/** Fails unless everybody's list is exactly these names with their statuses. */
function check(people, names) {
  const expected = names.map((name) => `${name}: ${statusOf(name)}`).join('\n');
  for (const { name, list } of people) {
    const told = [...list].map(([who, status]) => `${who}: ${status}`).toSorted().join('\n');
    if (told !== expected) assert.deepEqual(told.split('\n'), expected.split('\n'), `the list of ${name}`);
  }
}
