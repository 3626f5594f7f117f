// How long the frames of a page take, and which of them say something of the page.
//
// A machine that has other things to do makes every page stutter. Linux tells how long a thread was ready and got no
// CPU; a frame during which one of the threads that frames pass through stood in that queue for long is not judged.

import { readFileSync, readdirSync } from 'node:fs';
import { every } from './wait.mjs';

const SAMPLE_MS = 100;
/** The share of its time that a thread may wait for a CPU while a frame is judged. */
const MOST_WAITING = 0.2;

/** The frames of a page in Chromium. */
export class FrameMeter {
  /** `{ms, waits}`: for how long each thread has waited in all. */
  #samples = [];

  constructor(page, threads) {
    Object.assign(this, { page, threads });
  }

  /** Begins to measure; the page is to be loaded. */
  static async start(page) {
    await page.evaluate(measure);
    const browser = await page.context().browser().newBrowserCDPSession();
    const { processInfo } = await browser.send('SystemInfo.getProcessInfo');
    return new FrameMeter(page, processInfo.flatMap(threadsOf));
  }

  /** The frames during `job`, and the tasks that were long, in milliseconds. */
  async during(job) {
    this.#samples = [];
    this.#sample();
    await this.page.evaluate(() => void window.takeFrames());
    const stop = every(SAMPLE_MS, () => this.#sample());
    try {
      await job();
    } finally {
      stop();
    }
    const { frames, longTasks } = await this.page.evaluate(() => window.takeFrames());
    this.#sample();
    return { frames: frames.map(([begin, end]) => ({ ms: end - begin, judged: this.#waiting(begin, end) <= MOST_WAITING })), longTasks };
  }

  #sample() {
    this.#samples.push({ ms: performance.timeOrigin + performance.now(), waits: this.threads.map(waitOf) });
  }

  /** The largest share that a thread spent waiting, from the last sample before to the first one after. */
  #waiting(begin, end) {
    const first = this.#samples.findLast(({ ms }) => ms <= begin) ?? this.#samples[0];
    const last = this.#samples.find(({ ms }) => ms >= end) ?? this.#samples.at(-1);
    return Math.max(...last.waits.map((wait, thread) => wait - first.waits[thread])) / (last.ms - first.ms);
  }
}

/** The main thread of a page, and those that put together what is on the screen. */
function threadsOf({ type, id }) {
  if (type !== 'renderer' && type !== 'GPU') return [];
  const tasks = `/proc/${id}/task`;
  const named = readdirSync(tasks).filter((task) => /^(Viz)?Compositor/.test(readFileSync(`${tasks}/${task}/comm`, 'utf8')));
  return [...(type === 'renderer' ? [String(id)] : []), ...named].map((task) => `${tasks}/${task}/schedstat`);
}

/** Milliseconds; a process that has ended waits no more. */
function waitOf(schedstat) {
  try {
    return Number(readFileSync(schedstat, 'utf8').split(' ')[1]) / 1e6;
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return 0;
    throw error;
  }
}

/** Runs in the page. */
function measure() {
  let [frames, longTasks] = [[], []];
  const clock = () => performance.timeOrigin + performance.now();
  let last = clock();
  const step = () => {
    const now = clock();
    frames.push([last, now]);
    last = now;
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
  new PerformanceObserver((list) => longTasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' });
  window.takeFrames = () => {
    const taken = { frames, longTasks };
    [frames, longTasks] = [[], []];
    return taken;
  };
}
