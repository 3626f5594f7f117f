/** Work once per animation frame, whatever asks for it in between. */

export class Frames {
  readonly #work: () => boolean;
  #frame: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `work` answers whether it needs the next frame too. */
  constructor(work: () => boolean) {
    this.#work = work;
  }

  /** A hidden tab gets no animation frames, so a timer stands in for them. */
  request(): void {
    this.#frame ??= requestAnimationFrame(() => this.#run());
    this.#timer ??= setTimeout(() => this.#run(), HIDDEN_MS);
  }

  stop(): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
    [this.#frame, this.#timer] = [undefined, undefined];
  }

  #run(): void {
    this.stop();
    if (this.#work()) this.request();
  }
}

const HIDDEN_MS = 1_000;
