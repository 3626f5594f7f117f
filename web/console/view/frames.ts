/** Work once per animation frame, whatever asks for it in between. */

export class Frames {
  readonly #work: () => boolean;
  #frame: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Until a calm request is due. */
  #rest: ReturnType<typeof setTimeout> | undefined;
  #workedMs = -Infinity;

  /** `work` answers whether it needs the next frame too. */
  constructor(work: () => boolean) {
    this.#work = work;
  }

  /** A hidden tab gets no animation frames, so a timer stands in for them. */
  request(): void {
    this.#frame ??= requestAnimationFrame(() => this.#run());
    this.#timer ??= setTimeout(() => this.#run(), HIDDEN_MS);
  }

  /** The same for what nobody waits for: there is so much time between two times that it is done. */
  requestCalmly(everyMs: number): void {
    const restMs = this.#workedMs + everyMs - performance.now();
    if (restMs <= 0) this.request();
    else this.#rest ??= setTimeout(() => this.request(), restMs);
  }

  stop(): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
    clearTimeout(this.#rest);
    [this.#frame, this.#timer, this.#rest] = [undefined, undefined, undefined];
  }

  #run(): void {
    this.stop();
    this.#workedMs = performance.now();
    if (this.#work()) this.request();
  }
}

const HIDDEN_MS = 1_000;
