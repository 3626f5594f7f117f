// The signed HTTP API. Requests go out byte for byte as given: no client library tidies them up.

import http from 'node:http';
import { keyOf } from './apps.mjs';
import { signedQuery } from './sign.mjs';

const agent = new http.Agent({ keepAlive: true, maxSockets: 32 });

/** Sends a request with a raw target and returns `{status, headers, text, json}`. */
export async function send(server, method, target, options = {}) {
  for (;;) {
    const attempt = await once(server, method, target, options);
    if (!attempt.stale) return attempt;
  }
}

/** A kept connection may have been closed just before it is used again; that says nothing about this request. */
function once(server, method, target, { body, headers = {} }) {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port: server.port, method, path: target, agent, headers }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve(answer(response, Buffer.concat(chunks).toString())));
    });
    request.on('error', (error) => (request.reusedSocket ? resolve({ stale: true }) : reject(error)));
    request.end(body);
  });
}

/** A signed request to `/apps/{id}{path}`; see `signedQuery` for what may be tampered with. */
export function call(server, app, method, path, { body, key = keyOf(app), sentBody = body, spell = plain, ...rest } = {}) {
  const full = `/apps/${app.id}${path}`;
  const pairs = signedQuery(key, method, full, { body: body ?? '', ...rest });
  const headers = sentBody === undefined ? {} : { 'Content-Type': 'application/json' };
  return send(server, method, `${full}?${spell(pairs)}`, { body: sentBody, headers });
}

/** `POST /apps/{id}/events` with this event as the body. */
export function trigger(server, app, event, options = {}) {
  return call(server, app, 'POST', '/events', { body: JSON.stringify(event), ...options });
}

/** Publishes and insists on success. */
export async function publish(server, app, channel, name, data = '{}', more = {}) {
  const reply = await trigger(server, app, { name, channel, data, ...more });
  if (reply.status !== 200) throw new Error(`publish: ${reply.status} ${reply.text}`);
}

/** `PATCH` of a member's info (docs/status.md 3.4, "Carrying it on the Pusher protocol", point 5). */
export function patchMember(server, app, channel, user, userInfo, options = {}) {
  const path = `/channels/${encodeURIComponent(channel)}/members/${encodeURIComponent(user)}`;
  return call(server, app, 'PATCH', path, { body: JSON.stringify({ user_info: userInfo }), ...options });
}

function plain(pairs) {
  return pairs.map(([key, value]) => `${key}=${value}`).join('&');
}

function answer(response, text) {
  let json;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  return { status: response.statusCode, headers: response.headers, text, json };
}
