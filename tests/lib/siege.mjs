// Thousands of connections that are begun and never finished, as a program of its own: what it costs to hold them
// must not be taken for what it costs the server. `node siege.mjs PORT COUNT`; tests start it with `besiege`.

import net from 'node:net';
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { MAIN, keyOf } from './apps.mjs';
import { signedRequest } from './http.mjs';
import { clientFrame } from './raw.mjs';
import { every, within } from './wait.mjs';

const HERE = fileURLToPath(import.meta.url);
/** One of them is given up and begun again this often, and each of the slow senders sends one more byte. */
const STEP_MS = 100;
/** How many are begun at the same time. */
const WIDTH = 200;

/** What is sent of each kind at once; what is left of it follows a byte at a time, and never to its end. */
const KINDS = [
  () => ['', ''],
  () => ['GET /up HT', `TP/1.1\r\nX-Slow: ${'x'.repeat(10_000)}`],
  () => [upgrade(), ''],
  () => [Buffer.concat([Buffer.from(upgrade()), clientFrame(1, 'x'.repeat(2_000)).subarray(0, 9)]), 'x'.repeat(1_900)],
  () => [signedRequest('POST', '/events', { body: EVENT }).slice(0, -EVENT.length), EVENT.slice(0, -1)],
  () => ['POST /apps/1001/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffff', ''],
  () => [`${upgrade()}`.slice(0, -2), ''],
  () => [randomBytes(3), randomBytes(50)],
  () => [overHttp('xhr_streaming', 0), ''],
  () => [overHttp('xhr_send', 5_000), `["${'x'.repeat(4_000)}`],
];
const EVENT = JSON.stringify({ name: 'never', channel: 'shared', data: 'x'.repeat(5_000) });

/** Lays siege to a server from another process. Resolves once `count` connections have been begun; `lift()` ends it. */
export async function besiege(t, server, count) {
  const child = fork(HERE, [String(server.port), String(count)]);
  t.after(() => child.kill('SIGKILL'));
  let told = {};
  child.on('message', (message) => (told = message));
  const begun = new Promise((resolve) => child.once('message', resolve));
  return {
    begun: within(begun, `${count} connections to be begun`, 60_000),
    get told() {
      return told;
    },
    lift: () => child.kill('SIGKILL'),
  };
}

function upgrade() {
  const head = [`GET /app/${keyOf(MAIN).key}?protocol=7 HTTP/1.1`, 'Host: x', 'Upgrade: websocket', 'Connection: Upgrade'];
  return [...head, `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`, 'Sec-WebSocket-Version: 13', '\r\n'].join('\r\n');
}

/** A request of a session that nobody else uses. */
function overHttp(kind, length) {
  const name = `${randomBytes(1)[0]}/${randomBytes(4).toString('hex')}`;
  return `POST /pusher/app/${keyOf(MAIN).key}/${name}/${kind}?protocol=7 HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n`;
}

/** The program: holds `count` connections, and begins another for each that the server ends. */
async function hold(port, count) {
  const held = new Set();
  const tally = { begun: 0, ended: 0, held: 0 };
  const begin = (number) =>
    new Promise((resolve) => {
      const [first, rest] = KINDS[number % KINDS.length]();
      const slow = { tcp: connect(port, number), rest: Buffer.from(rest), sent: 0 };
      slow.tcp.on('connect', () => resolve(slow.tcp.write(first)));
      slow.tcp.on('error', resolve);
      slow.tcp.on('close', () => {
        tally.ended += 1;
        held.delete(slow);
      });
      slow.tcp.resume();
      held.add(slow);
      tally.begun += 1;
    });
  for (let next = 0; next < count; next += WIDTH) await Promise.all(Array.from({ length: WIDTH }, (_, at) => begin(next + at)));
  const tell = () => process.send({ ...tally, held: held.size });
  tell();
  every(STEP_MS, () => {
    for (const slow of held) dribble(slow);
    for (let missing = Math.min(count - held.size, WIDTH); missing > 0; missing--) begin(tally.begun);
    tell();
  });
}

/** One address has fewer ports than this has connections to begin. */
function connect(port, number) {
  return net.connect({ host: '127.0.0.1', port, localAddress: `127.0.0.${2 + (number % 8)}`, noDelay: true });
}

function dribble(slow) {
  if (slow.sent === slow.rest.length || slow.tcp.pending || slow.tcp.destroyed) return;
  slow.tcp.write(slow.rest.subarray(slow.sent, ++slow.sent));
}

if (process.argv[1] === HERE) await hold(Number(process.argv[2]), Number(process.argv[3]));
