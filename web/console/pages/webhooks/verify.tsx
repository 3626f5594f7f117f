/** How a back end checks that a webhook is from this server. */

import type { JSX } from 'preact';
import { texts } from '../../i18n';
import { Code } from '../../parts/code';

export function Verify(): JSX.Element {
  const t = texts.value.webhooks;
  return (
    <section class="section">
      <h2>{t.verify}</h2>
      <p>{t.verifyLead}</p>
      <Code title="Node" text={NODE} />
      <Code title="PHP" text={PHP} />
      <Code title="Python" text={PYTHON} />
    </section>
  );
}

/* Each compares in constant time, and signs the bytes as they came. */
const NODE = `import { createHmac, timingSafeEqual } from "node:crypto";

function isOurs(body, headers, secret) {
  const expected = createHmac("sha256", secret).update(body).digest();
  const given = Buffer.from(headers["x-pusher-signature"] ?? "", "hex");
  return given.length === expected.length && timingSafeEqual(given, expected);
}`;
const PHP = `function is_ours(string $body, string $signature, string $secret): bool {
    return hash_equals(hash_hmac('sha256', $body, $secret), $signature);
}`;
const PYTHON = `import hashlib, hmac

def is_ours(body: bytes, signature: str, secret: str) -> bool:
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, signature)`;
