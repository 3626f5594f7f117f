// Waiting for conditions and events. The only file of the suites that may touch a timer:
// a test waits for something to happen, with a generous upper bound, and never for time to pass.

/** Upper bound of one wait. Far above what a healthy server needs, so that only a hang reaches it. */
export const PATIENCE_MS = 20_000;

/** Resolves with the promise's value, or rejects with `what` once `ms` have passed. */
export function within(promise, what, ms = PATIENCE_MS) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${ms} ms for ${describe(what)}`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Polls `probe` until it gives something truthy, and returns that. A throwing probe is asked again. */
export async function until(probe, what, ms = PATIENCE_MS) {
  const deadline = performance.now() + ms;
  let last;
  while (performance.now() < deadline) {
    try {
      const value = await probe();
      if (value) return value;
      last = undefined;
    } catch (error) {
      last = error;
    }
    await turn(15);
  }
  throw new Error(`waited ${ms} ms for ${describe(what)}${last ? `: ${last.message}` : ''}`, { cause: last });
}

/** An actor's rhythm: calls `act` every `ms` until the returned function is called. */
export function every(ms, act) {
  const timer = setInterval(act, ms);
  return () => clearInterval(timer);
}

/** Runs `job` on every item, at most `width` at a time, and returns the results in order. */
export async function eachOf(items, width, job) {
  const list = [...items];
  const results = new Array(list.length);
  let next = 0;
  const worker = async () => {
    while (next < list.length) {
      const index = next++;
      results[index] = await job(list[index], index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, list.length) }, worker));
  return results;
}

/** Milliseconds that `job` took, with its result. */
export async function timed(job) {
  const start = performance.now();
  const value = await job();
  return { value, ms: performance.now() - start };
}

function turn(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function describe(what) {
  return typeof what === 'function' ? what() : what;
}
