// The scenario with pusher-js in Node, once with each server library.

import { after } from 'node:test';
import Pusher from 'pusher-js';
import { nodeBack, pythonBack, rustBack } from './backs.mjs';
import { PusherFront } from './front.mjs';
import { play } from './scenario.mjs';
import { openingIn, startWorld } from './world.mjs';

for (const [title, makeBack] of [
  ['pusher-js and the Node library', nodeBack],
  ['pusher-js and the Python library', pythonBack],
  ['pusher-js and rollcall-server', rustBack],
]) {
  const world = await startWorld(after, makeBack);
  play(title, { ...world, open: openingIn(after, world, (...told) => new PusherFront(Pusher, ...told)) });
}
