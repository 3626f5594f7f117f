// A program beside the server that talks in lines: an example of the repository, or a client library in another language.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { within } from './wait.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The path of an example of the `rollcall-server` crate. */
export function example(name) {
  const path = join(ROOT, 'target/debug/examples', name);
  if (!existsSync(path)) throw new Error(`${path} is missing: make examples`);
  return path;
}

/** Starts a program that ends with the tests: `after` is theirs, as of `node:test`. */
export function startLines(after, command, args, options = {}) {
  const lines = new Lines(command, args, options);
  after(() => lines.end());
  return lines;
}

class Lines {
  #unread = [];
  #wakers = [];
  #said = '';
  /** Resolves when nothing is asked; each question waits for the one before. */
  #idle = Promise.resolve();

  constructor(command, args, options) {
    this.child = spawn(command, args, { ...options, stdio: ['pipe', 'pipe', 'pipe'] });
    this.child.stderr.on('data', (text) => (this.#said += text));
    this.exited = new Promise((done) => this.child.on('close', done).on('error', done));
    createInterface({ input: this.child.stdout }).on('line', (line) => {
      const waker = this.#wakers.shift();
      if (waker) waker(line);
      else this.#unread.push(line);
    });
  }

  /** The next line that it prints. */
  next() {
    const line = this.#unread.length > 0 ? this.#unread.shift() : new Promise((done) => this.#wakers.push(done));
    const ended = this.exited.then((code) => {
      throw new Error(`${this.child.spawnfile} ended with ${code}:\n${this.#said}`);
    });
    return within(Promise.race([line, ended]), () => `a line of ${this.child.spawnfile}; it said:\n${this.#said}`);
  }

  /** Writes a question as a line of JSON; resolves with the `ok` of the answer, or rejects with its `error`. */
  ask(question) {
    const answer = this.#idle.then(() => this.#exchange(question));
    this.#idle = answer.catch(() => {});
    return answer;
  }

  async #exchange(question) {
    this.child.stdin.write(`${JSON.stringify(question)}\n`);
    const { ok, error } = JSON.parse(await this.next());
    if (error !== undefined) throw new Error(error);
    return ok;
  }

  async end() {
    this.child.kill('SIGKILL');
    await this.exited;
  }
}
