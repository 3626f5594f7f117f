/** A queue with a capacity, in order of arrival: what is one too many pushes the oldest out. Every step costs the same, whatever its length. */

export class Ring<T> {
  readonly #capacity: number;
  /** Slots in a circle; `#first` is the oldest one. */
  #slots: (T | undefined)[] = [];
  #first = 0;
  #length = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get length(): number {
    return this.#length;
  }

  /** Adds the newest; what had to go for it, if the ring was full. */
  push(item: T): T | undefined {
    const gone = this.#length === this.#capacity ? this.shift() : undefined;
    this.#slots[(this.#first + this.#length) % this.#capacity] = item;
    this.#length += 1;
    return gone;
  }

  /** Takes the oldest out. */
  shift(): T | undefined {
    const item = this.first();
    if (this.#length === 0) return undefined;
    this.#slots[this.#first] = undefined;
    this.#first = (this.#first + 1) % this.#capacity;
    this.#length -= 1;
    return item;
  }

  /** Puts older items, oldest first, before all others; those that have no room are the oldest of them. */
  prepend(items: readonly T[]): void {
    const room = this.#capacity - this.#length;
    for (const item of items.slice(Math.max(0, items.length - room)).reverse()) {
      this.#first = (this.#first + this.#capacity - 1) % this.#capacity;
      this.#slots[this.#first] = item;
      this.#length += 1;
    }
  }

  first(): T | undefined {
    return this.at(0);
  }

  /** The item at this place, 0 being the oldest. */
  at(index: number): T | undefined {
    return index < 0 || index >= this.#length ? undefined : this.#slots[(this.#first + index) % this.#capacity];
  }

  *items(): Generator<T> {
    for (let index = 0; index < this.#length; index += 1) yield this.at(index)!;
  }

  clear(): void {
    [this.#slots, this.#first, this.#length] = [[], 0, 0];
  }
}
