// How the server libraries that do not run here check a webhook, written after each; one that is refused throws.

import assert from 'node:assert/strict';
import { timingSafeEqual } from 'node:crypto';
import { hmacHex } from './sign.mjs';

/** `(request, {key, secret})`, where `request` has `headers`, in lower case, and the `body` as text; returns the events. */
export const VERIFIERS = { PHP: php, Ruby: ruby, Go: go, Java: java, '.NET': dotnet };

function php({ headers, body }, { key, secret }) {
  assert.equal(headers['x-pusher-key'], key);
  assert.equal(hmacHex(secret, body), headers['x-pusher-signature']);
  const { time_ms: time, events } = JSON.parse(body);
  assert.equal(typeof time, 'number');
  // It looks at the channel of every event, to decrypt those of encrypted channels.
  for (const { channel } of events) assert.equal(typeof channel.startsWith('private-encrypted-'), 'boolean');
  return events;
}

function ruby({ headers, body }, { key, secret }) {
  // It decodes nothing of another type, and compares the whole header.
  assert.equal(headers['content-type'], 'application/json');
  assert.equal(headers['x-pusher-key'], key);
  assert.equal(headers['x-pusher-signature'], hmacHex(secret, body));
  return JSON.parse(body).events;
}

function go({ headers, body }, { key, secret }) {
  assert.equal(headers['x-pusher-key'], key);
  const given = Buffer.from(headers['x-pusher-signature'], 'hex');
  assert.ok(timingSafeEqual(given, Buffer.from(hmacHex(secret, body), 'hex')));
  const { time_ms: time, events } = JSON.parse(body);
  assert.ok(Number.isInteger(time));
  // It decodes into a struct of strings, and fails on a field of another type.
  const strings = ['name', 'channel', 'event', 'data', 'socket_id', 'user_id'];
  for (const event of events) for (const field of strings) assert.ok(['string', 'undefined'].includes(typeof event[field]), field);
  return events;
}

function java({ headers, body }, { key, secret }) {
  assert.equal(headers['x-pusher-key'].trim(), key);
  assert.equal(headers['x-pusher-signature'].trim(), hmacHex(secret, body));
  return JSON.parse(body).events;
}

function dotnet({ headers, body }, { secret }) {
  assert.equal(headers['content-type'], 'application/json');
  assert.equal(headers['x-pusher-signature'], hmacHex(secret, body));
  const { events, time_ms: time } = JSON.parse(body);
  assert.match(String(time), /^\d+$/);
  // Each event becomes a dictionary of strings: numbers turn into text, anything nested fails.
  for (const event of events) for (const value of Object.values(event)) assert.ok(['string', 'number'].includes(typeof value));
  return events;
}
