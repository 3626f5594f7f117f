// Runs the suites: `node run.mjs [--shards N] [--only PATTERN] [SUITE…]`. Results go to target/test-results/ for conformance.mjs.

import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const RESULTS = join(HERE, '../target/test-results');
/** Suite, and how many of its files may run at once: browsers and the measured run want the machine for themselves. */
const SUITES = { program: 2, protocol: 2, clients: 2, status: 2, tutorial: 1, pages: 1, console: 1, slow: 1 };

const { values, positionals } = parseArgs({
  options: { shards: { type: 'string', default: '1' }, only: { type: 'string' } },
  allowPositionals: true,
});
const chosen = positionals.length > 0 ? positionals : Object.keys(SUITES);
const totals = { passed: 0, failed: 0, skipped: 0 };
let broken = false;

mkdirSync(RESULTS, { recursive: true });
for (const suite of chosen) {
  for (const shards of values.shards.split(',')) runSuite(suite, shards);
}
console.log(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exitCode = broken || totals.failed > 0 ? 1 : 0;

function runSuite(suite, shards) {
  const files = readdirSync(join(HERE, suite)).filter((file) => file.endsWith('.test.mjs'));
  const results = join(RESULTS, `${suite}.shards-${shards}.jsonl`);
  rmSync(results, { force: true });
  console.log(`\n== ${suite}, --shards ${shards}`);
  const { status } = spawnSync(process.execPath, [...options(suite, results), ...files.map((file) => join(suite, file))], {
    cwd: HERE,
    stdio: 'inherit',
    env: { ...process.env, ROLLCALL_TEST_SHARDS: shards },
  });
  broken ||= status !== 0;
  for (const { outcome } of linesOf(results)) totals[outcome] += 1;
}

function options(suite, results) {
  return [
    '--test',
    `--test-concurrency=${SUITES[suite]}`,
    '--test-timeout=180000',
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    '--test-reporter=./lib/reporter.mjs',
    `--test-reporter-destination=${results}`,
    ...(values.only ? [`--test-name-pattern=${values.only}`] : []),
  ];
}

function linesOf(file) {
  return readFileSync(file, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
}
