// A server that is killed in the middle of an operator's work: each change is there with its record, or neither is.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trigger } from '../lib/api.mjs';
import { assertWhole, killAmid, random } from '../lib/kills.mjs';
import { Operator } from '../lib/operator.mjs';
import { SHARDS, startServer } from '../lib/server.mjs';
import { eachOf, until } from '../lib/wait.mjs';

const KILLS = 30;
const OPERATORS_AT_ONCE = 4;
/** After so many changes an operator goes on to a new app. */
const CHANGES_OF_AN_APP = 12;
/** A key that was asked for and not told. */
const UNKNOWN = '?';

/** What is on the disk does not depend on shards. */
const skip = SHARDS > 1 && 'once is enough';

test('a kill at any moment loses no app, key, setting or recorded change', { skip }, async (t) => {
  const server = await startServer(t, { config: { log: 'warn' } });
  const operator = await new Operator(server).setUp();
  const desks = Array.from({ length: OPERATORS_AT_ONCE }, () => new Desk(operator));
  const answered = () => desks.reduce((sum, desk) => sum + desk.answered, 0);
  for (let kill = 0; kill < KILLS; kill++) {
    await killAmid(server, answered, desks.map((desk) => () => desk.work()));
    await server.start();
    await assertWhole(server);
    for (const desk of desks) await desk.check();
  }
  const apps = desks.flatMap((desk) => desk.apps);
  await eachOf(apps, 8, (app) => checkApp(operator, app));
  for (const app of apps.slice(-OPERATORS_AT_ONCE)) await checkThatItServes(server, operator, app);
  t.diagnostic(`${KILLS} kills; ${answered()} changes of ${apps.length} apps were answered, ${cut(desks)} were cut off; lost 0`);
  assert.ok(answered() > KILLS * OPERATORS_AT_ONCE && cut(desks) > 0, 'the kills came too early to show anything');
});

/** Somebody who changes one app after the other. */
class Desk {
  apps = [];
  answered = 0;
  cutOff = 0;
  #operator;

  constructor(operator) {
    this.#operator = operator;
  }

  async work() {
    const app = this.apps.at(-1);
    if (app === undefined || app.record.length >= CHANGES_OF_AN_APP) await this.#create();
    else await this.#change(app, anyOf(CHANGES)(app));
    this.answered += 1;
  }

  async #create() {
    const { status, text, json } = await this.#operator.ask('POST', 'apps', { name: 'Shop' });
    assert.equal(status, 201, text);
    const { id, keys } = json.app;
    this.apps.push({ id, keys: keys.map(({ key }) => key), settings: { name: 'Shop' }, record: ['app_created'] });
  }

  /** Makes a change; until it is answered, the app is as before or `maybe`. */
  async #change(app, { method, path, body, what, becomes }) {
    app.maybe = { ...app, ...becomes(), record: [what, ...app.record] };
    const { status, text, json } = await this.#operator.ask(method, `apps/${app.id}/${path}`, body);
    assert.ok(status === 200 || status === 201, text);
    Object.assign(app, app.maybe, becomes(json), { maybe: undefined });
  }

  /** Looks at the app that was being changed, and takes what is found for what is known. */
  async check() {
    const app = this.apps.at(-1);
    if (app === undefined) return;
    if (app.maybe) this.cutOff += 1;
    await checkApp(this.#operator, app);
  }
}

/** Each gives, for an app: the request, the kind of its record, and what it makes of the app. */
const CHANGES = [
  (app) => setting(app, 'client_events', !(app.settings.client_events ?? false)),
  (app) => setting(app, 'presence.max_members', 50 + app.record.length),
  (app) => ({
    method: 'POST',
    path: 'keys',
    what: 'key_added',
    becomes: (json) => ({ keys: [...app.keys, json?.key.key ?? UNKNOWN] }),
  }),
  (app) => {
    const [first, ...others] = app.keys;
    if (others.length === 0) return setting(app, 'client_events', !(app.settings.client_events ?? false));
    return { method: 'DELETE', path: `keys/${first}`, what: 'key_removed', becomes: () => ({ keys: others }) };
  },
  (app) => ({ method: 'POST', path: `keys/${app.keys[0]}/reveal`, what: 'key_revealed', becomes: () => ({}) }),
];

function setting(app, key, value) {
  const becomes = () => ({ settings: { ...app.settings, [key]: value } });
  return { method: 'PATCH', path: 'settings', body: { changes: { [key]: value } }, what: 'settings', becomes };
}

/** Fails unless the app, its record and its keys are all as known, or all as the change makes them that was cut off. */
async function checkApp(operator, app) {
  const { keys } = (await operator.get(`apps/${app.id}`)).app;
  const { settings } = await operator.get(`apps/${app.id}/settings`);
  const { changes } = await operator.get(`apps/${app.id}/changes`);
  const found = {
    keys: keys.map(({ key }) => key),
    settings: Object.fromEntries(settings.map(({ key, value }) => [key, value])),
    record: changes.map(({ what }) => what),
  };
  const happened = app.maybe !== undefined && found.record.length === app.maybe.record.length;
  const { keys: known, settings: set, record } = happened ? app.maybe : app;
  assert.deepEqual(found.record, record);
  assert.deepEqual(found.keys, known.map((key, at) => (key === UNKNOWN ? found.keys[at] : key)));
  const defaults = Object.fromEntries(settings.map((setting) => [setting.key, setting.default]));
  assert.deepEqual(found.settings, { ...defaults, ...set });
  Object.assign(app, { keys: found.keys, settings: set, record, maybe: undefined });
}

async function checkThatItServes(server, operator, app) {
  const { json } = await operator.ask('POST', `apps/${app.id}/keys/${app.keys.at(-1)}/reveal`);
  const keys = [{ key: app.keys.at(-1), secret: json.secret }];
  const publish = () => trigger(server, { id: app.id, keys }, { name: 'headline', channel: 'news', data: '{}' });
  await until(async () => (await publish()).status === 200, 'the last key to sign');
}

function cut(desks) {
  return desks.reduce((sum, desk) => sum + desk.cutOff, 0);
}

function anyOf(list) {
  return list[random(list.length - 1)];
}
