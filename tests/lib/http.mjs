// HTTP on bare TCP: for requests in pieces, several at once, or never finished.

import net from 'node:net';
import { MAIN, keyOf } from './apps.mjs';
import { signedQuery } from './sign.mjs';
import { within } from './wait.mjs';

/** A signed request as text. `headers` are added; without one of them that says how the body ends, its length is told. */
export function signedRequest(method, path, { app = MAIN, body = '', headers = [], sentBody = body } = {}) {
  const full = `/apps/${app.id}${path}`;
  const query = signedQuery(keyOf(app), method, full, { body }).map(([key, value]) => `${key}=${value}`).join('&');
  const chunked = headers.some((line) => /^transfer-encoding/i.test(line));
  const length = chunked ? [] : [`Content-Length: ${Buffer.byteLength(sentBody)}`];
  return [`${method} ${full}?${query} HTTP/1.1`, 'Host: test', 'Content-Type: application/json', ...length, ...headers, '', sentBody].join('\r\n');
}

/** The body in chunks of `size` characters. */
export function inChunks(body, size) {
  const chunks = body.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
  return `${chunks.map((chunk) => `${Buffer.byteLength(chunk).toString(16)}\r\n${chunk}\r\n`).join('')}0\r\n\r\n`;
}

/** A connection that keeps what it hears. */
export class Wire {
  heard = '';
  #wakers = new Set();

  constructor(server) {
    this.tcp = net.connect({ host: '127.0.0.1', port: server.port, noDelay: true });
    this.tcp.on('data', (text) => this.#wake((this.heard += text)));
    // A server that gives a peer up may reset the connection.
    this.tcp.on('error', () => {});
    this.tcp.on('close', () => this.#wake((this.ended = true)));
  }

  /** Writes and waits until the system has taken it. */
  write(bytes) {
    return new Promise((written) => this.tcp.write(bytes, written));
  }

  /** Writes in pieces of `size` bytes, each a segment of its own. */
  async writeInPieces(text, size) {
    const bytes = Buffer.from(text);
    for (let start = 0; start < bytes.length; start += size) await this.write(bytes.subarray(start, start + size));
  }

  /** Waits until this many responses have come, and returns their heads and bodies. */
  async responses(count) {
    await this.#until(() => this.ended || split(this.heard).length >= count, `${count} responses`);
    return split(this.heard);
  }

  /** Waits for one response: `{status, head, json}`. */
  async response() {
    const [{ head, body }] = await this.responses(1);
    return { status: Number(head.slice(9, 12)), head, json: body === '' ? undefined : JSON.parse(body) };
  }

  /** Waits until what was heard matches. */
  until(pattern) {
    return this.#until(() => this.ended || pattern.test(this.heard), pattern);
  }

  /** Waits for the end of the connection. */
  async end(ms) {
    await this.#until(() => this.ended, 'the end of the connection', ms);
  }

  close() {
    this.tcp.destroy();
  }

  #until(condition, what, ms) {
    const loop = async () => {
      while (!condition()) await new Promise((wake) => this.#wakers.add(wake));
    };
    return within(loop(), () => `${what}; heard ${this.heard}`, ms);
  }

  #wake() {
    for (const wake of this.#wakers) wake();
    this.#wakers.clear();
  }
}

/** The responses in what was heard that are whole; those that say 100 are none. */
function split(text) {
  const found = [];
  let rest = text;
  for (;;) {
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) return found;
    const head = rest.slice(0, end);
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (rest.length < end + 4 + length) return found;
    if (!head.startsWith('HTTP/1.1 100')) found.push({ head, body: rest.slice(end + 4, end + 4 + length) });
    rest = rest.slice(end + 4 + length);
  }
}
