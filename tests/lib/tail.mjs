// `rollcall tail` while it runs: what it printed so far, and how it ended.

import { spawnProgram } from './server.mjs';
import { until, within } from './wait.mjs';

/**
 * Follows an app of the server; with `url` through something in between, and where that is null it finds the server
 * itself. It ends with the test.
 */
export async function startTail(t, server, app, words = [], { url = server.url, data = server.data } = {}) {
  const place = url === null ? [] : ['--url', url];
  const tail = new Tail(spawnProgram(['tail', app.id, ...words, ...place, '--data', data]));
  t.after(() => tail.child.kill('SIGKILL'));
  await tail.watching();
  return tail;
}

class Tail {
  stdout = '';
  stderr = '';

  constructor(child) {
    this.child = child;
    child.stdout.setEncoding('utf8').on('data', (text) => (this.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (this.stderr += text));
    this.exited = new Promise((done) => child.on('exit', (code, signal) => done({ code, signal })));
  }

  /** The whole lines of events so far. */
  get lines() {
    return this.stdout.split('\n').slice(0, -1);
  }

  /** The same of `--json`, parsed. */
  get records() {
    return this.lines.map((line) => JSON.parse(line));
  }

  /** Waits until it says that it watches, for the `count`th time. */
  async watching(count = 1) {
    const times = () => `${this.stdout}${this.stderr}`.split(/rollcall: watching|"kind":"watching"/).length - 1;
    await until(() => times() >= count || this.child.exitCode !== null, () => this.said('it to watch'));
    if (this.child.exitCode !== null) throw new Error(this.said('it to watch'));
  }

  /** Waits for a line that holds all of this. */
  line(...parts) {
    return until(
      () => this.lines.find((line) => parts.every((part) => line.includes(part))),
      () => this.said(`a line with ${parts.join(', ')}`),
    );
  }

  /** Waits for the first record that is so. */
  record(is, what = `${is}`) {
    return until(() => this.records.find(is), () => this.said(what));
  }

  /** Sends a signal, if one is given, and waits for the exit code. */
  async end(signal) {
    if (signal) this.child.kill(signal);
    return (await within(this.exited, () => this.said('the end'))).code;
  }

  said(what) {
    return `${what}; it printed\n${this.stdout.slice(-2000)}\nand said\n${this.stderr.slice(-2000)}`;
  }
}
