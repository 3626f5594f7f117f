// The scenario with laravel-echo over pusher-js, in Node.

import { after } from 'node:test';
import Pusher from 'pusher-js';
import { CLIENTS, keyOf } from '../lib/apps.mjs';
import { clientOptions } from '../lib/pusher.mjs';
import { startServer } from '../lib/server.mjs';
import { nodeBack } from './backs.mjs';
import { EchoFront } from './echo.mjs';
import { play } from './scenario.mjs';
import { asking, startSite } from './site.mjs';

const server = await startServer({ after }, { config: { apps: [CLIENTS] } });
const back = nodeBack(after, server, CLIENTS);
const site = await startSite(after, back);
const fronts = [];
after(() => fronts.forEach((front) => front.close()));

play('laravel-echo', {
  server,
  back,
  open: (person) => {
    const front = new EchoFront(Pusher, keyOf(CLIENTS).key, { ...clientOptions(server), ...asking(site, person) });
    fronts.push(front);
    return front;
  },
});
