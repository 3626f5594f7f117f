// Takes pictures: `node screenshots.mjs [docs|status|console]…`, or `make screenshots`, which takes all of them.
// `docs` are those that the documents show. `status` and `console` are for people to look at, in target/screenshots: every
// state of the status page and of its list, and every page of the console in each of its languages, at 320 and 1280 px,
// light and dark.

import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { patchMember } from './lib/api.mjs';
import { LOBBY, STATUS } from './lib/apps.mjs';
import { launch, profile, row } from './lib/browser.mjs';
import { inEachLook, LOOKED_AT, LOOKS, walkOpenings, walkPages } from './lib/console-pages.mjs';
import { crowd, extras, infoOf, leave } from './lib/crowd.mjs';
import { arrive, startStatusServer } from './lib/lobby.mjs';
import { startServer } from './lib/server.mjs';
import { walk } from './lib/states.mjs';

const DOCUMENTS = fileURLToPath(new URL('../docs/', import.meta.url));
const FOR_PEOPLE = fileURLToPath(new URL('../target/screenshots/', import.meta.url));
const PEOPLE = [
  ['Bo', 'At lunch, back at two 🍜'],
  ['Inès', 'Je prépare la démo'],
  ['Minh', 'Reviewing the roster code'],
];
/** The file's name, who looks, and with what. */
const VIEWS = {
  'status-page': ['Ana', { viewport: { width: 1000, height: 560 }, colorScheme: 'light' }],
};
/** Names and statuses that are hard to draw, and member info that is none. */
const ODD = [
  ['مريم', infoOf('في اجتماع حتى الثالثة')],
  ['a\u0301\u0302\u0303\u0304\u0305\u0306\u0323\u0324\u0325\u0326', infoOf('Z\u0301\u0302\u0303\u0304\u0305\u0306 stacked high and lo\u0323\u0324\u0325\u0326w')],
  ['W'.repeat(64), infoOf('one long name')],
  ['one long word', infoOf('w'.repeat(140))],
  ['emoji', infoOf('👩‍👩‍👧‍👦🏳️‍🌈'.repeat(12))],
  ['nothing said', infoOf('')],
  ['no info', undefined],
];
/** Each: what is in the lobby, and what to do on the page. */
const LISTS = {
  odd: [ODD, (page) => row(page, 'no info').waitFor()],
  thirty: [extras('person', 30), focusAndChange],
  thousand: [extras('person', 1_000), (page) => counted(page, '1,001')],
  'thousand-end': [extras('person', 1_000), toTheEnd],
};

/** What may be asked for, and how it is taken. */
const KINDS = { docs: takeForDocuments, status: takeStatus, console: takeConsole };

const chosen = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(KINDS);
assert.ok(chosen.every((kind) => Object.hasOwn(KINDS, kind)), `there are ${Object.keys(KINDS).join(', ')}`);
const ending = [];
const scope = { after: (job) => ending.unshift(job) };
try {
  const browser = await launch(scope.after);
  for (const kind of chosen) await KINDS[kind](browser);
} finally {
  for (const job of ending) await job();
}

async function takeForDocuments(browser) {
  mkdirSync(DOCUMENTS, { recursive: true });
  const server = await startStatusServer(scope);
  for (const [name, status] of PEOPLE) await arrive(server, name, status);
  for (const [view, [name, options]] of Object.entries(VIEWS)) {
    const person = await profile(scope, browser, server, { deviceScaleFactor: 1.5, ...options });
    const page = await person.signUp(name, 'Writing the report');
    await row(page, 'Minh').waitFor();
    await page.screenshot({ path: join(DOCUMENTS, `${view}.png`) });
  }
}

async function takeStatus(browser) {
  const directory = emptied('status');
  const server = await startStatusServer(scope, { app: { ...STATUS, presence: { ...STATUS.presence, grace_seconds: 0 } } });
  for (const [list, [people, act]] of Object.entries(LISTS)) {
    const sockets = await crowd(server, people);
    for (const look of LOOKS) await takeList(browser, server, list, look, act, directory);
    sockets.forEach(leave);
  }
  for (const look of LOOKS) await takeWalk(browser, look, directory);
}

async function takeList(browser, server, list, look, act, directory) {
  const person = await profile(scope, browser, server, optionsOf(look));
  const page = await person.signUp(`${list} ${look.name}`, 'Looking at the list');
  await act(page, server);
  await page.screenshot({ path: join(directory, `list-${list}-${look.name}.png`) });
  if (list === 'thirty') {
    await page.emulateMedia({ forcedColors: 'active' });
    await page.screenshot({ path: join(directory, `list-${list}-forced-colours-${look.name}.png`) });
  }
  await person.context.close();
}

async function takeWalk(browser, look, directory) {
  const own = await startStatusServer(scope);
  const person = await profile(scope, browser, own, optionsOf(look));
  await walk(person, own, (page, state) => page.screenshot({ path: join(directory, `${state}-${look.name}.png`) }));
  await person.context.close();
  person.problems = [];
}

async function takeConsole(browser) {
  const directory = emptied('console');
  for (const locale of ['en-GB', 'fr-FR']) {
    const take = (page, name) => inEachLook(page, (_, look) => takePage(page, join(directory, `${name}-${look.name}-${locale}.png`)));
    for (const walkThrough of [walkPages, walkOpenings]) {
      const server = await startServer(scope);
      const person = await profile(scope, browser, server, { ...LOOKED_AT, locale });
      await walkThrough(scope.after, person, server, take);
    }
  }
}

/** From top to bottom, but for what lies over a page: that covers the screen and not the page. */
async function takePage(page, path) {
  const covered = await page.evaluate(() => document.querySelector('dialog[open], :popover-open') !== null);
  if (!covered) await page.evaluate(() => window.scrollTo(0, 0));
  await page.screenshot({ path, fullPage: !covered });
}

function emptied(kind) {
  const directory = join(FOR_PEOPLE, kind);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  return directory;
}

function optionsOf({ width, colorScheme }) {
  return { viewport: { width, height: 800 }, colorScheme, locale: 'en-GB' };
}

async function focusAndChange(page, server) {
  await row(page, 'person 0029').waitFor();
  await page.getByTestId('members').focus();
  await page.keyboard.press('ArrowDown');
  const told = `changed at ${Date.now()}`;
  await patchMember(server, STATUS, LOBBY, 'person 0001', infoOf(told, Date.now()));
  await row(page, 'person 0001').getByText(told).waitFor();
}

function counted(page, number) {
  return page.getByTestId('count').getByText(number).waitFor();
}

async function toTheEnd(page) {
  await counted(page, '1,001');
  await page.getByTestId('members').focus();
  await page.keyboard.press('End');
  await row(page, 'person 0999').waitFor();
}
