// What the scenario is played in: a server with one app, a receiver of its webhooks, a back end with a server library, and a site.

import { CLIENTS, keyOf } from '../lib/apps.mjs';
import { clientOptions } from '../lib/pusher.mjs';
import { startReceiver } from '../lib/receiver.mjs';
import { startServer } from '../lib/server.mjs';
import { asking, startSite } from './site.mjs';

/** Starts all of it; `makeBack` makes the back end with one of the server libraries. `config` and `settings` are added to the server's and the app's. */
export async function startWorld(after, makeBack, { config, settings } = {}) {
  const receiver = await startReceiver(after);
  const app = { ...CLIENTS, webhooks: [{ url: receiver.url }], ...settings };
  const server = await startServer({ after }, { config: { apps: [app], ...config } });
  const back = makeBack(after, server, app);
  const site = await startSite(after, back);
  return { server, receiver, back, site, key: keyOf(app).key };
}

/** What a client of this person's in this world is told. */
export function optionsOf({ server, site }, person) {
  return { ...clientOptions(server), ...asking(site, person) };
}

/** Makes clients in Node, which end with the tests. */
export function openingIn(after, world, makeFront) {
  const fronts = [];
  after(() => fronts.forEach((front) => front.close()));
  return (person) => {
    const front = makeFront(world.key, optionsOf(world, person));
    fronts.push(front);
    return front;
  };
}
