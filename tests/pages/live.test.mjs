// The live list in a browser: docs/status.md rows C7, C8, C12 and rules R7, R10.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { LOBBY, STATUS } from '../lib/apps.mjs';
import { changeStatus, fillSignUp, gone, launch, names, profile, row, saved, shows } from '../lib/browser.mjs';
import { arrive, enterLobby, signUp, startStatusServer } from '../lib/lobby.mjs';
import { payload } from '../lib/protocol.mjs';
import { timed, until } from '../lib/wait.mjs';

const server = await startStatusServer({ after });
const browser = await launch(after);

test('r7 c12 ten refreshes cause no membership event; rows, order and scroll stay as they were', async (t) => {
  const [ana, bo] = [await profile(t, browser, server), await profile(t, browser, server)];
  const anaPage = await ana.signUp('r7-ana', 'refreshing');
  const boPage = await bo.signUp('r7-bo', 'watching');
  const observers = [];
  for (let index = 0; index < 20; index++) observers.push((await arrive(server, `r7-o${index}`, 'x')).socket);
  await row(boPage, 'r7-o19').waitFor();
  await row(boPage, 'r7-ana').evaluate((each) => (each.dataset.mark = 'the same node'));
  await boPage.evaluate(() => window.scrollTo(0, 120));
  const [order, scroll] = [await names(boPage), await boPage.evaluate(() => window.scrollY)];
  const [before, seen] = [bo.memberEvents(boPage).length, observers.map((socket) => socket.frames.length)];
  for (let refresh = 0; refresh < 10; refresh++) {
    await anaPage.reload();
    await shows(anaPage, 'r7-ana', 'refreshing');
  }
  await arrive(server, 'r7-fence', 'x');
  await row(boPage, 'r7-fence').waitFor();
  assert.deepEqual(bo.memberEvents(boPage).slice(before).map((frame) => JSON.parse(frame.data).user_id), ['r7-fence']);
  for (const [index, socket] of observers.entries()) {
    await socket.take((frame) => frame.event.endsWith(':member_added') && payload(frame).user_id === 'r7-fence', 'the fence');
    const after = socket.frames.slice(seen[index]).filter((frame) => frame.event.includes(':member_'));
    assert.deepEqual(after.map((frame) => payload(frame).user_id), ['r7-fence']);
  }
  assert.equal(await row(boPage, 'r7-ana').getAttribute('data-mark'), 'the same node');
  assert.deepEqual((await names(boPage)).filter((name) => name !== 'r7-fence'), order);
  assert.equal(await boPage.evaluate(() => window.scrollY), scroll);
});

test('r10 the last tab to close removes the person, after the grace; the first changes nothing', async (t) => {
  const brief = { ...STATUS, presence: { ...STATUS.presence, grace_seconds: 2 } };
  const own = await startStatusServer(t, { app: brief });
  const [ana, bo] = [await profile(t, browser, own), await profile(t, browser, own)];
  const page = await ana.signUp('r10-ana', 'two tabs');
  const tab = await ana.open();
  await shows(tab, 'r10-ana', 'two tabs');
  const boPage = await bo.signUp('r10-bo', 'watching');
  await shows(boPage, 'r10-ana', 'two tabs');
  const before = bo.memberEvents(boPage).length;
  await page.close();
  await shows(boPage, 'r10-ana', 'two tabs');
  const { ms } = await timed(async () => {
    await tab.close();
    await gone(boPage, 'r10-ana');
  });
  assert.ok(ms > 1_500 && ms < 8_000, `gone after ${ms} ms; the grace is 2 s`);
  const events = bo.memberEvents(boPage).slice(before);
  assert.deepEqual(events.map((frame) => frame.event), ['pusher_internal:member_removed']);
});

test('c7 a change that arrives before the roster is not lost and throws nothing', async (t) => {
  const { jar } = await arrive(server, 'c7-bo', 'old');
  const ana = await profile(t, browser, server);
  const held = [];
  let pass = () => {};
  await ana.context.routeWebSocket(/\/app\//, (client) => {
    const upstream = client.connectToServer();
    upstream.onMessage((message) => {
      const frame = JSON.parse(message);
      if (frame.event === 'pusher_internal:subscription_succeeded' && held.length === 0) {
        held.push(message);
        pass = () => client.send(message);
        return;
      }
      client.send(message);
    });
  });
  const page = await ana.open();
  await fillSignUp(page, 'c7-ana', 'x');
  await page.getByTestId('me').waitFor();
  await until(() => held.length === 1, 'the roster to be held back');
  const { socket } = await arrive(server, 'c7-cy', 'x');
  assert.ok(socket.roster.ids.includes('c7-ana'), 'the server has answered her subscription');
  await jar.setStatus('newer than the roster');
  await socket.take((frame) => frame.event.endsWith(':member_added') && frame.data.includes('newer than the roster'));
  pass();
  await shows(page, 'c7-bo', 'newer than the roster');
  await row(page, 'c7-cy').waitFor();
});

test('c8 a member who leaves right after an update causes no error, then or later', async (t) => {
  const ana = await profile(t, browser, server);
  const page = await ana.context.newPage();
  await page.clock.install();
  await page.goto('/');
  await fillSignUp(page, 'c8-ana', 'x');
  await page.getByTestId('members').waitFor();
  for (let round = 0; round < 5; round++) {
    const { jar, socket } = await arrive(server, `c8-bo${round}`, 'x');
    await row(page, `c8-bo${round}`).waitFor();
    await jar.setStatus('last words');
    socket.unsubscribe(LOBBY);
    await gone(page, `c8-bo${round}`);
  }
  await page.clock.runFor(10_000);
  await changeStatus(page, 'still fine');
  await shows(page, 'c8-ana', 'still fine');
});

test('c3 rows stay right when people join, change and leave around them', async (t) => {
  const ana = await profile(t, browser, server);
  const page = await ana.signUp('c3-ana', 'x');
  const bo = await arrive(server, 'c3-bo', 'hello');
  await shows(page, 'c3-bo', 'hello');
  await bo.jar.setStatus('IN A MEETING');
  await shows(page, 'c3-bo', 'IN A MEETING');
  const eve = await arrive(server, 'c3-eve', 'x');
  await row(page, 'c3-eve').waitFor();
  await shows(page, 'c3-bo', 'IN A MEETING');
  eve.socket.unsubscribe(LOBBY);
  await gone(page, 'c3-eve');
  await shows(page, 'c3-bo', 'IN A MEETING');
  const again = await enterLobby(server, eve.jar);
  await row(page, 'c3-eve').waitFor();
  assert.equal(again.roster.hash['c3-bo'].status, 'IN A MEETING');
});

test('c6 a stock client that reads members.me is refreshed too', async () => {
  const jar = await signUp(server, 'c6-stock', 'first');
  const socket = await enterLobby(server, jar);
  await jar.setStatus('second');
  const frame = await socket.take('pusher_internal:subscription_succeeded');
  assert.equal(payload(frame).presence.hash['c6-stock'].status, 'second');
});

test('a hundred people are listed, and the last can be reached', async (t) => {
  for (let index = 0; index < 100; index++) await arrive(server, `crowd ${String(index).padStart(3, '0')}`, `status ${index}`);
  const ana = await profile(t, browser, server, { viewport: { width: 360, height: 640 } });
  const page = await ana.signUp('crowd-ana', 'x');
  await row(page, 'crowd 099').scrollIntoViewIfNeeded();
  await shows(page, 'crowd 099', 'status 99');
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= 360, `${width} px wide: no horizontal scroll`);
  await changeStatus(page, 'still here');
  await saved(page);
});
