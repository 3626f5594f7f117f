// The stock clients, unmodified, pointed at a server of ours.

import PusherServer from 'pusher';
import PusherClient from 'pusher-js';
import { keyOf } from './apps.mjs';
import { within } from './wait.mjs';

/** The official Node server library for this app. */
export function pusherFor(server, app) {
  const { key, secret } = keyOf(app);
  return new PusherServer({ appId: app.id, key, secret, host: '127.0.0.1', port: String(server.port), useTLS: false });
}

/** The options that keep pusher-js on this server (docs/status.md section 0, "The page and pusher-js"). */
export function clientOptions(server) {
  return {
    cluster: '',
    wsHost: '127.0.0.1',
    wsPort: server.port,
    wssPort: server.port,
    httpHost: '127.0.0.1',
    httpPort: server.port,
    httpsPort: server.port,
    statsHost: server.host,
    forceTLS: false,
    enabledTransports: ['ws', 'wss'],
  };
}

/** A pusher-js client; disconnected when the test ends. */
export function pusherClient(t, server, app, options = {}) {
  const client = new PusherClient(keyOf(app).key, { ...clientOptions(server), ...options });
  t.after(() => client.disconnect());
  return client;
}

/** Resolves with the payload of the next `event` on a channel, a client or a connection. */
export function nextEvent(emitter, event, ms) {
  const happened = new Promise((resolve) => {
    const handler = (...payload) => {
      emitter.unbind(event, handler);
      resolve(payload[0]);
    };
    emitter.bind(event, handler);
  });
  return within(happened, event, ms);
}

/** A channel authorizer that answers from the app's secret with the official server library. */
export function signedBy(pusher, member) {
  return {
    customHandler: ({ socketId, channelName }, callback) => {
      callback(null, pusher.authorizeChannel(socketId, channelName, member));
    },
  };
}
