/** The console explains every kind of error of the server, as the server's own table does (docs/errors.md). */

import { expect, test } from 'vitest';
import { en } from './en';
import { fr } from './fr';

const tables = import.meta.glob<string>('../../../docs/errors.md', { query: '?raw', import: 'default', eager: true });
const table = Object.values(tables)[0];

test.runIf(table !== undefined)('every kind is explained as the table explains it', () => {
  const rows = [...(table ?? '').matchAll(/^\| `(\w+)` \|[^|]*\| (.*?) \|[^|]*\|$/gm)].map(([, kind, why]) => [kind, why!.replaceAll("'", '’')]);
  expect(rows.length).toBeGreaterThan(50);
  expect(Object.entries(en.errorKinds)).toEqual(rows);
});

test('every kind is explained in French too, in words of its own', () => {
  expect(Object.keys(fr.errorKinds)).toEqual(Object.keys(en.errorKinds));
  for (const [kind, why] of Object.entries(fr.errorKinds)) expect(why).not.toBe(en.errorKinds[kind as keyof typeof en.errorKinds]);
});
