/**
 * How long the live connection has been away, in the steps that the banner knows (docs/status.md, feature 20).
 *
 * Nothing for the first 2 s; then a line; after 10 s also the way to hurry; and, once all is well again, good news for 3 s.
 */

import { signal, type ReadonlySignal } from '@preact/signals';

export type Stage = 'quiet' | 'short' | 'long' | 'over';

export class Outage {
  readonly #stage = signal<Stage>('quiet');
  readonly #live: ReadonlySignal<boolean>;
  readonly #stopWatching: (() => void)[];
  #timers: ReturnType<typeof setTimeout>[] = [];
  #away = false;
  #everLive = false;
  /** Whether somebody may have read that the connection is away. */
  #told = false;

  /** `interrupted`: the connection is not there. `live`: the list is being kept up to date. */
  constructor(interrupted: ReadonlySignal<boolean>, live: ReadonlySignal<boolean>) {
    this.#live = live;
    this.#stopWatching = [
      interrupted.subscribe((now) => (now ? this.#begin() : this.#pause())),
      live.subscribe(() => this.#end()),
    ];
  }

  get stage(): ReadonlySignal<Stage> {
    return this.#stage;
  }

  stop(): void {
    for (const stop of this.#stopWatching) stop();
    this.#clearTimers();
  }

  #begin(): void {
    this.#away = true;
    this.#clearTimers();
    this.#stage.value = 'quiet';
    this.#timers = [setTimeout(() => this.#tell('short'), QUIET_MS), setTimeout(() => this.#tell('long'), LONG_MS)];
  }

  #tell(stage: Stage): void {
    this.#told = true;
    this.#stage.value = stage;
  }

  /** The connection is there; whether the list is, `live` will say. */
  #pause(): void {
    if (!this.#away) return;
    this.#away = false;
    this.#clearTimers();
    this.#stage.value = 'quiet';
    this.#end();
  }

  #end(): void {
    if (this.#away || !this.#live.peek()) return;
    if (this.#told && this.#everLive) {
      this.#stage.value = 'over';
      this.#timers = [setTimeout(() => (this.#stage.value = 'quiet'), OVER_MS)];
    }
    this.#everLive = true;
    this.#told = false;
  }

  #clearTimers(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers = [];
  }
}

const QUIET_MS = 2_000;
const LONG_MS = 10_000;
const OVER_MS = 3_000;
