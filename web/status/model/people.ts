/**
 * The rows of the list: one signal per member, so that a new status re-renders one row and keeps every other node.
 *
 * The order is the viewer first, then by name in the viewer's language (docs/status.md C15).
 */

import { batch, computed, signal, type ReadonlySignal, type Signal } from '@preact/signals';
import { locale } from '../../shared/i18n';
import type { Member } from './frames';
import type { Change } from './roster';

export class People {
  readonly #rows = new Map<string, Signal<Member>>();
  readonly #users = signal<readonly string[]>([]);
  readonly #me: ReadonlySignal<string | null>;

  /** User ids in the order of the list. */
  readonly order = computed(() => sorted(this.#users.value, this.#me.value, locale.value));

  constructor(me: ReadonlySignal<string | null>) {
    this.#me = me;
  }

  /** The member's row; undefined only between a leave and the next render. */
  row(user: string): ReadonlySignal<Member> | undefined {
    return this.#rows.get(user);
  }

  apply(changes: readonly Change[]): void {
    batch(() => {
      for (const { kind, member } of changes) this.#applyOne(kind, member);
      if (changes.some((change) => change.kind !== 'changed')) this.#users.value = [...this.#rows.keys()];
    });
  }

  clear(): void {
    this.#rows.clear();
    this.#users.value = [];
  }

  #applyOne(kind: Change['kind'], member: Member): void {
    if (kind === 'left') {
      this.#rows.delete(member.user);
      return;
    }
    const row = this.#rows.get(member.user);
    if (row === undefined) this.#rows.set(member.user, signal(member));
    else row.value = member;
  }
}

/** `me` first, then by the collation of the language; ties by code unit, so that the order is the same everywhere. */
export function sorted(users: readonly string[], me: string | null, language: string): readonly string[] {
  const collator = new Intl.Collator(language, { numeric: true });
  return [...users].sort((one, other) => {
    if (one === me || other === me) return one === me ? -1 : 1;
    return collator.compare(one, other) || (one < other ? -1 : 1);
  });
}
