/**
 * What a screen reader is told about other people: at most one sentence in `INTERVAL_MS`, summarised (docs/status.md A4, 4.2).
 */

import { signal, type ReadonlySignal } from '@preact/signals';
import { texts } from '../../shared/i18n';
import type { Change } from './roster';

type Kind = Change['kind'];

export class Announcer {
  readonly #sentence = signal('');
  readonly #pending: Record<Kind, Map<string, string>> = { joined: new Map(), left: new Map(), changed: new Map() };
  #timer: ReturnType<typeof setTimeout> | undefined;
  #spokenMs = Number.NEGATIVE_INFINITY;

  get sentence(): ReadonlySignal<string> {
    return this.#sentence;
  }

  /** Notes changes of people other than `me`. */
  note(changes: readonly Change[], me: string | null): void {
    const others = changes.filter((change) => change.member.user !== me);
    if (others.length === 0) return;
    for (const { kind, member } of others) this.#noteOne(kind, member.user, member.info?.status ?? '');
    this.#timer ??= setTimeout(() => this.#speak(), this.#delay());
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const kind of KINDS) this.#pending[kind].clear();
    this.#sentence.value = '';
  }

  #noteOne(kind: Kind, user: string, status: string): void {
    // Somebody who came and went within one interval is not news.
    if (kind === 'left' && this.#pending.joined.delete(user)) return;
    if (kind === 'joined' && this.#pending.left.delete(user)) return;
    this.#pending[kind].set(user, status);
  }

  #delay(): number {
    return Math.max(SETTLE_MS, this.#spokenMs + INTERVAL_MS - Date.now());
  }

  #speak(): void {
    this.#timer = undefined;
    this.#spokenMs = Date.now();
    const parts = KINDS.map((kind) => summary(kind, this.#pending[kind])).filter((part) => part !== '');
    for (const kind of KINDS) this.#pending[kind].clear();
    this.#sentence.value = parts.join('. ');
  }
}

function summary(kind: Kind, people: ReadonlyMap<string, string>): string {
  const [first] = people;
  if (first === undefined) return '';
  const t = texts.peek();
  const [name, status] = first;
  if (kind === 'joined') return people.size === 1 ? t.joined(name) : t.joinedMany(people.size);
  if (kind === 'left') return people.size === 1 ? t.left(name) : t.leftMany(people.size);
  return people.size === 1 ? t.changed(name, status) : t.changedMany(people.size);
}

const KINDS: readonly Kind[] = ['joined', 'left', 'changed'];
const SETTLE_MS = 1_000;
const INTERVAL_MS = 5_000;
