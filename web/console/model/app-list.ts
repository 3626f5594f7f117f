/** The apps, as the switcher, the palette and the page of apps know them. */

import { signal, type ReadonlySignal } from '@preact/signals';
import type { Failure } from '../../shared/http';
import { fetchApp, fetchApps } from './api';
import type { Card } from './contract';

export class AppList {
  readonly #cards = signal<readonly Card[] | null>(null);
  readonly #failure = signal<Failure | null>(null);
  readonly #gone = signal<ReadonlySet<string>>(new Set());
  readonly #checked = new Set<string>();

  /** Null until they are known. */
  get cards(): ReadonlySignal<readonly Card[] | null> {
    return this.#cards;
  }

  /** Why they are not known, or no longer up to date. */
  get failure(): ReadonlySignal<Failure | null> {
    return this.#failure;
  }

  /** The ids under which there turned out to be no app. */
  get gone(): ReadonlySignal<ReadonlySet<string>> {
    return this.#gone;
  }

  /** Finds out whether there is an app of this id, and tells everybody when that is news; once at a time. */
  async check(id: string): Promise<void> {
    if (this.#checked.has(id)) return;
    this.#checked.add(id);
    const reply = await fetchApp(id);
    this.#checked.delete(id);
    // Any other failure says nothing of the app.
    if (!reply.ok && reply.failure.code !== 'no_such_app') return;
    if (reply.ok !== this.#gone.peek().has(id)) return;
    const gone = new Set(this.#gone.peek());
    if (reply.ok) gone.delete(id);
    else gone.add(id);
    this.#gone.value = gone;
    await this.load();
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
