// Signatures, written from docs/protocol.md alone so that a shared mistake cannot hide.

import { createHash, createHmac } from 'node:crypto';

export function hmacHex(secret, text) {
  return createHmac('sha256', secret).update(text).digest('hex');
}

export function md5Hex(body) {
  return createHash('md5').update(body).digest('hex');
}

/** `KEY:HEX` for a channel subscription (section 2.3). */
export function authorize({ key, secret }, socketId, channel, channelData) {
  const text = channelData ? `${socketId}:${channel}:${channelData}` : `${socketId}:${channel}`;
  return `${key}:${hmacHex(secret, text)}`;
}

/** `KEY:HEX` for a sign-in (section 4.1). */
export function authorizeUser({ key, secret }, socketId, userData) {
  return `${key}:${hmacHex(secret, `${socketId}::user::${userData}`)}`;
}

/** The string that an HTTP API request signs (section 6.2). `query` is an object or a list of pairs. */
export function stringToSign(method, path, query) {
  const pairs = Array.isArray(query) ? query : Object.entries(query);
  const sorted = pairs
    .map(([key, value]) => [key.toLowerCase(), value])
    .sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return [method, path, sorted.map(([key, value]) => `${key}=${value}`).join('&')].join('\n');
}

/**
 * The query of a signed request, unescaped pairs in wire order, signature last.
 * `timestamp`, `version` and `md5` replace what an honest client would send; null leaves the parameter out.
 */
export function signedQuery(key, method, path, { body = '', query = {}, timestamp, version = '1.0', md5 } = {}) {
  const digest = md5 === undefined ? (body.length > 0 ? md5Hex(body) : null) : md5;
  const parameters = {
    auth_key: key.key,
    auth_timestamp: timestamp === undefined ? Math.floor(Date.now() / 1000) : timestamp,
    auth_version: version,
    body_md5: digest,
    ...query,
  };
  const pairs = Object.entries(parameters).filter(([, value]) => value !== null);
  return [...pairs, ['auth_signature', hmacHex(key.secret, stringToSign(method, path, pairs))]];
}
