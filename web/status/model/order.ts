/**
 * The order of the list: the viewer, then by name in the viewer's language (docs/status.md C15).
 *
 * Who comes is merged into what is sorted already, as comparing names by the rules of a language is slow: a thousand take 13 ms.
 */

/** Remembers how it sorted last, so that only who came since has to be compared. */
export class Order {
  readonly #me: string | null;
  #language: string | null = null;
  #sorted: readonly string[] = [];

  constructor(me: string | null) {
    this.#me = me;
  }

  /** These users in order, by the rules of `language`. */
  of(users: Iterable<string>, language: string): readonly string[] {
    const compare = comparison(this.#me, language);
    const fresh = new Set(users);
    const staying = this.#sorted.filter((user) => fresh.delete(user));
    const settled = language === this.#language ? staying : staying.sort(compare);
    this.#language = language;
    this.#sorted = merged(settled, [...fresh].sort(compare), compare);
    return this.#sorted;
  }
}

/** `me` first, then the collation of the language; ties by code point, so that the order is the same everywhere. */
export function comparison(me: string | null, language: string): (one: string, other: string) => number {
  const collator = new Intl.Collator(language, { numeric: true });
  return (one, other) => {
    if (one === me || other === me) return one === other ? 0 : one === me ? -1 : 1;
    return collator.compare(one, other) || byCodePoint(one, other);
  };
}

/** JavaScript compares UTF-16 units, in which an emoji comes before a few older characters. */
function byCodePoint(one: string, other: string): number {
  const [ones, others] = [Array.from(one), Array.from(other)];
  const index = ones.findIndex((character, at) => character !== others[at]);
  if (index === -1) return ones.length - others.length;
  return (ones[index]?.codePointAt(0) ?? -1) - (others[index]?.codePointAt(0) ?? -1);
}

function merged(one: readonly string[], other: readonly string[], compare: (a: string, b: string) => number): string[] {
  const all: string[] = [];
  let at = 0;
  for (const next of other) {
    for (let user = one[at]; user !== undefined && compare(user, next) < 0; user = one[at]) {
      all.push(user);
      at += 1;
    }
    all.push(next);
  }
  return all.concat(one.slice(at));
}
