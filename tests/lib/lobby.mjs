// People of the status app without a browser: a cookie jar, and a socket in the lobby.

import { LOBBY, STATUS } from './apps.mjs';
import { Jar } from './jar.mjs';
import { connect } from './socket.mjs';
import { startServer } from './server.mjs';

/** A server whose status page runs on the fixed app `STATUS`. */
export function startStatusServer(t, { config = {}, app = STATUS, ...options } = {}) {
  return startServer(t, { config: { status_app: app.id, apps: [app], ...config }, ...options });
}

/** Signs up and insists on success. */
export async function signUp(server, name, status = 'hello') {
  const jar = new Jar(server);
  const reply = await jar.register(name, status);
  if (reply.status !== 200) throw new Error(`sign-up of ${name}: ${reply.status} ${reply.text}`);
  return jar;
}

/** Opens a socket and joins the lobby with the jar's identity. Returns the socket, with `roster`. */
export async function enterLobby(server, jar, app = STATUS) {
  const socket = await connect(server, { app });
  const reply = await jar.authorize(socket.id, LOBBY);
  if (reply.status !== 200) throw new Error(`auth: ${reply.status} ${reply.text}`);
  const frame = await socket.subscribe(LOBBY, { auth: reply.json.auth, channelData: reply.json.channel_data });
  socket.roster = JSON.parse(frame.data).presence;
  return socket;
}

/** Signs up and enters. */
export async function arrive(server, name, status, app = STATUS) {
  const jar = await signUp(server, name, status);
  return { jar, socket: await enterLobby(server, jar, app) };
}

/** Waits until this socket is told that `user` has this status, by any kind of frame. */
export async function told(socket, user, status) {
  await socket.take((frame) => statusesIn(frame).get(user) === status, `${user} to be "${status}"`);
}

/** The statuses by user that a frame tells. */
export function statusesIn(frame) {
  if (!frame.event.startsWith('pusher_internal:') || frame.channel !== LOBBY) return new Map();
  const data = JSON.parse(frame.data);
  if (frame.event.endsWith(':subscription_succeeded')) {
    return new Map(Object.entries(data.presence.hash).map(([user, info]) => [user, info?.status]));
  }
  return new Map(data.user_info ? [[data.user_id, data.user_info.status]] : []);
}
