// pusher-js as the scenario drives it. A page gets this class as text, so it uses nothing but what it is given.

export class PusherFront {
  #heard = new Map();
  #wakers = new Map();

  constructor(Pusher, key, options) {
    this.pusher = new Pusher(key, options);
    this.connection = this.pusher.connection;
  }

  /** Resolves with the socket id. */
  connected() {
    return this.#reached('connected').then(() => this.connection.socket_id);
  }

  /** What the frames come over: the name of the transport, and whether with TLS. */
  transport() {
    return `${this.connection.connection.transport.name}${this.connection.usingTLS ? ' with TLS' : ''}`;
  }

  /** Resolves when the client has given up, or was told to. */
  disconnected() {
    return this.#reached('disconnected');
  }

  /** Resolves with the members, if the channel has some. */
  subscribe(name) {
    const channel = this.pusher.subscribe(name);
    return new Promise((done, fail) => {
      channel.bind('pusher:subscription_succeeded', () => done(this.members(name)));
      channel.bind('pusher:subscription_error', ({ status, error }) => fail(new Error(`${status}: ${error}`)));
    });
  }

  unsubscribe(name) {
    this.pusher.unsubscribe(name);
  }

  /** `{id: info}` */
  members(name) {
    const found = {};
    this.pusher.channel(name).members?.each(({ id, info }) => (found[id] = info));
    return found;
  }

  /** From now on `heard` knows of this event. Without a channel it is one to the user. */
  listen(name, event) {
    const emitter = name === null ? this.pusher.user : this.pusher.channel(name);
    emitter.bind(event, (data, metadata) => this.keep(name, event, { data, user: metadata?.user_id ?? null }));
  }

  /** The oldest event of this name that nobody took yet: its data, and the user it is from. */
  heard(name, event) {
    const key = `${name} ${event}`;
    const waiting = this.#heard.get(key) ?? [];
    if (waiting.length > 0) return Promise.resolve(waiting.shift());
    return new Promise((done) => this.#wakers.set(key, [...(this.#wakers.get(key) ?? []), done]));
  }

  trigger(name, event, data) {
    return this.pusher.channel(name).trigger(event, data);
  }

  /** Resolves with the id of the user, once what is sent to the user arrives. */
  signin() {
    this.pusher.signin();
    return this.signedIn();
  }

  async signedIn() {
    const { user } = this.pusher;
    await user.signinDonePromise;
    const channel = user.serverToUserChannel;
    if (channel && !channel.subscribed) await new Promise((done) => channel.bind('pusher:subscription_succeeded', done));
    return user.user_data?.id ?? null;
  }

  close() {
    this.pusher.disconnect();
  }

  keep(name, event, what) {
    const key = `${name} ${event}`;
    const waker = this.#wakers.get(key)?.shift();
    if (waker) waker(what);
    else this.#heard.set(key, [...(this.#heard.get(key) ?? []), what]);
  }

  #reached(state) {
    return new Promise((done) => {
      if (this.connection.state === state) done();
      else this.connection.bind(state, () => done());
    });
  }
}
