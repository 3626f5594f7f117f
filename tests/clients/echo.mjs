// laravel-echo over pusher-js, driven like pusher-js alone: what Echo has words for is said in Echo's words.

import Echo from 'laravel-echo';
import { PusherFront } from './front.mjs';

export class EchoFront extends PusherFront {
  #members = new Map();

  constructor(Pusher, key, options) {
    super(Pusher, key, options);
    this.echo = new Echo({ broadcaster: 'pusher', key, client: this.pusher });
  }

  subscribe(name) {
    const channel = this.#channel(name);
    return new Promise((done, fail) => {
      channel.error(({ status, error }) => fail(new Error(`${status}: ${error}`)));
      if (!name.startsWith('presence-')) return channel.subscribed(() => done({}));
      channel.here((members) => {
        this.#members.set(name, members);
        done(this.members(name));
      });
    });
  }

  unsubscribe(name) {
    this.echo.leaveChannel(name);
  }

  /** Echo tells what members say of themselves, not their ids; the scenario's members say both. */
  members(name) {
    return Object.fromEntries((this.#members.get(name) ?? []).map((info) => [info.name, info]));
  }

  listen(name, event) {
    if (name === null || event.startsWith('pusher:')) return super.listen(name, event);
    const keep = (data) => this.keep(name, event, { data, user: undefined });
    const channel = this.#channel(name);
    if (event.startsWith('client-')) channel.listenForWhisper(event.slice('client-'.length), keep);
    else channel.listen(`.${event}`, keep);
  }

  trigger(name, event, data) {
    this.#channel(name).whisper(event.slice('client-'.length), data);
    return true;
  }

  signin() {
    this.echo.connector.signin();
    return this.signedIn();
  }

  /** Echo's methods take the names without their prefixes. */
  #channel(name) {
    for (const [prefix, method] of PREFIXES) {
      if (name.startsWith(prefix)) return this.echo[method](name.slice(prefix.length));
    }
    return this.echo.channel(name);
  }
}

const PREFIXES = [
  ['private-encrypted-', 'encryptedPrivate'],
  ['private-', 'private'],
  ['presence-', 'join'],
];
