/**
 * The rows of the list: one signal per member, so that a new status re-renders one row and keeps every other node.
 *
 * It follows the roster when `Follower` says so; what comes before what is for `Order` to know.
 */

import { batch, computed, signal, type ReadonlySignal, type Signal } from '@preact/signals';
import type { Member } from './frames';
import { Order } from './order';
import type { Change } from './roster';

export class People {
  readonly #rows = new Map<string, Signal<Member>>();
  readonly #users = signal<readonly string[]>([]);
  /** User ids in the order of the list. */
  readonly order: ReadonlySignal<readonly string[]>;

  /** `me`: the viewer, who comes first; `language`: by whose rules names are sorted. */
  constructor(me: string, language: ReadonlySignal<string>) {
    const order = new Order(me);
    this.order = computed(() => order.of(this.#users.value, language.value));
  }

  /** The member's row; undefined only between a leave and the next render. */
  row(user: string): ReadonlySignal<Member> | undefined {
    return this.#rows.get(user);
  }

  has(user: string): boolean {
    return this.#rows.has(user);
  }

  apply(changes: readonly Change[]): void {
    batch(() => {
      for (const { kind, member } of changes) this.#applyOne(kind, member);
      if (changes.some((change) => change.kind !== 'changed')) this.#users.value = [...this.#rows.keys()];
    });
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
