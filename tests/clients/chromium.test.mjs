// The scenario with pusher-js in Chromium, once over each transport.

import { after } from 'node:test';
import { CLIENTS, keyOf } from '../lib/apps.mjs';
import { launch } from '../lib/browser.mjs';
import { clientOptions } from '../lib/pusher.mjs';
import { startServer } from '../lib/server.mjs';
import { nodeBack } from './backs.mjs';
import { openFront } from './chromium.mjs';
import { play } from './scenario.mjs';
import { asking, startSite } from './site.mjs';

const browser = await launch(after);

/** The name, what pusher-js is told, and the items of docs/protocol.md that a step tests besides its own. */
const TRANSPORTS = [
  ['ws', { enabledTransports: ['ws'] }, {}],
  ['xhr_streaming', { enabledTransports: ['xhr_streaming'] }, { connect: ['p121'] }],
  ['xhr_polling', { enabledTransports: ['xhr_polling'] }, { connect: ['p122'] }],
];

for (const [transport, options, numbers] of TRANSPORTS) {
  const server = await startServer({ after }, { config: { apps: [CLIENTS] } });
  const back = nodeBack(after, server, CLIENTS);
  const site = await startSite(after, back);
  const context = await browser.newContext();
  const open = (person) =>
    openFront(context, site, keyOf(CLIENTS).key, { ...clientOptions(server), ...asking(site, person), ...options });
  play(`Chromium over ${transport}`, { server, back, open, transport }, { numbers });
}
