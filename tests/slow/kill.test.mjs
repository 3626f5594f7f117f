// A server that is killed in the middle of its work, fifty times: what it answered is there when it is back.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Jar } from '../lib/jar.mjs';
import { assertWhole, killAmid, random } from '../lib/kills.mjs';
import { SHARDS, runProgram, startServer } from '../lib/server.mjs';
import { eachOf } from '../lib/wait.mjs';

const KILLS = 50;
const PEOPLE_AT_ONCE = 6;
/** The revision of the status that somebody signs up with. */
const FIRST_REV = 1;
const NO_LIMITS = { sign_ups_per_10_minutes: 0, sign_ins_per_minute: 0, statuses_per_10_seconds: 0, auths_per_minute: 0 };

/** What is on the disk does not depend on shards. */
const skip = SHARDS > 1 && 'once is enough';

test('s11 r13 nothing that was answered is lost over 50 kills under sign-ups, status saves and changes of apps', { skip }, async (t) => {
  const server = await startServer(t, { config: { ...NO_LIMITS, log: 'warn' } });
  const ledger = new Ledger(server);
  await ledger.addCounter();
  for (let kill = 0; kill < KILLS; kill++) {
    const people = Array.from({ length: PEOPLE_AT_ONCE }, () => (signal) => ledger.live(signal));
    await killAmid(server, () => ledger.total, [(signal) => ledger.changeApps(signal), ...people]);
    await server.start();
    await assertWhole(server);
    await ledger.check(ledger.recent);
    ledger.recent.clear();
  }
  await ledger.check(ledger.people.values());
  const { signUps, saves, changes } = ledger.answered;
  t.diagnostic(`${KILLS} kills; answered ${signUps} sign-ups, ${saves} saves, ${changes} changes of apps; lost 0`);
  assert.ok(signUps > KILLS && saves > KILLS && changes > KILLS / 2, 'the kills came too early to show anything');
});

/** What the server has answered for. */
class Ledger {
  /** Name -> `{jar, name, rev, text}` of everybody who was answered. */
  people = new Map();
  /** Whom to look at after the next start. */
  recent = new Set();
  answered = { signUps: 0, saves: 0, changes: 0 };
  #apps = [];
  #counter = { id: '1', tried: 1, known: 1 };
  #next = 0;

  constructor(server) {
    this.server = server;
  }

  get total() {
    return this.answered.signUps + this.answered.saves + this.answered.changes;
  }

  /** The app whose quota counts the changes that were answered. */
  async addCounter() {
    await this.#run(['add', this.#counter.id, 'max_connections=1']);
  }

  /** Signs up and saves a few statuses. */
  async live(signal) {
    const name = `person ${this.#next++}`;
    const jar = new Jar(this.server);
    const { status, text } = await jar.register(name, 'first');
    assert.equal(status, 200, text);
    const person = { jar, name, rev: FIRST_REV, text: 'first' };
    this.people.set(name, person);
    this.recent.add(person);
    this.answered.signUps += 1;
    for (let saves = random(4); saves > 0 && !signal.aborted; saves--) await this.#save(person);
  }

  async #save(person) {
    const text = `status ${this.#next++}`;
    const reply = await person.jar.setStatus(text);
    assert.equal(reply.status, 200, reply.text);
    Object.assign(person, { rev: reply.json.rev, text });
    this.answered.saves += 1;
  }

  /** Adds an app, and counts one more in the other. */
  async changeApps(signal) {
    const id = String(1000 + this.#next++);
    await this.#run(['add', id], signal);
    this.#apps.push(id);
    this.answered.changes += 1;
    this.#counter.tried += 1;
    await this.#run(['set', this.#counter.id, `max_connections=${this.#counter.tried}`], signal);
    this.#counter.known = this.#counter.tried;
    this.answered.changes += 1;
  }

  /** Fails unless everything that was answered is there: at these people, and in all apps. */
  async check(people) {
    await eachOf(people, 8, async ({ jar, name, rev, text }) => {
      const { user } = (await jar.get('/api/session')).json;
      assert.equal(user?.name, name, 'a session is lost');
      assert.ok(user.rev >= rev, `${name}: a status is lost, ${user.rev} < ${rev}`);
      // A save that was under way may have been written without an answer.
      if (user.rev === rev) assert.equal(user.status, text);
    });
    const apps = new Map(JSON.parse(await this.#run(['list', '--json'])).map((app) => [app.id, app]));
    for (const id of this.#apps) assert.ok(apps.has(id), `app ${id} is lost`);
    const count = apps.get(this.#counter.id).settings.max_connections;
    assert.ok(count >= this.#counter.known && count <= this.#counter.tried, `${count} of ${this.#counter.known} changes`);
  }

  async #run(words, signal) {
    const { code, stdout, stderr } = await runProgram(['apps', ...words, '--data', this.server.data], { signal });
    if (signal?.aborted) throw signal.reason;
    assert.equal(code, 0, stderr);
    return stdout;
  }
}
