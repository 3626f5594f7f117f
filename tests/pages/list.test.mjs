// What the list shows and keeps: docs/status.md rows A4, A5, A7, C14, C15 and C16.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { checkAccess } from '../lib/access.mjs';
import { patchMember } from '../lib/api.mjs';
import { LOBBY, STATUS } from '../lib/apps.mjs';
import { fillSignUp, launch, names, profile, row, shows } from '../lib/browser.mjs';
import { crowd, extras, infoOf, join, leave } from '../lib/crowd.mjs';
import { startStatusServer } from '../lib/lobby.mjs';
import { until } from '../lib/wait.mjs';

// Without a grace, so that those of one test are gone in the next.
const app = { ...STATUS, presence: { ...STATUS.presence, grace_seconds: 0 } };
const server = await startStatusServer({ after }, { app });
const browser = await launch(after);

test('a7 the list has a face while it loads, when it is empty, and one that counts; nothing above it moves', async (t) => {
  const ana = await profile(t, browser, server, { viewport: { width: 320, height: 640 } });
  const pass = await holdRoster(ana);
  const page = await ana.open();
  await fillSignUp(page, 'a7-ana', 'x');
  await page.locator('.skeleton').waitFor();
  const place = await page.getByTestId('me').boundingBox();
  assert.equal(await page.getByTestId('count').count(), 0, 'nobody knows yet how many there are');
  pass();
  await page.getByTestId('alone').waitFor();
  assert.match(await page.getByTestId('alone').textContent(), /You’re the first one here/);
  assert.deepEqual(await page.getByTestId('me').boundingBox(), place);
  assert.equal(await page.getByTestId('count').textContent(), '1 person online');
  const bo = await join(server, 'bo', infoOf('hello'));
  await row(page, 'bo').waitFor();
  assert.equal(await page.getByTestId('alone').count(), 0);
  assert.equal(await page.getByTestId('count').textContent(), '2 people online');
  await page.getByTestId('language').selectOption('fr');
  await until(async () => (await page.getByTestId('count').textContent()) === '2 personnes en ligne', 'the count in French');
  leave(bo);
  await until(async () => (await page.getByTestId('count').textContent()) === '1 personne en ligne', 'one person, in French');
});

test('a7 c17 while the connection is away the list stays, dimmed by more than colour', async (t) => {
  const ana = await profile(t, browser, server);
  let cut = async () => {};
  await ana.context.routeWebSocket(/\/app\//, (client) => {
    const upstream = client.connectToServer();
    cut = async () => {
      await ana.context.unrouteAll({ behavior: 'ignoreErrors' });
      await ana.context.routeWebSocket(/\/app\//, (later) => later.close());
      await upstream.close();
      await client.close({ code: 4200, reason: 'away' });
    };
  });
  const page = await ana.signUp('a7-stale', 'still here');
  const looks = () => row(page, 'a7-stale').evaluate((each) => [
    getComputedStyle(each.querySelector('.avatar')).filter,
    getComputedStyle(each.querySelector('.member-status')).color,
    getComputedStyle(document.querySelector('.count .dot')).borderTopWidth,
  ]);
  const before = await looks();
  await cut();
  await page.locator('.members.stale').waitFor();
  const stale = await looks();
  for (const [index, look] of stale.entries()) assert.notEqual(look, before[index]);
  await shows(page, 'a7-stale', 'still here');
});

test('c14 times tick, are exact on request, and are right after a sleep and with a clock that is hours off', async (t) => {
  await withPeople({ bo: infoOf('hello') }, async () => {
    const ana = await profile(t, browser, server);
    const page = await ana.context.newPage();
    await page.clock.install({ time: Date.now() + 5 * 3_600_000 });
    await page.goto('/');
    await fillSignUp(page, 'c14-ana', 'x');
    await row(page, 'bo').waitFor();
    const time = row(page, 'bo').locator('time');
    assert.equal(await time.textContent(), 'just now');
    const exact = new Date(await time.getAttribute('datetime'));
    assert.ok(Math.abs(exact - Date.now()) < 60_000, `${exact} is the server's time`);
    assert.match(await time.getAttribute('title'), new RegExp(String(exact.getFullYear())));
    await page.clock.runFor(62_000);
    await until(async () => /^1 min\.? ago$/.test(await time.textContent()), 'a minute to be told');
    await page.clock.runFor(60_000);
    await until(async () => /^2 min\.? ago$/.test(await time.textContent()), 'two minutes to be told');
    assert.match(await row(page, 'bo').getAttribute('aria-label'), /^bo, hello, changed 2 minutes ago$/);
    await page.clock.fastForward(3 * 3_600_000);
    await until(async () => /^3 hr?\.? ago$/.test(await time.textContent()), 'the time to be right after a sleep');
    await page.getByTestId('language').selectOption('fr');
    await until(async () => (await row(page, 'bo').getAttribute('aria-label')) === 'bo, hello, changé il y a 3 heures', 'French');
  });
});

test('c15 the viewer, then names as the language sorts them', async (t) => {
  const people = Object.fromEntries(['9', '10', 'zoe', 'Adam', 'constructor', 'Émile', 'eve'].map((user) => [user, infoOf('x')]));
  await withPeople(people, async () => {
    const ana = await profile(t, browser, server);
    const page = await ana.signUp('m-the viewer', 'x');
    await row(page, 'zoe').waitFor();
    const expected = ['m-the viewer', '9', '10', 'Adam', 'constructor', 'Émile', 'eve', 'zoe'];
    await until(async () => (await names(page)).join() === expected.join(), `the order ${expected}`);
  });
});

test('c16 s13 bad member info, or none, degrades that row alone; no user id is special', async (t) => {
  const bad = { constructor: undefined, missing: undefined, nothing: null, number: { status: 7, rev: 1 }, far: { ...infoOf('far'), updated_at: 9e15 } };
  await withPeople({ ...bad, toString: infoOf('fine'), unversioned: { status: 'no rev' } }, async () => {
    const ana = await profile(t, browser, server);
    const huge = 'long '.repeat(20_000);
    await ana.context.routeWebSocket(/\/app\//, (client) => {
      client.connectToServer().onMessage((message) => client.send(withOddities(message, huge)));
    });
    const page = await ana.signUp('c16-ana', 'mine');
    await row(page, 'toString').waitFor();
    const unknown = async (user) => assert.match(await row(page, user).textContent(), /Status unknown/, user);
    for (const user of ['constructor', 'missing', 'nothing', 'number', 'array', 'text', '__proto__', 'only an id']) await unknown(user);
    await shows(page, 'toString', 'fine');
    await shows(page, 'unversioned', 'no rev');
    await shows(page, 'far', 'far');
    assert.equal(await row(page, 'far').locator('time').count(), 0);
    assert.ok((await row(page, 'huge').textContent()).length < 1_000);
    await until(async () => (await page.getByTestId('count').textContent()) === '14 people online', 'the count to include them all');
    assert.equal((await patchMember(server, STATUS, LOBBY, 'missing', infoOf('mended'))).status, 200);
    await shows(page, 'missing', 'mended');
  });
});

test('a5 focus and selected text stay with their people in a short list; from who leaves the focus goes to a neighbour', async (t) => {
  const people = await crowd(server, extras('person', 30));
  t.after(() => people.forEach(leave));
  // So high that nothing has to be scrolled yet, which is where browsers keep no place by themselves.
  const ana = await profile(t, browser, server, { viewport: { width: 1280, height: 1_400 } });
  const page = await ana.signUp('a5-ana', 'x');
  await row(page, 'person 0029').waitFor();
  await page.getByTestId('members').focus();
  await page.keyboard.type('person 0010');
  await until(async () => (await focusedUser(page)) === 'person 0010', 'the focus to follow the letters');
  await row(page, 'person 0010').evaluate((each) => (each.dataset.mark = 'the same node'));
  await row(page, 'person 0020').getByTestId('member-status').evaluate((text) => document.getSelection().selectAllChildren(text));
  const selected = () => page.evaluate(() => document.getSelection().toString());
  const [text, place] = [await selected(), await topOf(page, 'person 0010')];
  assert.ok(text.startsWith('busy with item 20'));

  const newcomers = await crowd(server, extras('a newcomer', 5));
  await row(page, 'a newcomer 0004').waitFor();
  await patchMember(server, STATUS, LOBBY, 'person 0010', infoOf('in a meeting', 2));
  await shows(page, 'person 0010', 'in a meeting');
  leave(people[11]);
  await row(page, 'person 0011').waitFor({ state: 'detached' });
  assert.equal(await focusedUser(page), 'person 0010');
  assert.equal(await row(page, 'person 0010').getAttribute('data-mark'), 'the same node');
  assert.equal(await selected(), text);
  assert.ok(Math.abs((await topOf(page, 'person 0010')) - place) < 2, 'the focused row stays where it was on the screen');

  leave(people[10]);
  await until(async () => (await focusedUser(page)) === 'person 0012', 'the focus to go to the next');
  newcomers.forEach(leave);
  await row(page, 'a newcomer 0000').waitFor({ state: 'detached' });
  await page.keyboard.press('ArrowUp');
  await until(async () => (await focusedUser(page)) === 'person 0009', 'the focus to go up');
  await page.keyboard.press('Tab');
  assert.equal(await focusedUser(page), undefined, 'the list is one stop of the Tab key');
  await page.keyboard.press('Shift+Tab');
  assert.equal(await focusedUser(page), 'person 0009');
});

test('a5 a list that becomes a long one stays where it is', async (t) => {
  const people = await crowd(server, extras('person', 148));
  t.after(() => people.forEach(leave));
  const ana = await profile(t, browser, server, { viewport: { width: 320, height: 640 } });
  const page = await ana.signUp('a5-long', 'x');
  await row(page, 'person 0147').waitFor();
  await row(page, 'person 0075').evaluate((each) => each.scrollIntoView({ block: 'center' }));
  const place = await topOf(page, 'person 0075');
  const more = await crowd(server, extras('a newcomer', 10));
  await until(async () => (await page.getByTestId('count').textContent()) === '159 people online', 'the list to be a long one');
  assert.ok(Math.abs((await topOf(page, 'person 0075')) - place) < 2, 'nobody moved on the screen');
  more.forEach(leave);
  await until(async () => (await page.getByTestId('count').textContent()) === '149 people online', 'the list to be a short one');
  assert.ok(Math.abs((await topOf(page, 'person 0075')) - place) < 2, 'nobody moved on the screen');
  assert.equal(await page.getByTestId('member').count(), 149);
});

test('a4 changes are told in a sentence, unless muted, which is remembered; and by a shape, also without motion', async (t) => {
  await withPeople({ bo: infoOf('hello') }, async () => {
    const ana = await profile(t, browser, server, { reducedMotion: 'reduce', forcedColors: 'active' });
    const page = await ana.signUp('a4-ana', 'x');
    await row(page, 'bo').waitFor();
    const told = page.getByTestId('announcements');
    assert.equal(await told.getAttribute('role'), 'status');
    assert.equal(await row(page, 'bo').getAttribute('aria-label'), 'bo, hello, changed just now');
    await patchMember(server, STATUS, LOBBY, 'bo', infoOf('in a meeting', 2));
    await until(async () => /bo.*in a meeting/.test(await told.textContent()), 'the change to be told');
    const mark = await row(page, 'bo').evaluate((each) => {
      const { content, visibility, inlineSize } = getComputedStyle(each.querySelector('.member-status'), '::before');
      return { content, visibility, inlineSize };
    });
    assert.deepEqual(mark, { content: '""', visibility: 'visible', inlineSize: '4px' });

    const announce = page.getByRole('switch', { name: 'Announce changes' });
    assert.equal(await announce.getAttribute('aria-checked'), 'true');
    await announce.click();
    assert.equal(await told.textContent(), '');
    await page.reload();
    await row(page, 'bo').waitFor();
    assert.equal(await announce.getAttribute('aria-checked'), 'false');
    await patchMember(server, STATUS, LOBBY, 'bo', infoOf('back again', 3));
    await shows(page, 'bo', 'back again');
    assert.equal(await told.textContent(), '');
  });
});

for (const [count, what] of [[0, 'nobody else'], [1, 'one more'], [30, '30 people']]) {
  test(`a2 a7 axe finds nothing with ${what}`, async (t) => {
    await withPeople(Object.fromEntries(extras('person', count)), async () => {
      const ana = await profile(t, browser, server, { bypassCSP: true });
      const page = await ana.signUp(`a2-${count}`, 'x');
      await until(async () => (await page.getByTestId('member').count()) === count + 1, `${count + 1} rows`);
      await checkAccess(page, what);
    });
  });
}

/** Runs `job` with these in the lobby; the next test may still see them leave. */
async function withPeople(people, job) {
  const sockets = await crowd(server, Object.entries(people));
  try {
    await job();
  } finally {
    sockets.forEach(leave);
  }
}

/** Holds the roster back until the returned function is called. */
async function holdRoster(person) {
  let pass;
  const passed = new Promise((resolve) => (pass = resolve));
  await person.context.routeWebSocket(/\/app\//, (client) => {
    client.connectToServer().onMessage(async (message) => {
      if (message.includes('subscription_succeeded')) await passed;
      client.send(message);
    });
  });
  return pass;
}

/** The roster with members that Rollcall itself would not have let in. */
function withOddities(message, huge) {
  const frame = JSON.parse(message);
  if (frame.event !== 'pusher_internal:subscription_succeeded') return message;
  const data = JSON.parse(frame.data);
  const odd = JSON.parse('{"__proto__":{"status":[]},"array":["x"],"text":"x"}');
  const hash = Object.entries({ ...data.presence.hash, huge: { status: huge, rev: 1 } }).concat(Object.entries(odd));
  const text = hash.map(([user, info]) => `${JSON.stringify(user)}:${JSON.stringify(info)}`).join(',');
  const ids = JSON.stringify([...hash.map(([user]) => user), 'only an id', 7.5]);
  return JSON.stringify({ ...frame, data: `{"presence":{"count":1,"ids":${ids},"hash":{${text}},"serial":${data.presence.serial}}}` });
}

function topOf(page, name) {
  return row(page, name).evaluate((each) => each.getBoundingClientRect().top);
}

function focusedUser(page) {
  return page.evaluate(() => document.activeElement.dataset.user);
}
