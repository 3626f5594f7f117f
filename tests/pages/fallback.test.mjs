// The status page where WebSockets do not work: it goes on over HTTP, by itself and in every respect
// (docs/status.md section 0, "The page and pusher-js"; docs/protocol.md section 5).

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { STATUS } from '../lib/apps.mjs';
import { changeStatus, launch, shows } from '../lib/browser.mjs';
import { TRANSPORTS, overHttp, used, withoutWebSocket } from '../lib/fallback.mjs';
import { startStatusServer } from '../lib/lobby.mjs';
import { outlivesCrash, threePeople } from '../lib/scenario.mjs';
import { startServer } from '../lib/server.mjs';
import { until } from '../lib/wait.mjs';

const browser = await launch(after);

// Most of what these take is waiting, since pusher-js lets 4 s pass before it tries polling: so some run side by side.
test('without WebSockets', { concurrency: 4 }, async (t) => {
  await Promise.all([
    ...Object.keys(TRANSPORTS).flatMap((transport) => [
      t.test(`c1 c2 c6 c12 s1 r10 without WebSocket, three profiles do all of it over ${transport}`, (own) => people(own, transport)),
      t.test(`s11 without WebSocket, SIGKILL, start, reload over ${transport}: still signed in, same status`, (own) => crash(own, transport)),
      t.test(`r11 without WebSocket, a page over ${transport} comes back by itself after a crash`, (own) => comeBack(own, transport)),
      t.test(`p130 without WebSocket, a page that idles over ${transport} stays connected, and says nothing else`, (own) => idle(own, transport)),
    ]),
    t.test('s16 where something on the way swallows WebSockets, the page goes on over HTTP by itself, and asks no other host', swallowed),
  ]);
});

async function people(t, transport) {
  const server = await startServer(t);
  const three = await Promise.all(['Ana', 'Bo', 'Cy'].map(() => withoutWebSocket(t, browser, server, transport)));
  await threePeople(t, three);
  for (const person of three) assert.ok(used(person).includes(transport) && !used(person).includes('ws'), `${used(person)}`);
  assert.ok(three[1].frames.some((frame) => /:member_/.test(frame.event)), 'member events came over HTTP');
}

async function crash(t, transport) {
  const server = await startServer(t);
  await outlivesCrash(await withoutWebSocket(t, browser, server, transport), server);
}

async function comeBack(t, transport) {
  const server = await startServer(t);
  const [ana, bo] = await Promise.all(['Ana', 'Bo'].map(() => withoutWebSocket(t, browser, server, transport)));
  const anaPage = await ana.signUp('Ana', 'before');
  const boPage = await bo.signUp('Bo', 'here');
  await shows(boPage, 'Ana', 'before');
  await server.restart();
  await until(async () => (await anaPage.getByTestId('members').getByTestId('member').count()) === 2, 'both to be listed again');
  await changeStatus(anaPage, 'after');
  await shows(boPage, 'Ana', 'after');
}

/** The app has clients ask after 1 s of silence instead of 30 s, so twelve times are six minutes; silent ones are gone after 9 s. */
async function idle(t, transport) {
  const server = await startStatusServer(t, { app: { ...STATUS, activity_timeout_seconds: 1, pong_timeout_seconds: 8 } });
  const [ana, bo] = await Promise.all(['Ana', 'Bo'].map(() => withoutWebSocket(t, browser, server, transport)));
  const anaPage = await ana.signUp('Ana', 'quiet');
  const boPage = await bo.signUp('Bo', 'here');
  await shows(anaPage, 'Bo', 'here');
  await recordBanner(anaPage);
  const [before, told] = [signsOfLife(ana), bo.memberEvents(boPage).length];
  await until(() => signsOfLife(ana) >= before + 12, 'twelve signs of life', 60_000);
  assert.deepEqual(await anaPage.evaluate(() => window.banners), []);
  assert.equal(sessions(ana, transport).size, 1, 'one session all the time');
  assert.equal(bo.memberEvents(boPage).length, told, 'others were told nothing');
  await changeStatus(boPage, 'still here');
  await shows(anaPage, 'Bo', 'still here');
}

/** Pings that the page has sent. */
function signsOfLife(person) {
  return person.requests.filter((request) => request.endsWith('/xhr_send')).length;
}

/** The sessions in which the page has received. */
function sessions(person, transport) {
  const end = transport === 'xhr_polling' ? '/xhr' : `/${transport}`;
  return new Set(person.requests.filter((request) => request.endsWith(end)));
}

/** Notes whatever the banner says from now on. */
function recordBanner(page) {
  return page.evaluate(() => {
    window.banners = [];
    const banner = document.querySelector('[data-testid="banner"]');
    const note = () => banner.textContent !== '' && window.banners.push(banner.textContent);
    new MutationObserver(note).observe(banner, { childList: true, subtree: true, characterData: true });
  });
}

async function swallowed(t) {
  const server = await startServer(t);
  const ana = await overHttp(t, browser, server);
  // It opens and stays silent, as behind a proxy that knows the upgrade and passes nothing on.
  await ana.context.routeWebSocket(/\/app\//, () => {});
  const page = await ana.signUp('Ana', 'behind a proxy');
  await shows(page, 'Ana', 'behind a proxy');
  await changeStatus(page, 'all the same');
  await shows(page, 'Ana', 'all the same');
  await until(() => used(ana).includes('xhr_streaming'), 'a receive request');
}
