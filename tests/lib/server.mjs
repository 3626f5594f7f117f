// Starts, restarts and ends the program under test. Knows nothing of what it serves.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toml } from './toml.mjs';
import { until, within } from './wait.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The program under test: $ROLLCALL_BIN, else the release build. */
export const BINARY = resolve(process.env.ROLLCALL_BIN ?? join(ROOT, 'target/release/rollcall'));

/** How many shards the suites run with; `run.mjs` runs them with one and with two. */
export const SHARDS = Number(process.env.ROLLCALL_TEST_SHARDS ?? 1);

const children = new Set();
process.on('exit', () => children.forEach((child) => child.kill('SIGKILL')));
// The runner ends a file that takes too long in this way, and no server may outlive it.
process.on('SIGTERM', () => process.exit(1));

/**
 * Starts a server on a free port of 127.0.0.1 with a data directory of its own and waits for `/up`.
 * `config` is the configuration file as an object; `args` and `env` are added to the command.
 * `told: 'variables'` says everything in the environment, and runs the program without an argument.
 * `through` is another command that the program is run through.
 * With a test context `t`, or a `{ after }` like it, the server ends with it.
 */
export async function startServer(t, { config = {}, args = [], env = {}, shards = SHARDS, told = 'options', through = [] } = {}) {
  const server = new Server(await mkdtemp(join(tmpdir(), 'rollcall-test-')), { args, env, shards, told, through });
  t?.after(() => server.end());
  await server.configure(config);
  await server.start();
  return server;
}

/** Runs the program once, for commands that end by themselves, `through` another command if one is given. An aborted `signal` kills it at once. */
export async function runProgram(args, options) {
  const child = spawnProgram(args, options);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text) => (stdout += text));
  child.stderr.on('data', (text) => (stderr += text));
  const ended = new Promise((done, fail) => child.on('close', done).on('error', fail));
  try {
    const code = await within(ended, () => `rollcall ${args.join(' ')} to end; it said:\n${stdout}${stderr}`);
    return { code, stdout, stderr };
  } finally {
    child.kill('SIGKILL');
  }
}

/** The same for commands that go on until they are ended; no later than the tests, it is killed. */
export function spawnProgram(args, { env = {}, cwd, signal, through = [] } = {}) {
  const [command, ...words] = [...through, BINARY, ...args];
  const child = spawn(command, words, { env: { ...cleanEnvironment(), ...env }, cwd, signal, killSignal: 'SIGKILL' });
  children.add(child);
  child.on('close', () => children.delete(child));
  return child;
}

export class Server {
  /** What the program printed since its first start, both streams. */
  log = '';

  constructor(dir, { args, env, shards, told, through }) {
    this.dir = dir;
    this.data = join(dir, 'data');
    this.configFile = join(dir, 'rollcall.toml');
    this.options = { args, env, shards, told, through };
    this.port = 0;
  }

  /** `http://127.0.0.1:PORT` */
  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  get host() {
    return `127.0.0.1:${this.port}`;
  }

  get pid() {
    return this.child.pid;
  }

  /** Replaces the configuration file; in force from the next start. */
  async configure(config) {
    await writeFile(this.configFile, toml(config));
  }

  /** Starts the program, on the port it had before if there was one. */
  async start() {
    if (!existsSync(BINARY)) throw new Error(`${BINARY} is missing: cargo build --release`);
    const said = this.log.length;
    const { args, env } = this.#command();
    const child = spawnProgram(args, { cwd: this.dir, env, through: this.options.through });
    this.child = child;
    this.exited = new Promise((done) => {
      child.on('close', (code, signal) => done({ code, signal }));
    });
    child.stdout.on('data', (text) => (this.log += text));
    child.stderr.on('data', (text) => (this.log += text));
    await until(
      () => child.exitCode !== null || this.#listening(said),
      () => `the server to print its address; it said:\n${this.log}`,
    );
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}:\n${this.log.slice(said)}`);
    await until(
      async () => (await fetch(`${this.url}/up`)).status === 200,
      () => `/up to answer 200; the server said:\n${this.log}`,
    );
  }

  /** Ends the program at once, as a crash or a power cut would. */
  async kill() {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  /** Asks the program to end (SIGTERM) and returns its exit code. */
  async terminate() {
    this.child.kill('SIGTERM');
    return (await within(this.exited, () => `the server to end after SIGTERM; it said:\n${this.log}`)).code;
  }

  async restart() {
    await this.kill();
    await this.start();
  }

  /** Ends the program, checks that it never panicked, and removes its files. */
  async end() {
    if (this.child?.exitCode === null && this.child.signalCode === null) await this.kill();
    await rm(this.dir, { recursive: true, force: true, maxRetries: 3 });
    const panic = this.log.split('\n').find((line) => line.includes('panicked at'));
    if (panic) throw new Error(`the server panicked: ${panic}\n${this.log.slice(-4000)}`);
  }

  /** The arguments and variables of the next start. */
  #command() {
    const { args, env, shards, told } = this.options;
    const settings = { config: this.configFile, data: this.data, listen: `127.0.0.1:${this.port}`, shards: String(shards) };
    const entries = Object.entries(settings);
    if (told === 'options') return { args: ['serve', ...entries.flatMap(([key, value]) => [`--${key}`, value]), ...args], env };
    return { args, env: { ...Object.fromEntries(entries.map(([key, value]) => [`ROLLCALL_${key.toUpperCase()}`, value])), ...env } };
  }

  #listening(said) {
    const plain = this.log.slice(said).replaceAll(/\u001b\[[0-9;]*m/g, '');
    const found = /\b127\.0\.0\.1:([1-9]\d*)/.exec(plain);
    if (found) this.port = Number(found[1]);
    return found !== null;
  }
}

/** This process's environment without Rollcall's own variables. */
function cleanEnvironment() {
  const entries = Object.entries(process.env).filter(([name]) => !name.startsWith('ROLLCALL_'));
  return { ...Object.fromEntries(entries), NO_COLOR: '1' };
}
