// The scenario with pusher-js in Node, once with each server library.

import { after } from 'node:test';
import Pusher from 'pusher-js';
import { CLIENTS, keyOf } from '../lib/apps.mjs';
import { clientOptions } from '../lib/pusher.mjs';
import { startServer } from '../lib/server.mjs';
import { nodeBack, pythonBack, rustBack } from './backs.mjs';
import { PusherFront } from './front.mjs';
import { play } from './scenario.mjs';
import { asking, startSite } from './site.mjs';

for (const [title, makeBack] of [
  ['pusher-js and the Node library', nodeBack],
  ['pusher-js and the Python library', pythonBack],
  ['pusher-js and rollcall-server', rustBack],
]) {
  const server = await startServer({ after }, { config: { apps: [CLIENTS] } });
  const back = makeBack(after, server, CLIENTS);
  const site = await startSite(after, back);
  const fronts = [];
  after(() => fronts.forEach((front) => front.close()));
  const open = (person) => {
    const front = new PusherFront(Pusher, keyOf(CLIENTS).key, { ...clientOptions(server), ...asking(site, person) });
    fronts.push(front);
    return front;
  };
  play(title, { server, back, open });
}
