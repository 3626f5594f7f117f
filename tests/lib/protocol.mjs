// What every protocol suite begins with: one server with the fixed apps, and short names.

import { PROTOCOL_APPS } from './apps.mjs';
import { startServer } from './server.mjs';

/** A server for a whole file of tests; `after` is node:test's. */
export function startProtocolServer(after, options = {}) {
  return startServer({ after }, { ...options, config: { apps: PROTOCOL_APPS, ...options.config } });
}

/** The payload of a frame whose `data` is a JSON string. */
export function payload(frame) {
  if (typeof frame.data !== 'string') throw new Error(`data is not a string: ${JSON.stringify(frame)}`);
  return JSON.parse(frame.data);
}

/** Takes the next frame, which must be an in-band error with code null, and returns its message. */
export async function refusal(socket) {
  const frame = await socket.expect('pusher:error');
  if (frame.data?.code !== null || typeof frame.data.message !== 'string') {
    throw new Error(`not an error with code null: ${JSON.stringify(frame)}`);
  }
  return frame.data.message;
}

/**
 * Takes both frames of a refused subscription (docs/protocol.md 2.4): the channel's own and the connection's,
 * in whichever order. Returns `{type, error, status, message}`.
 */
export async function refusedSubscription(socket, channel) {
  const frames = [await socket.next('the first frame of a refusal'), await socket.next('the second frame of a refusal')];
  const own = frames.find((frame) => frame.event === 'pusher:subscription_error' && frame.channel === channel);
  const common = frames.find((frame) => frame.event === 'pusher:error');
  if (!own || common?.data?.code !== null || 'channel' in common) {
    throw new Error(`not a refusal of ${channel}: ${JSON.stringify(frames)}`);
  }
  return { ...payload(own), message: common.data.message };
}

/** Fails unless the connection still answers; returns the frames that came before the answer. */
export function alive(socket) {
  return socket.settle();
}
