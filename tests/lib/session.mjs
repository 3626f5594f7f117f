// A session over HTTP as thin as can be: receive requests whose lines are kept as they come, and sends.
// It does nothing by itself: no rotation, no next poll, no answer to a heartbeat.

import http from 'node:http';
import { MAIN, keyOf } from './apps.mjs';
import { authorize } from './sign.mjs';
import { within } from './wait.mjs';

const kept = new http.Agent({ keepAlive: true, maxSockets: 64 });
let sessions = 0;

/** A session that has sent nothing yet. `name` is its `{server}/{session}`. */
export function session(server, { app = MAIN, key = keyOf(app).key, name, prefix = '/pusher', query } = {}) {
  const own = `${sessions % 1000}/${(sessions++).toString(32).padStart(8, '0')}`;
  return new Session(server, app, `${prefix}/app/${key}/${name ?? own}`, query ?? 'protocol=7&client=js&version=8.6.0');
}

/** A session that is connected. */
export async function open(server, { transport = 'xhr_streaming', ...options } = {}) {
  const opened = session(server, options);
  const answer = opened.receive(transport);
  const established = await opened.take(answer, 'pusher:connection_established');
  opened.id = JSON.parse(established.data).socket_id;
  return { session: opened, answer };
}

export class Session {
  constructor(server, app, base, query) {
    Object.assign(this, { server, app, base, query });
  }

  /** Asks to hear: `xhr_streaming` or `xhr`; with `agent: false` over a connection of its own. */
  receive(transport, { headers = {}, query = this.query, agent } = {}) {
    const all = { 'Content-Type': 'application/json', 'Content-Length': 0, ...headers };
    return new Answer(this.server, `${this.base}/${transport}?${query}&t=1&n=1`, all, agent);
  }

  /** Sends frames, each text or an object; resolves with the answer. */
  send(...frames) {
    return this.sendBody(JSON.stringify(frames.map((frame) => (typeof frame === 'string' ? frame : JSON.stringify(frame)))));
  }

  async sendBody(body, headers = { 'Content-Type': 'application/json' }) {
    return await request(this.server, 'POST', `${this.base}/xhr_send?t=1&n=2`, { body, headers });
  }

  /** Subscribes, signed where the channel needs it. */
  subscribe(channel, member) {
    const auth = /^(private|presence)-/.test(channel) ? authorize(keyOf(this.app), this.id, channel, member) : undefined;
    return this.send({ event: 'pusher:subscribe', data: { channel, auth, channel_data: member } });
  }

  /** Waits for the next frame of that event in an answer; others are skipped. */
  async take(answer, event) {
    for (;;) {
      const frame = await answer.frame(event);
      if (frame.event === event) return frame;
    }
  }
}

/** The answer to a receive request. */
export class Answer {
  /** Everything that came. */
  text = '';
  /** The lines that came whole, without their line feeds. */
  lines = [];
  /** `end`, or what broke it off. */
  end = null;
  #read = 0;
  #frames = [];
  #wakers = new Set();

  constructor(server, path, headers, agent = kept) {
    this.request = http.request({ host: '127.0.0.1', port: server.port, method: 'POST', path, headers, agent }, (response) => {
      this.status = response.statusCode;
      this.headers = response.headers;
      response.setEncoding('utf8');
      response.on('data', (text) => this.#keep(text));
      response.on('end', () => this.#finish('end'));
      response.on('error', (error) => this.#finish(error.code));
    });
    this.request.on('error', (error) => this.#finish(error.code));
    this.request.end();
  }

  /** The next line that nobody took. */
  async line(what = 'a line') {
    await this.#until(() => this.lines.length > this.#read, what);
    return this.lines[this.#read++];
  }

  /** The next frame that nobody took; other lines are skipped, the preludes and heartbeats among them. */
  async frame(what = 'a frame') {
    while (this.#frames.length === 0) {
      const line = await this.line(what);
      if (line.startsWith('c')) throw new Error(`closed with ${line} before ${what}`);
      if (line.startsWith('a')) this.#frames = JSON.parse(line.slice(1)).map((text) => JSON.parse(text));
    }
    return this.#frames.shift();
  }

  /** Waits for the end of the answer and returns the lines that nobody took. */
  async rest() {
    await this.#until(() => this.end !== null, 'the end of the answer');
    const rest = this.lines.slice(this.#read);
    this.#read = this.lines.length;
    return rest;
  }

  /** Goes away, as `pusher.disconnect()` and closed pages do. */
  abort() {
    this.request.destroy();
  }

  #keep(text) {
    this.text += text;
    const whole = this.text.split('\n');
    this.lines = whole.slice(0, -1);
    this.#wake();
  }

  #finish(how) {
    this.end ??= how;
    this.#wake();
  }

  #until(condition, what) {
    const loop = async () => {
      while (!condition()) {
        if (this.end !== null) throw new Error(`the answer ended (${this.end}) before ${what}; it was ${this.text.slice(-500)}`);
        await new Promise((wake) => this.#wakers.add(wake));
      }
    };
    return within(loop(), () => `${what}; the answer so far ends with ${this.text.slice(-500)}`);
  }

  #wake() {
    for (const wake of this.#wakers) wake();
    this.#wakers.clear();
  }
}

/** A plain request: `{status, headers, text}`. */
export function request(server, method, path, { body = '', headers = {} } = {}) {
  return new Promise((resolve, reject) => {
    const sent = http.request({ host: '127.0.0.1', port: server.port, method, path, headers: { 'Content-Length': Buffer.byteLength(body), ...headers } }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
