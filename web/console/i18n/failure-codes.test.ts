/** The console has words for every way in which a request of it can fail (docs/console.md section 2.10). */

import { expect, test } from 'vitest';
import { en } from './en';

const contracts = import.meta.glob<string>('../../../docs/console.md', { query: '?raw', import: 'default', eager: true });
const contract = Object.values(contracts)[0];
/** These depend on the field, and on how long one has to wait. */
const ELSEWHERE = ['unfit', 'too_many_requests'];

test.runIf(contract !== undefined)('every code has words', () => {
  const section = (contract ?? '').split('### 2.10 Failures')[1]!.split('\n### ')[0]!;
  const codes = [...section.matchAll(/^\| \d{3} \| ([^|]*) \|/gm)].flatMap(([, cell]) => cell!.match(/\w+/g) ?? []);
  expect(codes.length).toBeGreaterThan(40);
  const known: Readonly<Record<string, unknown>> = en.failures.codes;
  expect(codes.filter((code) => known[code] === undefined && !ELSEWHERE.includes(code))).toEqual([]);
});
