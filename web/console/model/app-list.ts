/** The apps, as the switcher, the palette and the page of apps know them. */

import { signal, type ReadonlySignal } from '@preact/signals';
import type { Failure } from '../../shared/http';
import { fetchApps } from './api';
import type { Card } from './contract';

export class AppList {
  readonly #cards = signal<readonly Card[] | null>(null);
  readonly #failure = signal<Failure | null>(null);

  /** Null until they are known. */
  get cards(): ReadonlySignal<readonly Card[] | null> {
    return this.#cards;
  }

  /** Why they are not known, or no longer up to date. */
  get failure(): ReadonlySignal<Failure | null> {
    return this.#failure;
  }

  async load(): Promise<void> {
    const reply = await fetchApps();
    this.#failure.value = reply.ok ? null : reply.failure;
    if (reply.ok) this.#cards.value = reply.body.apps;
  }

  /** What the live channel says each second. */
  update(cards: readonly Card[]): void {
    this.#cards.value = cards;
    this.#failure.value = null;
  }

  /** The name of an app; its id while there is no name to show. */
  nameOf(id: string): string {
    const name = this.#cards.value?.find((card) => card.id === id)?.name;
    return name === undefined || name === '' ? id : name;
  }
}
