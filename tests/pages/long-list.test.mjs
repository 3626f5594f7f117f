// A thousand people on one page: docs/status.md rows A1 and A5, and sections 4.1 and 4.2.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { checkAccess } from '../lib/access.mjs';
import { STATUS, LOBBY } from '../lib/apps.mjs';
import { patchMember } from '../lib/api.mjs';
import { launch, names, profile, row, shows } from '../lib/browser.mjs';
import { crowd, extras, infoOf, join, leave, nameOf } from '../lib/crowd.mjs';
import { startStatusServer } from '../lib/lobby.mjs';
import { until } from '../lib/wait.mjs';

const PEOPLE = 1_000;
const LAST = nameOf('person', PEOPLE - 1);
const SIZES = { phone: { width: 320, height: 640 }, desk: { width: 1280, height: 800 } };

// Without a grace, so that those who looked in one test are gone in the next.
const server = await startStatusServer({ after }, { app: { ...STATUS, presence: { ...STATUS.presence, grace_seconds: 0 } } });
const browser = await launch(after);
await crowd(server, extras('person', PEOPLE));

for (const [size, viewport] of Object.entries(SIZES)) {
  test(`a1 keys, wheel and finger reach each of 1,000 people: ${size}`, async (t) => {
    const ana = await profile(t, browser, server, { viewport, hasTouch: size === 'phone' });
    const page = await ana.signUp(`a1-${size}`, 'x');
    await counted(page, '1,001');
    assert.ok((await page.getByTestId('member').count()) < 100, 'only the rows around the screen are drawn');
    await page.evaluate(() => document.activeElement.blur());

    await page.keyboard.press('End');
    await inSight(page, LAST);
    assert.ok(await page.evaluate(() => window.scrollY + window.innerHeight >= document.documentElement.scrollHeight - 2));
    assert.equal((await names(page)).at(-1), LAST);
    await page.keyboard.press('Home');
    await inSight(page, `a1-${size}`);
    assert.equal(await page.evaluate(() => window.scrollY), 0);

    const everybody = await seenWhile(page, () => wheelDown(page));
    assert.equal(everybody.size, PEOPLE + 1);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), viewport.width);
    if (size === 'phone') await swipeUp(page, ana);
  });
}

test('a1 scrolling 1,000 people takes less than a frame, and nothing jumps on the way up', async (t) => {
  const ana = await profile(t, browser, server, { viewport: SIZES.phone });
  const page = await ana.signUp('a1-frames', 'x');
  await counted(page, '1,001');
  const metrics = await meter(page, ana);
  const frames = await page.evaluate(scrollThrough, { step: 400, most: 1_000 });
  const cost = await metrics(frames.length);
  checkFrames(t, '1,000 people, 400 px a frame', frames, cost);
  const drift = await page.evaluate(driftOnTheWayUp, 120);
  assert.ok(drift < 2, `rows moved by ${drift} px more than the page was scrolled`);
});

test('a1 10,000 people: End reaches the last, and scrolling takes less than a frame', async (t) => {
  const ana = await profile(t, browser, server, { viewport: SIZES.desk });
  await ana.context.routeWebSocket(/\/app\//, (client) => {
    client.connectToServer().onMessage((message) => client.send(withMore(message, 9_000)));
  });
  const page = await ana.signUp('a1-many', 'x');
  await counted(page, '10,001');
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press('End');
  await inSight(page, 'zoe 8999');
  const metrics = await meter(page, ana);
  const frames = await page.evaluate(scrollThrough, { step: 800, most: 200 });
  const cost = await metrics(frames.length);
  checkFrames(t, '10,000 people, 800 px a frame', frames, cost);
});

test('a1 4.2 inside of the list, keys lead to anybody, who says where in the list they are', async (t) => {
  const ana = await profile(t, browser, server, { viewport: SIZES.phone });
  const page = await ana.signUp('a1-keys', 'x');
  await counted(page, '1,001');
  await page.getByTestId('members').focus();
  for (const [key, name] of [
    ['ArrowDown', 'person 0000'],
    ['End', LAST],
    ['ArrowUp', nameOf('person', PEOPLE - 2)],
    ['Home', 'a1-keys'],
  ]) {
    await page.keyboard.press(key);
    await focused(page, name);
    await inSight(page, name);
  }
  await page.keyboard.type('person 07');
  await focused(page, 'person 0700');
  await page.keyboard.press('PageDown');
  await until(async () => /^person 07(0[1-9]|1)/.test(await focusedUser(page)), 'the focus to be a page further');
  await inSight(page, await focusedUser(page));
  assert.equal(await row(page, 'person 0700').getAttribute('aria-posinset'), '702');
  assert.equal(await row(page, 'person 0700').getAttribute('aria-setsize'), '1001');
  assert.equal(await page.locator('[data-testid="members"] [tabindex="0"]').count(), 1);
});

test('a5 focus and selected text stay with their people, far from the screen too, while others come, go and change', async (t) => {
  const ana = await profile(t, browser, server, { viewport: SIZES.phone });
  const page = await ana.signUp('a5-ana', 'x');
  await counted(page, '1,001');
  await page.getByTestId('members').focus();
  await page.keyboard.type('person 0500');
  await focused(page, 'person 0500');
  await row(page, 'person 0500').evaluate((each) => (each.dataset.mark = 'the same node'));
  await row(page, 'person 0502').locator('bdi').first().evaluate((name) => document.getSelection().selectAllChildren(name));
  const place = await topOf(page, 'person 0500');

  const above = await crowd(server, extras('a newcomer', 30));
  await counted(page, '1,031');
  await patchMember(server, STATUS, LOBBY, 'person 0499', infoOf('changed just above, and rather longer than before'.repeat(2), 2));
  await shows(page, 'person 0499', 'changed just above, and rather longer than before'.repeat(2));
  assert.equal(await focusedUser(page), 'person 0500');
  const selected = () => page.evaluate(() => document.getSelection().toString());
  assert.equal(await selected(), 'person 0502');

  await page.evaluate(() => window.scrollTo(0, 0));
  await inSight(page, 'a5-ana');
  for (const socket of above) leave(socket);
  await counted(page, '1,001');
  assert.equal(await focusedUser(page), 'person 0500');
  assert.equal(await row(page, 'person 0500').getAttribute('data-mark'), 'the same node');
  assert.equal(await selected(), 'person 0502');
  await page.keyboard.press('ArrowUp');
  await focused(page, 'person 0499');
  await inSight(page, 'person 0499');
  assert.ok(Math.abs(place) < SIZES.phone.height);
});

test('a1 300 people who join at once freeze nothing and move nobody who is being looked at', async (t) => {
  const ana = await profile(t, browser, server, { viewport: SIZES.desk });
  await ana.context.addInitScript(() => {
    window.longest = 0;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) window.longest = Math.max(window.longest, duration);
    }).observe({ type: 'longtask' });
  });
  const page = await ana.signUp('a1-storm', 'x');
  await counted(page, '1,001');
  await page.evaluate(() => window.scrollTo(0, 20_000));
  const watched = await until(() => page.evaluate(firstInSight), 'somebody to look at');
  const place = await topOf(page, watched);
  await page.evaluate(() => (window.longest = 0));
  const storm = await crowd(server, extras('early', 300));
  await counted(page, '1,301');
  t.diagnostic(`300 joins: longest task ${Math.round(await page.evaluate(() => window.longest))} ms`);
  assert.ok((await page.evaluate(() => window.longest)) < 1_000, 'and never a second');
  assert.ok(Math.abs((await topOf(page, watched)) - place) < 2, 'the row stays where it was');
  for (const socket of storm) leave(socket);
  await counted(page, '1,001');
  assert.ok(Math.abs((await topOf(page, watched)) - place) < 2, 'the row stays where it was when they leave');
  assert.equal(ana.requested('POST /usersystem/auth'), 1, 'no serial was missing, so the page subscribed once');
});

test('a2 axe finds nothing with 1,000 people', async (t) => {
  const ana = await profile(t, browser, server, { bypassCSP: true });
  const page = await ana.signUp('a2-thousand', 'x');
  await counted(page, '1,001');
  await checkAccess(page, 'a thousand');
});

/** The roster with `count` more people, whom no server has to carry. */
function withMore(message, count) {
  const frame = JSON.parse(message);
  if (frame.event !== 'pusher_internal:subscription_succeeded') return message;
  const { presence } = JSON.parse(frame.data);
  const more = Object.fromEntries(extras('zoe', count));
  const hash = { ...presence.hash, ...more };
  return JSON.stringify({ ...frame, data: JSON.stringify({ presence: { ...presence, hash, ids: Object.keys(hash), count: Object.keys(hash).length } }) });
}

/** The count is of everybody else and the one who looks. */
function counted(page, number) {
  let text;
  const counts = async () => (text = await page.getByTestId('count').textContent()).includes(number);
  return until(counts, () => `the count to say ${number}; it says ${text}`);
}

function inSight(page, name) {
  return until(
    () => row(page, name).evaluate((each) => {
      const { top, bottom } = each.getBoundingClientRect();
      return top >= -1 && bottom <= window.innerHeight + 1;
    }, undefined, { timeout: 1_000 }),
    `the row of ${name} to be in sight`,
  );
}

function topOf(page, name) {
  return row(page, name).evaluate((each) => each.getBoundingClientRect().top);
}

function focusedUser(page) {
  return page.evaluate(() => document.activeElement.dataset.user);
}

function focused(page, name) {
  return until(async () => (await focusedUser(page)) === name, `the focus to be on ${name}`);
}

function firstInSight() {
  const rows = [...document.querySelectorAll('[data-testid="member"]')];
  return rows.find((each) => each.getBoundingClientRect().top > 100)?.dataset.user;
}

/** Everybody who was drawn while `act` ran. */
async function seenWhile(page, act) {
  await page.evaluate(() => {
    window.seen = new Set();
    const note = () => document.querySelectorAll('[data-testid="member"]').forEach((each) => window.seen.add(each.dataset.user));
    window.addEventListener('scroll', () => requestAnimationFrame(note));
    note();
  });
  await act();
  return new Set(await page.evaluate(() => [...window.seen]));
}

/** Less than what is drawn at a time, so that nobody is passed over. */
async function wheelDown(page) {
  await page.mouse.move(160, 500);
  await until(async () => {
    await page.mouse.wheel(0, 1_000);
    return page.evaluate(async () => {
      await new Promise((frame) => requestAnimationFrame(() => requestAnimationFrame(frame)));
      return window.scrollY + window.innerHeight >= document.documentElement.scrollHeight - 2;
    });
  }, 'the page to end', 60_000);
}

async function swipeUp(page, person) {
  const session = await person.context.newCDPSession(page);
  const touch = (type, y) => session.send('Input.dispatchTouchEvent', { type, touchPoints: y === null ? [] : [{ x: 160, y }] });
  const before = await page.evaluate(() => window.scrollY);
  await touch('touchStart', 100);
  for (let y = 120; y <= 600; y += 40) await touch('touchMove', y);
  await touch('touchEnd', null);
  await until(async () => (await page.evaluate(() => window.scrollY)) < before - 300, 'the finger to move the page');
}

/** Milliseconds of script, style and layout per frame since the call of `meter`. */
async function meter(page, person) {
  const session = await person.context.newCDPSession(page);
  await session.send('Performance.enable');
  const spent = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    const of = (name) => metrics.find((each) => each.name === name).value;
    return 1_000 * (of('ScriptDuration') + of('LayoutDuration') + of('RecalcStyleDuration'));
  };
  const before = await spent();
  return async (frames) => ((await spent()) - before) / frames;
}

/** Tells what frames took. The bounds are for a machine that does other things too: the median is the page's, the worst may be theirs. */
function checkFrames(t, what, frames, cost) {
  const sorted = frames.toSorted((one, other) => one - other);
  const [median, late, worst] = [0.5, 0.99, 1].map((part) => sorted[Math.ceil(sorted.length * part) - 1]);
  const told = `median ${median.toFixed(1)} ms, p99 ${late.toFixed(1)} ms, worst ${worst.toFixed(1)} ms, ${cost.toFixed(1)} ms of work a frame`;
  t.diagnostic(`${what}: ${told}`);
  assert.ok(median < 50 && worst < 2_000, told);
}

/** Scrolls from the start towards the end, `step` pixels a frame; how long each took. */
async function scrollThrough({ step, most }) {
  const frames = [];
  let last = performance.now();
  for (let y = 0; y < Math.min(document.documentElement.scrollHeight, most * step); y += step) {
    window.scrollTo(0, y);
    await new Promise((frame) => requestAnimationFrame(frame));
    frames.push(performance.now() - last);
    last = performance.now();
  }
  return frames;
}

/** Comes to the end at once, scrolls up over rows never measured; by how much a row in sight ever moved beside the scrolling. */
async function driftOnTheWayUp(step) {
  const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  window.scrollTo(0, document.documentElement.scrollHeight);
  await frame();
  let worst = 0;
  for (let round = 0; round < 100; round += 1) {
    const rows = [...document.querySelectorAll('[data-testid="member"]')];
    const watched = rows.find((each) => each.getBoundingClientRect().top >= 0);
    const before = watched.getBoundingClientRect().top;
    window.scrollBy(0, -step);
    await frame();
    worst = Math.max(worst, Math.abs(watched.getBoundingClientRect().top - before - step));
  }
  return worst;
}
