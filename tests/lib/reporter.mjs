// A reporter of node:test that writes one JSON line per test, for conformance.mjs.

import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

export default async function* report(events) {
  for await (const { type, data } of events) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    if (isFile(data)) continue;
    const skipped = data.skip !== undefined || data.todo !== undefined;
    const outcome = skipped ? 'skipped' : type === 'test:pass' ? 'passed' : 'failed';
    const file = data.file ? relative(ROOT, data.file) : '';
    yield `${JSON.stringify({ name: data.name, file, outcome })}\n`;
  }
}

/** node:test reports a file that failed as a whole as a test named after it. */
function isFile({ name, nesting }) {
  return nesting === 0 && name.endsWith('.test.mjs') && !name.includes(' ');
}
