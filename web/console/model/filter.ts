/**
 * The filter language of the debug console and of `rollcall tail` (docs/console.md 2.9): words that all have to hold.
 *
 * Pure: text in, a predicate or an error out. `docs/filter-cases.json` has the cases that both programs obey, so
 * whoever changes one thing here changes the table, and the program in Rust with it.
 */

import type { LiveEvent, LiveType } from './contract';
import { EVENT_TYPES } from './events';

export type Predicate = (event: LiveEvent) => boolean;

/** What is wrong with a filter; `at` counts characters from 0, and `length` says how many are concerned. */
export interface FilterError {
  readonly code: FilterErrorCode;
  readonly at: number;
  readonly length: number;
  /** What the sentence names: a word, a type, or nothing. */
  readonly what: string;
}

export type FilterErrorCode =
  | 'unknown_word' | 'unknown_type' | 'missing_value' | 'missing_alternative'
  | 'open_quote' | 'empty_quote' | 'after_quote' | 'lone_minus' | 'too_long';

export type Parsed =
  | { readonly ok: true; readonly matches: Predicate; readonly empty: boolean }
  | { readonly ok: false; readonly error: FilterError };

export function parseFilter(text: string): Parsed {
  const characters = Array.from(text);
  if (characters.length > MOST_CHARACTERS) return failed('too_long', MOST_CHARACTERS, characters.length - MOST_CHARACTERS);
  try {
    const words = new Reader(characters).words();
    return { ok: true, matches: (event) => words.every((word) => word(event)), empty: words.length === 0 };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, error: error.reason };
    throw error;
  }
}

/** What a word is about; `text` is a word without a name, which may be anywhere. */
type Field = 'type' | 'channel' | 'user' | 'socket' | 'event';

/** Pieces that have to follow each other, with anything between them; one piece has to be all there is. */
type Pattern = readonly string[];

class Refusal extends Error {
  readonly reason: FilterError;

  constructor(reason: FilterError) {
    super(reason.code);
    this.reason = reason;
  }
}

/** Reads words from left to right; refuses by throwing, since a filter with one bad word means nothing. */
class Reader {
  readonly #characters: readonly string[];
  #at = 0;

  constructor(characters: readonly string[]) {
    this.#characters = characters;
  }

  words(): Predicate[] {
    const words: Predicate[] = [];
    for (;;) {
      while (isSpace(this.#next())) this.#at += 1;
      if (this.#next() === undefined) return words;
      words.push(this.#word());
    }
  }

  #word(): Predicate {
    const negated = this.#next() === '-';
    if (negated) this.#at += 1;
    if (negated && this.#ended()) this.#refuse('lone_minus', this.#at - 1, 1);
    const start = this.#at;
    const field = this.#field();
    if (field !== null && this.#ended()) this.#refuse('missing_value', start, this.#at - start, `${field}:`);
    const alternatives = this.#alternatives(field);
    return (event) => negated !== alternatives.some((holds) => holds(event));
  }

  /** The name before a colon, if there is one; another name than those five is refused, as it is most often a slip. */
  #field(): Field | null {
    const start = this.#at;
    let end = start;
    while (/^[A-Za-z_]$/.test(this.#characters[end] ?? '')) end += 1;
    if (end === start || this.#characters[end] !== ':') return null;
    const name = this.#characters.slice(start, end).join('');
    const field = FIELDS.find((known) => known === name.toLowerCase());
    if (field === undefined) this.#refuse('unknown_word', start, end + 1 - start, `${name}:`);
    this.#at = end + 1;
    return field;
  }

  #alternatives(field: Field | null): Predicate[] {
    const alternatives: Predicate[] = [];
    for (;;) {
      if (this.#ended() || this.#next() === ',') this.#refuse('missing_alternative', Math.max(0, this.#comma()), 1);
      alternatives.push(this.#alternative(field));
      if (this.#next() !== ',') return alternatives;
      this.#at += 1;
    }
  }

  /** The comma that has nothing on one of its sides: the one before, or at the beginning the one here. */
  #comma(): number {
    return this.#characters[this.#at - 1] === ',' ? this.#at - 1 : this.#at;
  }

  #alternative(field: Field | null): Predicate {
    const start = this.#at;
    const quoted = this.#next() === '"';
    const text = quoted ? this.#quoted() : this.#bare();
    const pattern = quoted ? [text] : text.split('*');
    if (field === null) return anywhere(pattern);
    if (field === 'type') return this.#type(text, pattern, start, quoted);
    return (event) => fits(event[field], pattern);
  }

  #type(text: string, pattern: Pattern, start: number, quoted: boolean): Predicate {
    const lower = pattern.map((piece) => piece.toLowerCase());
    const group = quoted ? undefined : GROUPS.get(text.toLowerCase());
    const types: readonly LiveType[] = group ?? EVENT_TYPES.filter((type) => fits(type, lower));
    if (types.length === 0) this.#refuse('unknown_type', start, this.#at - start, text);
    const chosen = new Set<LiveType>(types);
    return (event) => chosen.has(event.type);
  }

  /** Up to a comma or a space. */
  #bare(): string {
    const start = this.#at;
    while (!this.#ended() && this.#next() !== ',') this.#at += 1;
    return this.#characters.slice(start, this.#at).join('');
  }

  /** Up to the closing quotation mark; `\"` and `\\` are the mark and the backslash themselves. */
  #quoted(): string {
    const start = this.#at;
    let text = '';
    for (this.#at += 1; this.#next() !== '"'; this.#at += 1) {
      const escaped = this.#next() === '\\' && ['"', '\\'].includes(this.#characters[this.#at + 1] ?? '');
      if (escaped) this.#at += 1;
      const character = this.#next();
      if (character === undefined) this.#refuse('open_quote', start, 1);
      text += character;
    }
    this.#at += 1;
    if (text === '') this.#refuse('empty_quote', start, 2);
    if (!this.#ended() && this.#next() !== ',') this.#refuse('after_quote', this.#at, 1);
    return text;
  }

  #next(): string | undefined {
    return this.#characters[this.#at];
  }

  /** Whether the word ends here. */
  #ended(): boolean {
    return this.#next() === undefined || isSpace(this.#next());
  }

  #refuse(code: FilterErrorCode, at: number, length: number, what = ''): never {
    throw new Refusal({ code, at, length, what });
  }
}

/** A field that an event does not have fits nothing, not even a star; so `-user:*` finds what nobody did. */
function fits(value: string | undefined, pattern: Pattern): boolean {
  if (value === undefined) return false;
  const [first = '', ...rest] = pattern;
  const last = rest.pop();
  if (last === undefined) return value === first;
  if (!value.startsWith(first)) return false;
  let from = first.length;
  for (const piece of rest) {
    const found = value.indexOf(piece, from);
    if (found === -1) return false;
    from = found + piece.length;
  }
  return value.length - last.length >= from && value.endsWith(last);
}

/** Whether one of the event's texts has the pattern somewhere, without regard to case. */
function anywhere(pattern: Pattern): Predicate {
  const open = ['', ...pattern.map((piece) => piece.toLowerCase()), ''];
  return (event) => textsOf(event).some((text) => text !== undefined && fits(text.toLowerCase(), open));
}

function textsOf(event: LiveEvent): (string | undefined)[] {
  const code = event.code === undefined ? undefined : String(event.code);
  return [event.type, event.socket, event.user, event.channel, event.event, event.kind, code, event.message, event.setting, event.data];
}

function isSpace(character: string | undefined): boolean {
  return character !== undefined && /^\s$/u.test(character);
}

function failed(code: FilterErrorCode, at: number, length: number): Parsed {
  return { ok: false, error: { code, at, length, what: '' } };
}

const FIELDS: readonly Field[] = ['type', 'channel', 'user', 'socket', 'event'];
/** Names for several types; the type `error` alone is `"error"`. */
const GROUPS: ReadonlyMap<string, readonly LiveType[]> = new Map([
  ['error', ['error', 'api_error', 'client_error']],
  ['presence', ['member_added', 'member_removed', 'member_updated']],
]);
const MOST_CHARACTERS = 500;
