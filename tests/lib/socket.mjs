// A Pusher client as thin as can be: `ws` frames in, `ws` frames out, every one of them kept.
// Stock clients hide what these tests are about, so this one interprets nothing.

import WebSocket from 'ws';
import { authorize, authorizeUser } from './sign.mjs';
import { within } from './wait.mjs';
import { MAIN, keyOf } from './apps.mjs';

/** Opens a connection and waits for nothing. `path` overrides the whole request target, and `secure` takes any certificate. */
export function dial(server, { app = MAIN, key = keyOf(app).key, protocol = 7, query = {}, path, secure = false, ...options } = {}) {
  const parameters = new URLSearchParams({ ...(protocol === null ? {} : { protocol }), client: 'js', version: '8.6.0', ...query });
  const target = path ?? `/app/${key}?${parameters}`;
  const scheme = secure ? 'wss' : 'ws';
  return new Socket(new WebSocket(`${scheme}://${server.host}${target}`, { rejectUnauthorized: !secure, ...options }), app);
}

/** Opens a connection and waits until it is established. */
export async function connect(server, options) {
  const socket = dial(server, options);
  await socket.established();
  return socket;
}

export class Socket {
  /** Every text frame so far, parsed, oldest first. */
  frames = [];
  /** Every text frame so far, as it came. */
  texts = [];
  /** `{code, reason}` once the connection has ended. */
  end = null;
  #read = 0;
  #wakers = new Set();

  constructor(ws, app) {
    this.ws = ws;
    this.app = app;
    ws.on('message', (bytes, isBinary) => this.#keep(bytes, isBinary));
    ws.on('close', (code, reason) => this.#finish(code, reason.toString()));
    ws.on('error', (error) => (this.error = error));
  }

  /** Waits for `connection_established` and returns its payload. */
  async established() {
    const frame = await this.next();
    if (frame.event !== 'pusher:connection_established') throw new Error(`first frame: ${JSON.stringify(frame)}`);
    const payload = JSON.parse(frame.data);
    this.id = payload.socket_id;
    return payload;
  }

  send(event, data, channel) {
    this.sendText(JSON.stringify({ event, data, channel }));
  }

  sendText(text) {
    this.ws.send(text);
  }

  /** The next frame that nobody took yet. */
  next(what = 'a frame') {
    return this.take(() => true, what);
  }

  /** The next frame with this event name (and channel); frames before it are passed over, but stay in `frames`. */
  take(match, what = `a frame matching ${match}`, ms) {
    const matches =
      typeof match === 'function' ? match : (frame) => frame.event === match;
    return within(this.#search(matches), () => `${what}; got ${JSON.stringify(this.frames.slice(-12))}`, ms);
  }

  /** The next frame, which must have this event name. */
  async expect(event, channel) {
    const frame = await this.next(event);
    if (frame.event !== event || (channel !== undefined && frame.channel !== channel)) {
      throw new Error(`expected ${event}${channel ? ` on ${channel}` : ''}, got ${JSON.stringify(frame)}`);
    }
    return frame;
  }

  /** Takes every frame until the answer to a ping of ours, and returns those before it. */
  async settle() {
    this.send('pusher:ping', {});
    const before = [];
    for (;;) {
      const frame = await this.next('pusher:pong');
      if (frame.event === 'pusher:pong') return before;
      before.push(frame);
    }
  }

  /** Subscribes without waiting. Signs where the channel's kind asks for it, unless `auth` is given. */
  request(channel, { member, channelData, auth, key = keyOf(this.app) } = {}) {
    const data = { channel };
    const text = channelData ?? (member === undefined ? undefined : JSON.stringify(member));
    if (text !== undefined) data.channel_data = text;
    if (auth !== undefined) data.auth = auth;
    else if (/^(private|presence)-/.test(channel)) data.auth = authorize(key, this.id, channel, text);
    this.send('pusher:subscribe', data);
  }

  /** Subscribes and returns the success frame. */
  async subscribe(channel, options) {
    this.request(channel, options);
    const answer = (frame) =>
      frame.channel === channel && /^pusher(_internal)?:subscription_(succeeded|error)$/.test(frame.event);
    const frame = await this.take(answer, `the answer to subscribing to ${channel}`);
    if (frame.event !== 'pusher_internal:subscription_succeeded') throw new Error(`refused: ${JSON.stringify(frame)}`);
    return frame;
  }

  /** Joins a presence channel as `user` and returns the roster `{count, ids, hash}` of the success frame. */
  async join(channel, user, info) {
    const member = info === undefined ? { user_id: user } : { user_id: user, user_info: info };
    const frame = await this.subscribe(channel, { member });
    return JSON.parse(frame.data).presence;
  }

  /** Signs in without waiting; `user` is an object, or the exact text of `user_data`. */
  requestUser(user, { key = keyOf(this.app), auth } = {}) {
    const text = typeof user === 'string' ? user : JSON.stringify(user);
    this.send('pusher:signin', { auth: auth ?? authorizeUser(key, this.id, text), user_data: text });
  }

  /** Signs in and returns the success frame. */
  async signIn(user, options) {
    this.requestUser(user, options);
    return this.expect('pusher:signin_success');
  }

  unsubscribe(channel) {
    this.send('pusher:unsubscribe', { channel });
  }

  /** Frames of one event name so far, oldest first, taken or not. */
  seen(event, channel) {
    return this.frames.filter((frame) => frame.event === event && (channel === undefined || frame.channel === channel));
  }

  /** Waits for the end of the connection: `{code, reason}`. */
  async closed(ms) {
    await within(
      this.#wait(() => this.end !== null),
      () => `the connection to be closed; got ${JSON.stringify(this.frames.slice(-5))}`,
      ms,
    );
    return this.end;
  }

  /** Closes with a code and waits for the end. */
  async close(code = 1000) {
    this.ws.close(code);
    return this.closed();
  }

  /** Drops the connection as a power cut would: the peer sees 1006. */
  drop() {
    this.ws.terminate();
  }

  #keep(bytes, isBinary) {
    if (isBinary) throw new Error('a server never sends binary messages (docs/protocol.md 0.3)');
    this.texts.push(bytes.toString());
    this.frames.push(JSON.parse(bytes));
    this.#wake();
  }

  #finish(code, reason) {
    this.end = { code, reason };
    this.#wake();
  }

  async #search(matches) {
    for (;;) {
      while (this.#read < this.frames.length) {
        const frame = this.frames[this.#read++];
        if (matches(frame)) return frame;
      }
      if (this.end) throw new Error(`closed with ${this.end.code} ${this.end.reason} ${this.error ?? ''}`);
      await new Promise((wake) => this.#wakers.add(wake));
    }
  }

  async #wait(condition) {
    while (!condition()) await new Promise((wake) => this.#wakers.add(wake));
  }

  #wake() {
    const wakers = [...this.#wakers];
    this.#wakers.clear();
    for (const wake of wakers) wake();
  }
}
