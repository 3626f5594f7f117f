// Writes docs/conformance.md: every item of docs/protocol.md's checklist, every trap of its section 9, and the tests that hold them.
// Reads the results of a whole test run, and fails when the file, as it was, gave one of them another status.

import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const RESULTS = join(ROOT, 'target/test-results');
const TARGET = join(ROOT, 'docs/conformance.md');

/** The items that this version promises. Each must have a test, and all of its tests must pass. */
const PROMISED = ranges('1-190');
/** The traps of section 9 that this version promises to stay out of, on the same terms. */
const PROMISED_TRAPS = ranges('1-37');
/** What the tests of an item cannot show. */
const ONE_NODE = 'pass on one node, *needs a second node* for the rest';
const NOTES = {
  ...Object.fromEntries([66, 109, 111, 115, 144, 163, 179, 188].map((number) => [number, ONE_NODE])),
  176: 'pass with the Node and Python packages and `rollcall-server`; PHP, Ruby, Go, Java and .NET *wire form only*: requests as those send them are replayed',
  177: 'pass with the Node and Python packages and `rollcall-server`; PHP, Ruby and Go *wire form only*: the algorithm of each is a test',
};

const OUTCOMES = { ok: 'passed', FAILED: 'failed', ignored: 'skipped' };
/** The directory of each crate, by its name. */
const DIRECTORIES = new Map(
  readdirSync(join(ROOT, 'crates')).map((directory) => {
    const manifest = readFileSync(join(ROOT, 'crates', directory, 'Cargo.toml'), 'utf8');
    return [/^name = "(.*)"$/m.exec(manifest)[1], directory];
  }),
);

const tests = [...rustTests(), ...nodeTests()];
const items = checklist();
const traps = trapTable();
const problems = [...verdicts('item', 'p', items, PROMISED), ...verdicts('trap', 'trap', traps, PROMISED_TRAPS)];
const places = new Set(tests.map(({ where }) => where).filter((where) => where.includes('/')));
problems.push(...[...places].filter((where) => !existsSync(join(ROOT, where))).map((where) => `${where} holds tests, and is nowhere`));
const text = page();
const before = existsSync(TARGET) ? readFileSync(TARGET, 'utf8') : '';
if (statusesOf(before) !== statusesOf(text)) problems.push('docs/conformance.md told something else; commit it as it is now');
writeFileSync(TARGET, text);
report();

/** `{number, section, text}` of each item of appendix A. */
function checklist() {
  const source = readFileSync(join(ROOT, 'docs/protocol.md'), 'utf8');
  const appendix = source.slice(source.indexOf('## Appendix A.'), source.indexOf('## Appendix B.'));
  const found = [];
  let section = '';
  for (const line of appendix.split('\n')) {
    if (line.startsWith('### ')) section = line.slice(4);
    const match = /^(\d+)\. (.*)$/.exec(line);
    if (match) found.push({ number: Number(match[1]), section, text: match[2] });
  }
  return found;
}

/** `{number, text}` of each trap of section 9; the text is its second column and its last. */
function trapTable() {
  const source = readFileSync(join(ROOT, 'docs/protocol.md'), 'utf8');
  const section = source.slice(source.indexOf('## 9. '), source.indexOf('## Appendix A.'));
  const rows = section.matchAll(/^\| (\d+) \| (.*) \| [^|]* \| (.*) \|$/gm);
  return [...rows].map(([, number, trap, correct]) => ({ number: Number(number), text: `${trap}: ${correct}` }));
}

/** `{name, where, outcome}` of each Rust test in the saved output of `cargo test`. */
function rustTests() {
  const file = join(RESULTS, 'rust.txt');
  if (!existsSync(file)) return [];
  const found = [];
  let [crate, where] = ['', ''];
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const running = /Running (?:unittests )?(\S+) \(.*deps\/([a-z0-9_]+)-[0-9a-f]+\)/.exec(line);
    if (running) {
      const [, path, target] = running;
      // Cargo tells a path inside of a package but not of which; each package begins with its unit tests, by its name.
      if (path.startsWith('src/')) crate = target.replaceAll('_', '-');
      where = sourceOf(path, crate);
    }
    const match = /^test (\S+)(?: - should panic)? \.\.\. (ok|FAILED|ignored)/.exec(line);
    if (match) found.push({ ...inFile(match[1].split('::'), where), outcome: OUTCOMES[match[2]] });
  }
  return found;
}

/** Where a file of a crate is; unit tests are told by the name of the crate. */
function sourceOf(path, crate) {
  if (path.startsWith('src/')) return crate;
  const directory = DIRECTORIES.get(crate);
  return directory ? `crates/${directory}/${path}` : path;
}

/** A test's name and its file, which is the one of its first module where a `main.rs` only gathers them. */
function inFile(path, where) {
  const own = where.replace(/main\.rs$/, `${path[0]}.rs`);
  return { name: path.at(-1), where: existsSync(join(ROOT, own)) ? own : where };
}

/** The same of each Node test; a test that ran with one and with two shards is one that must pass twice. */
function nodeTests() {
  if (!existsSync(RESULTS)) return [];
  return readdirSync(RESULTS)
    .filter((file) => file.endsWith('.jsonl'))
    .flatMap((file) => readFileSync(join(RESULTS, file), 'utf8').split('\n').filter(Boolean))
    .map((line) => JSON.parse(line))
    .map(({ name, file, outcome }) => ({ name, where: `tests/${file}`, outcome }));
}

/** Fills in the status and the tests of each row of a `kind`, and returns what is wrong. */
function verdicts(kind, prefix, rows, promises) {
  const wrong = [];
  for (const row of rows) {
    const own = tests.filter((test) => numbersIn(test.name, prefix).includes(row.number) && test.outcome !== 'skipped');
    const promised = promises.has(row.number);
    const failed = own.filter((test) => test.outcome === 'failed');
    if (promised && own.length === 0) wrong.push(`${kind} ${row.number} has no test: ${row.text}`);
    for (const test of failed) wrong.push(`${kind} ${row.number} failed: ${test.name} (${test.where})`);
    row.status = !promised ? 'not yet' : own.length > 0 && failed.length === 0 ? 'pass' : 'FAIL';
    row.tests = promised ? wheres(own) : [];
  }
  return wrong;
}

/** The numbers with this prefix that a test's name begins with: `p26_p27_trap21_…` in Rust, `p26 p27 trap21 …` in JavaScript. */
function numbersIn(name, prefix) {
  const found = [];
  for (const word of name.split(/[_ ]/)) {
    const [, letters, number] = /^([a-z]+)(\d+)$/.exec(word) ?? [];
    if (letters === undefined) break;
    if (letters === prefix) found.push(Number(number));
  }
  return found;
}

/** Where the tests are, each place once, in a fixed order. */
function wheres(own) {
  return [...new Set(own.map((test) => test.where))].sort();
}

function page() {
  const lines = [
    '# Conformance',
    '',
    'Generated by the test run (`tests/conformance.mjs`); do not edit.',
    'Each row is an item of [protocol.md](protocol.md), appendix A, with the place of the tests that are named after it: `p26 …` or `p26_…` tests item 26.',
    'The last table is of the traps of its section 9, which other servers fell into: `trap21 …` or `trap21_…` tests trap 21.',
    'Black-box tests run with one shard and with two, and count only if both pass.',
    '',
    `${passed(items)} of ${items.length} items pass, and ${passed(traps)} of ${traps.length} traps are stayed out of.`,
  ];
  for (const section of new Set(items.map((item) => item.section))) {
    lines.push(...table(section, 'item | rule', items.filter((item) => item.section === section), NOTES));
  }
  lines.push(...table('Traps', 'trap | mistake, and what is right', traps, {}));
  return `${lines.join('\n')}\n`;
}

function table(title, columns, rows, notes) {
  return ['', `## ${title}`, '', `| ${columns} | status | tests |`, '|---|---|---|---|', ...rows.map((row) => rowOf(row, notes[row.number]))];
}

function passed(rows) {
  return rows.filter((row) => row.status === 'pass').length;
}

function rowOf({ number, text, status, tests }, note) {
  const noted = status === 'pass' && note ? note : status;
  const shown = status === 'not yet' ? '*not yet*' : noted;
  return `| ${number} | ${text.replaceAll('|', '\\|')} | ${shown} | ${tests.map((where) => `\`${where}\``).join(', ')} |`;
}

/** The status column of a page of ours, as one text; its tables always come in the same order. */
function statusesOf(text) {
  const rows = text.matchAll(/^\| (\d+) \|.*\| ([^|]*) \| [^|]*\|$/gm);
  return [...rows].map(([, number, status]) => `${number}: ${status}`).join('\n');
}

function report() {
  const count = (outcome) => tests.filter((test) => test.outcome === outcome).length;
  for (const problem of problems) console.error(`conformance: ${problem}`);
  console.log(`conformance: ${passed(items)} of ${items.length} items pass, ${passed(traps)} of ${traps.length} traps`);
  console.log(`${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`);
  process.exitCode = problems.length > 0 || count('failed') > 0 || tests.length === 0 ? 1 : 0;
}

function ranges(text) {
  const numbers = new Set();
  for (const part of text.split(' ')) {
    const [first, last = first] = part.split('-').map(Number);
    for (let number = first; number <= last; number++) numbers.add(number);
  }
  return numbers;
}
