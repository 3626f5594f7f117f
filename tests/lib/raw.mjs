// A WebSocket client on bare TCP: for clients that stall, lie, or come by the thousand.

import net from 'node:net';
import { randomBytes } from 'node:crypto';
import { MAIN, keyOf } from './apps.mjs';
import { within } from './wait.mjs';

/** Opens a bare connection and sends the upgrade request, with `extra` bytes in the same segment; `over` opens the stream. */
export function openRaw(server, { app = MAIN, extra = Buffer.alloc(0), over = dialTcp } = {}) {
  const tcp = over(server);
  const request = [
    `GET /app/${keyOf(app).key}?protocol=7&client=js&version=8.6.0 HTTP/1.1`,
    `Host: ${server.host}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    'Sec-WebSocket-Version: 13',
    '\r\n',
  ].join('\r\n');
  tcp.write(Buffer.concat([Buffer.from(request), extra]));
  return new RawSocket(tcp);
}

function dialTcp(server) {
  return net.connect({ host: '127.0.0.1', port: server.port, noDelay: true });
}

/** A client's frame: FIN, masked. */
export function clientFrame(opcode, payload = Buffer.alloc(0)) {
  const body = Buffer.from(payload);
  const mask = randomBytes(4);
  const header =
    body.length < 126
      ? Buffer.from([0x80 | opcode, 0x80 | body.length])
      : Buffer.from([0x80 | opcode, 0x80 | 126, body.length >> 8, body.length & 0xff]);
  const masked = Buffer.from(body.map((byte, index) => byte ^ mask[index & 3]));
  return Buffer.concat([header, mask, masked]);
}

export const TEXT = 1;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

export class RawSocket {
  /** Called with `(opcode, payload)` for every frame; the default keeps them in `frames`. */
  onFrame = (opcode, payload) => this.frames.push({ opcode, payload });
  frames = [];
  /** `end`, `reset` or null while the connection lives. */
  fate = null;
  #buffer = Buffer.alloc(0);
  #upgraded = false;
  #wakers = new Set();

  constructor(tcp) {
    this.tcp = tcp;
    tcp.on('data', (bytes) => this.#receive(bytes));
    tcp.on('end', () => this.#finish('end'));
    tcp.on('error', (error) => this.#finish(/ECONNRESET|EPIPE/.test(error.code) ? 'reset' : error.code));
    tcp.on('close', () => this.#finish('end'));
  }

  /** Waits until `condition()` holds; it is asked after every batch of bytes and at the end. */
  async wait(condition, what, ms) {
    const loop = async () => {
      while (!condition()) await new Promise((wake) => this.#wakers.add(wake));
    };
    await within(loop(), what, ms);
  }

  /** Waits for `connection_established` and returns the socket id. */
  async established() {
    await this.wait(() => this.frames.length > 0 || this.fate, 'the first frame');
    const event = JSON.parse(this.frames[0]?.payload ?? 'null');
    if (event?.event !== 'pusher:connection_established') throw new Error(`first frame: ${JSON.stringify(event)}`);
    this.id = JSON.parse(event.data).socket_id;
    return this.id;
  }

  sendEvent(event, data, channel) {
    this.tcp.write(clientFrame(TEXT, JSON.stringify({ event, data, channel })));
  }

  /** Stops taking bytes from the kernel, as a stalled client does. */
  stopReading() {
    this.tcp.pause();
  }

  resumeReading() {
    this.tcp.resume();
  }

  /** Ends with a reset, which leaves no socket of ours in TIME_WAIT. */
  reset() {
    this.tcp.resetAndDestroy();
  }

  #receive(bytes) {
    this.#buffer = this.#buffer.length === 0 ? bytes : Buffer.concat([this.#buffer, bytes]);
    if (!this.#upgraded && !this.#takeResponse()) return;
    let offset = 0;
    for (;;) {
      const size = this.#takeFrame(offset);
      if (size === 0) break;
      offset += size;
    }
    if (offset > 0) this.#buffer = this.#buffer.subarray(offset);
    this.#wake();
  }

  #takeResponse() {
    const end = this.#buffer.indexOf('\r\n\r\n');
    if (end < 0) return false;
    const head = this.#buffer.subarray(0, end).toString();
    if (!head.startsWith('HTTP/1.1 101')) throw new Error(`no upgrade: ${head}`);
    this.#buffer = this.#buffer.subarray(end + 4);
    this.#upgraded = true;
    return true;
  }

  /** Hands over the frame at `offset` and returns its size, or 0 when it is not complete. */
  #takeFrame(offset) {
    const buffer = this.#buffer;
    if (buffer.length - offset < 2) return 0;
    let length = buffer[offset + 1];
    if (length > 127) throw new Error('a server never masks');
    let header = 2;
    if (length === 126) {
      if (buffer.length - offset < 4) return 0;
      length = buffer.readUInt16BE(offset + 2);
      header = 4;
    } else if (length === 127) {
      if (buffer.length - offset < 10) return 0;
      length = Number(buffer.readBigUInt64BE(offset + 2));
      header = 10;
    }
    if (buffer.length - offset < header + length) return 0;
    this.onFrame(buffer[offset] & 15, buffer.subarray(offset + header, offset + header + length));
    return header + length;
  }

  /** Bytes of a frame that began and never ended: must be none when the peer closes in order. */
  get leftOver() {
    return this.#buffer.length;
  }

  #finish(fate) {
    this.fate ??= fate;
    this.#wake();
  }

  #wake() {
    const wakers = [...this.#wakers];
    this.#wakers.clear();
    for (const wake of wakers) wake();
  }
}
