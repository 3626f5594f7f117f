// The scenario with pusher-js in Chromium, once over each transport.

import { after } from 'node:test';
import { launch } from '../lib/browser.mjs';
import { nodeBack } from './backs.mjs';
import { openFront } from './chromium.mjs';
import { play } from './scenario.mjs';
import { optionsOf, startWorld } from './world.mjs';

/** The name, what pusher-js is told, and the items of docs/protocol.md that a step tests besides its own. */
const TRANSPORTS = [
  ['ws', { enabledTransports: ['ws'] }, {}],
  ['xhr_streaming', { enabledTransports: ['xhr_streaming'] }, { connect: ['p121'] }],
  ['xhr_polling', { enabledTransports: ['xhr_polling'] }, { connect: ['p122'] }],
];

const browser = await launch(after);

for (const [transport, options, numbers] of TRANSPORTS) {
  const world = await startWorld(after, nodeBack);
  const context = await browser.newContext();
  const open = (person) => openFront(context, world.site, world.key, { ...optionsOf(world, person), ...options });
  play(`Chromium over ${transport}`, { ...world, open, transport }, { numbers });
}
