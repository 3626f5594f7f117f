/** The console names every class of webhooks, as the server's own table does (docs/webhooks.md). */

import { expect, test } from 'vitest';
import { en } from './en';

const tables = import.meta.glob<string>('../../../docs/webhooks.md', { query: '?raw', import: 'default', eager: true });
const table = Object.values(tables)[0];

test.runIf(table !== undefined)('every class has a name, and no other', () => {
  const classes = (table ?? '').split('| Class | Events |')[1]!.split('\n\n')[0]!;
  const names = [...classes.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  expect(names.length).toBeGreaterThan(0);
  expect(Object.keys(en.webhooks.classes)).toEqual(names);
});
