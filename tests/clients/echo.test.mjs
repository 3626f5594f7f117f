// The scenario with laravel-echo over pusher-js, in Node.

import { after } from 'node:test';
import Pusher from 'pusher-js';
import { nodeBack } from './backs.mjs';
import { EchoFront } from './echo.mjs';
import { play } from './scenario.mjs';
import { openingIn, startWorld } from './world.mjs';

const world = await startWorld(after, nodeBack);
play('laravel-echo', { ...world, open: openingIn(after, world, (...told) => new EchoFront(Pusher, ...told)) });
