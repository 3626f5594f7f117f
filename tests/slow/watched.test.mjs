// 5,000 events a second while somebody has the debug console open: nothing is lost, nobody waits for it twice as long
// as without, and the page stays responsive and says that it shows a sample.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { MAIN } from '../lib/apps.mjs';
import { launch, profile } from '../lib/browser.mjs';
import { FrameMeter } from '../lib/frames.mjs';
import { Load, RATE } from '../lib/load.mjs';
import { setUp } from '../lib/operator.mjs';
import { startServer } from '../lib/server.mjs';
import { until } from '../lib/wait.mjs';

const APP = { ...MAIN, limits: { client_events_per_second: RATE } };
/** Runs of one server without and one with the page in turns: what else the machine does meets both alike. */
const PAIRS = 9;
const SECONDS = 4;
const MOST_RATIO = 2;
const MOST_FRAME_MS = 100;
/** So much of the time with the page has to be fit for judging it. */
const LEAST_JUDGED_SECONDS = 12;

const browser = await launch(after);

test('with a debug console at 5,000 events a second nothing is lost, p99 at most doubles and the page stays responsive', async (t) => {
  const [unwatched, watched] = [await loaded(t), await loaded(t)];
  const page = await debugConsole(t, watched.server);
  const meter = await FrameMeter.start(page);
  const [pairs, frames, longTasks] = [[], [], []];
  for (let pair = 0; pair < PAIRS; pair++) {
    const without = await unwatched.load.run(SECONDS);
    let withPage;
    const seen = await meter.during(async () => {
      [withPage] = await Promise.all([watched.load.run(SECONDS), saysThatItSamples(page)]);
    });
    frames.push(...seen.frames);
    longTasks.push(...seen.longTasks);
    pairs.push({ without: without.p99, withPage: withPage.p99, ratio: withPage.p99 / without.p99 });
  }
  const judgements = [judgeDelivery(pairs), judgeFrames(frames, longTasks)];
  for (const { figures } of judgements) t.diagnostic(figures);
  for (const { figures, problem } of judgements) assert.equal(problem, null, figures);
});

/** A server with a load. */
async function loaded(t) {
  const server = await startServer(t, { config: { apps: [APP] } });
  return { server, load: await Load.start(t, server, APP) };
}

/** The page of an operator who watches. */
async function debugConsole(t, server) {
  const person = await profile(t, browser, server);
  const page = await person.open('/console');
  await setUp(page, server);
  await page.goto(`/console/apps/${APP.id}/debug`);
  await until(async () => (await page.getByTestId('live-state').getAttribute('data-state')) === 'live', 'the debug console to be live');
  return page;
}

/** Waits for the notice with about as many events as there are, and fewer that are shown. */
function saysThatItSamples(page) {
  const notice = page.getByTestId('sampled');
  return until(async () => {
    const [seen, shown] = (await notice.textContent()).match(/\d[\d,]*/g).map((number) => Number(number.replace(',', '')));
    return seen > RATE / 2 && shown < seen / 2;
  }, 'the page to say that it samples');
}

/** What was measured, and what is wrong with it. */
function judgeDelivery(pairs) {
  const middle = (name) => pairs.map((pair) => pair[name]).toSorted((a, b) => a - b)[Math.floor(pairs.length / 2)];
  const [without, withPage, ratio] = ['without', 'withPage', 'ratio'].map(middle);
  const all = pairs.map((pair) => pair.ratio.toFixed(2)).join(', ');
  const figures = `p99 of delivery, medians: ${without} µs without the page, ${withPage} µs with it; ratio ${ratio.toFixed(2)} of ${all}`;
  return { figures, problem: ratio <= MOST_RATIO ? null : 'whoever listens waits too long' };
}

function judgeFrames(frames, longTasks) {
  const judged = frames.filter((frame) => frame.judged);
  const worst = (of) => Math.round(Math.max(0, ...of.map(({ ms }) => ms)));
  const seconds = (of) => (of.reduce((sum, { ms }) => sum + ms, 0) / 1_000).toFixed(1);
  const figures = `worst frame ${worst(judged)} ms in ${seconds(judged)} s, ${worst(frames)} ms in all ${seconds(frames)} s with those that waited for a CPU; ${longTasks.length} long tasks, up to ${Math.max(0, ...longTasks)} ms`;
  if (worst(judged) >= MOST_FRAME_MS) return { figures, problem: 'the page stutters' };
  return { figures, problem: seconds(judged) >= LEAST_JUDGED_SECONDS ? null : 'the machine is too busy to judge the page' };
}
