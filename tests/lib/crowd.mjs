// Many people at once, without accounts: sockets that sign for themselves with the app's secret, and so may say anything.

import { LOBBY, STATUS, keyOf } from './apps.mjs';
import { openRaw } from './raw.mjs';
import { authorize } from './sign.mjs';
import { eachOf, every } from './wait.mjs';

/** Joins the lobby as each of these users, `[user, info]`, and forgets what it is told from then on. */
export function crowd(server, members) {
  return eachOf(members, WIDTH, ([user, info]) => join(server, user, info));
}

/** `count` users named `prefix 0000` and on, each with a status that wraps sooner or later. */
export function extras(prefix, count) {
  return Array.from({ length: count }, (_, index) => [nameOf(prefix, index), infoOf(statusOf(index))]);
}

export function nameOf(prefix, index) {
  return `${prefix} ${String(index).padStart(4, '0')}`;
}

/** Between 1 and 140 characters, most of them few. */
export function statusOf(index) {
  return `busy with item ${index}${' and then some more of it'.repeat([0, 0, 1, 0, 5, 2, 0][index % 7])}`;
}

export function infoOf(status, rev = 1) {
  return { status, rev, updated_at: Date.now() };
}

/** Joins as one user, with any member info at all; undefined leaves it out. Returns the raw socket. */
export async function join(server, user, info) {
  const socket = openRaw(server, { app: STATUS });
  const id = await socket.established();
  const channel_data = JSON.stringify(info === undefined ? { user_id: user } : { user_id: user, user_info: info });
  let answer;
  socket.onFrame = (_, payload) => {
    const frame = JSON.parse(payload);
    if (/:subscription_(succeeded|error)$/.test(frame.event)) answer = frame.event;
  };
  socket.sendEvent('pusher:subscribe', { channel: LOBBY, auth: authorize(keyOf(STATUS), id, LOBBY, channel_data), channel_data });
  await socket.wait(() => answer !== undefined || socket.fate !== null, `${user} to be in the lobby`);
  if (answer !== 'pusher_internal:subscription_succeeded') throw new Error(`${user}: ${answer ?? socket.fate}`);
  // What a thousand are told about a thousand is not worth parsing; the kernel has to get rid of it all the same.
  socket.tcp.removeAllListeners('data');
  socket.tcp.resume();
  socket.tcp.once('close', every(ALIVE_MS, () => socket.sendEvent('pusher:ping', {})));
  return socket;
}

/** Leaves the lobby at once, without a grace. */
export function leave(socket) {
  socket.sendEvent('pusher:unsubscribe', { channel: LOBBY });
}

const WIDTH = 32;
/** Often enough for the server's 30 s. */
const ALIVE_MS = 10_000;
