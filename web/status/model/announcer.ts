/**
 * What a screen reader is told about other people: at most one sentence in `INTERVAL_MS`, summarised (docs/status.md A4, 4.2).
 *
 * It can be muted, and stays so in this browser.
 */

import { signal, type ReadonlySignal } from '@preact/signals';
import { texts } from '../../shared/i18n';
import type { Change } from './roster';

type Kind = Change['kind'];

export class Announcer {
  readonly #sentence = signal('');
  readonly #muted = signal(storedMute());
  readonly #pending: Record<Kind, Map<string, string>> = { joined: new Map(), left: new Map(), changed: new Map() };
  #timer: ReturnType<typeof setTimeout> | undefined;
  #spokenMs = Number.NEGATIVE_INFINITY;

  get sentence(): ReadonlySignal<string> {
    return this.#sentence;
  }

  get muted(): ReadonlySignal<boolean> {
    return this.#muted;
  }

  toggleMute(): void {
    this.#muted.value = !this.#muted.peek();
    storeMute(this.#muted.peek());
    this.clear();
  }

  /** Notes changes of people other than `me`. */
  note(changes: readonly Change[], me: string | null): void {
    if (this.#muted.peek()) return;
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
    // Somebody who came and went within one interval is not news, nor is what a newcomer says first.
    if (kind === 'left') this.#pending.changed.delete(user);
    if (kind === 'left' && this.#pending.joined.delete(user)) return;
    if (kind === 'joined' && this.#pending.left.delete(user)) return;
    if (kind === 'changed' && this.#pending.joined.has(user)) return;
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
    if (parts.length > 0) this.#say(parts.join('. '));
  }

  /** The same sentence again would be no change of the document, and not be read: a space makes it one. */
  #say(sentence: string): void {
    this.#sentence.value = sentence === this.#sentence.peek() ? `${sentence}\u00a0` : sentence;
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

function storedMute(): boolean {
  try {
    return localStorage.getItem(STORAGE_KEY) === 'off';
  } catch {
    return false;
  }
}

function storeMute(muted: boolean): void {
  try {
    if (muted) localStorage.setItem(STORAGE_KEY, 'off');
    else localStorage.removeItem(STORAGE_KEY);
  } catch {
    // Storage may be refused; the choice then lasts as long as the page.
  }
}

const STORAGE_KEY = 'rollcall.announcements';
const KINDS: readonly Kind[] = ['joined', 'left', 'changed'];
const SETTLE_MS = 1_000;
const INTERVAL_MS = 5_000;
