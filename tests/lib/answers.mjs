// The shape of a failure on an API path (docs/status.md section 0, "Answers").

import assert from 'node:assert/strict';

/** Checks the failure body of a reply and returns it. */
export function failure(reply) {
  assert.ok(reply.status >= 400, `${reply.status} is no failure`);
  assert.match(reply.headers['content-type'] ?? '', /^application\/json/, `${reply.status} ${reply.text}`);
  const { success, error, message, field, request_id, ...rest } = reply.json;
  assert.equal(success, false);
  assert.match(error, /^[a-z_]+$/);
  assert.equal(typeof message, 'string');
  assert.equal(typeof request_id, 'string');
  assert.ok(field === undefined || typeof field === 'string');
  assert.deepEqual(Object.keys(rest).filter((key) => !['current', 'retry_after'].includes(key)), []);
  return reply.json;
}
