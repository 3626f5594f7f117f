// Takes the pictures of the status page that the documents show: `node screenshots.mjs`, or `make screenshots`.
// With `--all` also every state of the page and of its list, at 320 and 1280 px, light and dark, into target/screenshots,
// for people to look at.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { patchMember } from './lib/api.mjs';
import { LOBBY, STATUS } from './lib/apps.mjs';
import { launch, profile, row } from './lib/browser.mjs';
import { crowd, extras, infoOf, leave } from './lib/crowd.mjs';
import { arrive, startStatusServer } from './lib/lobby.mjs';
import { walk } from './lib/states.mjs';

const DOCUMENTS = fileURLToPath(new URL('../docs/', import.meta.url));
const EVERYTHING = fileURLToPath(new URL('../target/screenshots/', import.meta.url));
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

const { values } = parseArgs({ options: { all: { type: 'boolean', default: false } } });
const ending = [];
const scope = { after: (job) => ending.unshift(job) };
try {
  const browser = await launch(scope.after);
  await takeForDocuments(browser);
  if (values.all) await takeEverything(browser);
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

async function takeEverything(browser) {
  mkdirSync(EVERYTHING, { recursive: true });
  const server = await startStatusServer(scope, { app: { ...STATUS, presence: { ...STATUS.presence, grace_seconds: 0 } } });
  for (const [list, [people, act]] of Object.entries(LISTS)) {
    const sockets = await crowd(server, people);
    for (const look of looks()) await takeList(browser, server, list, look, act);
    sockets.forEach(leave);
  }
  for (const look of looks()) await takeWalk(browser, look);
}

async function takeList(browser, server, list, { suffix, options }, act) {
  const person = await profile(scope, browser, server, options);
  const page = await person.signUp(`${list} ${suffix}`, 'Looking at the list');
  await act(page, server);
  await take(page, `list-${list}-${suffix}`);
  if (list === 'thirty') {
    await page.emulateMedia({ forcedColors: 'active' });
    await take(page, `list-${list}-forced-colours-${suffix}`);
  }
  await person.context.close();
}

async function takeWalk(browser, { suffix, options }) {
  const own = await startStatusServer(scope);
  const person = await profile(scope, browser, own, options);
  await walk(person, own, (page, state) => take(page, `${state}-${suffix}`));
  await person.context.close();
  person.problems = [];
}

function take(page, name) {
  return page.screenshot({ path: join(EVERYTHING, `${name}.png`) });
}

function looks() {
  return [320, 1280].flatMap((width) =>
    ['light', 'dark'].map((colorScheme) => ({
      suffix: `${width}-${colorScheme}`,
      options: { viewport: { width, height: 800 }, colorScheme, locale: 'en-GB' },
    })),
  );
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
