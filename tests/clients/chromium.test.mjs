// The scenario with pusher-js in Chromium, once over each transport.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { launch } from '../lib/browser.mjs';
import { newCertificate } from '../lib/certificate.mjs';
import { nodeBack, secureRustBack } from './backs.mjs';
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

async function playOver(name, world, options, { transport = name, numbers } = {}) {
  // Nobody vouches for the certificates of tests.
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const open = (person) => openFront(context, world.site, world.key, { ...optionsOf(world, person), ...options });
  play(`Chromium over ${name}`, { ...world, open, transport }, { numbers });
}

for (const [transport, options, numbers] of TRANSPORTS) {
  await playOver(transport, await startWorld(after, nodeBack), options, { numbers });
}

const dir = await mkdtemp(join(tmpdir(), 'rollcall-clients-'));
after(() => rm(dir, { recursive: true, force: true }));
const { certFile, keyFile } = await newCertificate(dir);
const secure = await startWorld(after, (...world) => secureRustBack(...world, certFile), {
  config: { tls_cert: certFile, tls_key: keyFile },
  settings: { force_tls: true },
});
await playOver('wss', secure, { enabledTransports: ['ws'], forceTLS: true }, { transport: 'ws with TLS' });
