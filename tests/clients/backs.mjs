// The server libraries, each behind the same steps: `back.ask({ do: 'trigger', … })`. The others are in steps.rs and steps.py.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Pusher from 'pusher';
import { keyOf } from '../lib/apps.mjs';
import { example, startLines } from '../lib/lines.mjs';

/** The master key of encrypted channels, which the server must never need. */
const MASTER_KEY = Buffer.alloc(32, 7).toString('base64');
const HERE = fileURLToPath(new URL('.', import.meta.url));

/** What all of them are told of a server and an app. */
function settings(server, app, url = server.url) {
  const { key, secret } = keyOf(app);
  return { url, host: '127.0.0.1', port: server.port, ssl: false, appId: app.id, key, secret, masterKey: MASTER_KEY };
}

export function rustBack(after, server, app) {
  return startLines(after, example('steps'), [JSON.stringify(settings(server, app))]);
}

/** The same over https; `certificate` is the file of what it trusts. */
export function secureRustBack(after, server, app, certificate) {
  const url = server.url.replace('http:', 'https:');
  const env = { ...process.env, SSL_CERT_FILE: certificate };
  return startLines(after, example('steps'), [JSON.stringify(settings(server, app, url))], { env });
}

export function pythonBack(after, server, app) {
  const python = join(HERE, '../../.venv/bin/python');
  return startLines(after, python, [join(HERE, 'steps.py'), JSON.stringify(settings(server, app))]);
}

export function nodeBack(after, server, app) {
  const { appId, key, secret, host, port, masterKey } = settings(server, app);
  return new NodeBack(new Pusher({ appId, key, secret, host, port: String(port), useTLS: false, encryptionMasterKeyBase64: masterKey }));
}

class NodeBack {
  constructor(pusher) {
    this.pusher = pusher;
  }

  async ask({ do: step, ...details }) {
    return this[step](details);
  }

  authorize({ socket, channel, member }) {
    return this.pusher.authorizeChannel(socket, channel, member && { user_id: member.id, user_info: member.info });
  }

  authenticate({ socket, user: { id, info, watchlist } }) {
    return this.pusher.authenticateUser(socket, { id, user_info: info, watchlist });
  }

  async trigger({ channels, event, data, except }) {
    await this.pusher.trigger(channels, event, data, except && { socket_id: except });
  }

  async batch({ events }) {
    await this.pusher.triggerBatch(events.map(({ channel, event, data }) => ({ channel, name: event, data })));
  }

  async toUser({ user, event, data }) {
    await this.pusher.sendToUser(user, event, data);
  }

  async channels({ prefix, info }) {
    return (await this.#query('/channels', { filter_by_prefix: prefix, info })).channels;
  }

  channel({ channel, info }) {
    return this.#query(`/channels/${channel}`, { info });
  }

  async users({ channel }) {
    return (await this.#query(`/channels/${channel}/users`, {})).users.map(({ id }) => id);
  }

  async terminate({ user }) {
    await this.pusher.terminateUserConnections(user);
  }

  webhook({ key, signature, body }) {
    const headers = { 'x-pusher-key': key, 'x-pusher-signature': signature, 'content-type': 'application/json' };
    const webhook = this.pusher.webhook({ headers, rawBody: body });
    if (!webhook.isValid()) throw new Error('not authentic');
    return webhook.getEvents();
  }

  async #query(path, params) {
    return (await this.pusher.get({ path, params })).json();
  }
}
