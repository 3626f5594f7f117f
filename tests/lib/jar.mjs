// A browser without a page: requests with a cookie jar of its own.

import { send } from './api.mjs';

export class Jar {
  /** Cookie name -> value, as the server set them. */
  cookies = new Map();
  /** Every `Set-Cookie` line so far. */
  lines = [];

  constructor(server) {
    this.server = server;
  }

  get(path, headers = {}) {
    return this.request('GET', path, { headers });
  }

  /** Posts JSON for an object, a form for URLSearchParams, and text as it is. */
  post(path, body, headers = {}) {
    return this.request('POST', path, { body, headers });
  }

  put(path, body, headers = {}) {
    return this.request('PUT', path, { body, headers });
  }

  async request(method, path, { body, headers = {} } = {}) {
    const [text, type] = encode(body);
    const sent = { ...(type ? { 'Content-Type': type } : {}), ...this.#header(), ...headers };
    const reply = await send(this.server, method, path, { body: text, headers: sent });
    this.#keep(reply.headers['set-cookie'] ?? []);
    return reply;
  }

  register(username, status, more = {}) {
    return this.post('/register', { username, status, ...more });
  }

  setStatus(text, more = {}) {
    return this.put('/api/me/status', { text, mutation_id: crypto.randomUUID(), ...more });
  }

  /** What the page asks for a channel subscription. */
  authorize(socketId, channel) {
    return this.post('/usersystem/auth', new URLSearchParams({ socket_id: socketId, channel_name: channel }));
  }

  #header() {
    const pairs = [...this.cookies].map(([name, value]) => `${name}=${value}`);
    return pairs.length === 0 ? {} : { Cookie: pairs.join('; ') };
  }

  #keep(lines) {
    for (const line of lines) {
      this.lines.push(line);
      const [pair, ...attributes] = line.split(/;\s*/);
      const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
      const over = attributes.some((text) => /^max-age=(0|-\d+)$/i.test(text) || /^expires=.*\b19[67]\d\b/i.test(text));
      if (over || value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
  }
}

function encode(body) {
  if (body === undefined) return [undefined, undefined];
  if (body instanceof URLSearchParams) return [body.toString(), 'application/x-www-form-urlencoded'];
  if (typeof body === 'string') return [body, undefined];
  return [JSON.stringify(body), 'application/json'];
}
