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

for (const { transport, options, numbers } of [{ transport: 'ws', options: { enabledTransports: ['ws'] } }]) {
  const server = await startServer({ after }, { config: { apps: [CLIENTS] } });
  const back = nodeBack(after, server, CLIENTS);
  const site = await startSite(after, back);
  const context = await browser.newContext();
  const open = (person) =>
    openFront(context, site, keyOf(CLIENTS).key, { ...clientOptions(server), ...asking(site, person), ...options });
  play(`Chromium over ${transport}`, { server, back, open }, { numbers });
}
