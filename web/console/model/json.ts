/** Where a text is not JSON (RFC 8259). `JSON.parse` knows, but each browser says it in its own way, and some do not say where. */

import { visible, visibleJson } from '../../shared/visible';

export interface JsonError {
  /** Index into the text. */
  readonly at: number;
  /** From 1, as editors count. */
  readonly line: number;
  readonly column: number;
  /** The character that cannot stand there; null at the end of the text. */
  readonly found: string | null;
}

/** Null for JSON. */
export function jsonError(text: string): JsonError | null {
  const at = new Scanner(text).firstError();
  if (at === null) return null;
  const before = text.slice(0, at).split('\n');
  const found = text.codePointAt(at);
  return { at, line: before.length, column: before.at(-1)!.length + 1, found: found === undefined ? null : String.fromCodePoint(found) };
}

/** The JSON in `text` as people read it, and `text` itself if it is none, both with nothing in them that is not seen. JSON in a string in JSON is left as it is. */
export function pretty(text: string): string {
  try {
    return visibleJson(JSON.stringify(JSON.parse(text), null, 2));
  } catch {
    return visible(text);
  }
}

/** What each piece of JSON is, for its colour; what is no JSON is one piece. */
export type Token = { readonly kind: 'key' | 'string' | 'number' | 'word' | 'other'; readonly text: string };

export function tokens(text: string): readonly Token[] {
  const found: Token[] = [];
  let at = 0;
  for (const match of text.matchAll(TOKEN)) {
    if (match.index > at) found.push({ kind: 'other', text: text.slice(at, match.index) });
    const { key, string, number } = match.groups ?? {};
    const kind = key !== undefined ? 'key' : string !== undefined ? 'string' : number !== undefined ? 'number' : 'word';
    found.push({ kind, text: match[0] });
    at = match.index + match[0].length;
  }
  if (at < text.length) found.push({ kind: 'other', text: text.slice(at) });
  return found;
}

/** Reads one value, and throws the index of what cannot stand there. */
class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  firstError(): number | null {
    try {
      this.#value(0);
      this.#space();
      return this.#at === this.#text.length ? null : this.#at;
    } catch (error) {
      if (typeof error === 'number') return error;
      throw error;
    }
  }

  #value(depth: number): void {
    if (depth > DEEPEST) throw this.#at;
    this.#space();
    const next = this.#text[this.#at];
    if (next === '{') this.#list('}', () => this.#member(depth));
    else if (next === '[') this.#list(']', () => this.#value(depth + 1));
    else if (next === '"') this.#string();
    else this.#scalar();
  }

  #list(end: string, item: () => void): void {
    this.#at += 1;
    this.#space();
    if (this.#takes(end)) return;
    do item();
    while (this.#takesAfterSpace(','));
    this.#space();
    if (!this.#takes(end)) throw this.#at;
  }

  #member(depth: number): void {
    this.#space();
    if (this.#text[this.#at] !== '"') throw this.#at;
    this.#string();
    if (!this.#takesAfterSpace(':')) throw this.#at;
    this.#value(depth + 1);
  }

  #string(): void {
    for (this.#at += 1; ; this.#at += 1) {
      const next = this.#text[this.#at];
      if (next === undefined || next < ' ') throw this.#at;
      if (next === '"') break;
      if (next === '\\') this.#escape();
    }
    this.#at += 1;
  }

  /** Leaves the last character of the escape to be passed by the string. */
  #escape(): void {
    this.#at += 1;
    const next = this.#text[this.#at] ?? '';
    if (next !== '' && '"\\/bfnrt'.includes(next)) return;
    if (next !== 'u') throw this.#at;
    for (let digit = 0; digit < 4; digit += 1) {
      this.#at += 1;
      if (!/^[0-9A-Fa-f]$/.test(this.#text[this.#at] ?? '')) throw this.#at;
    }
  }

  #scalar(): void {
    SCALAR.lastIndex = this.#at;
    const found = SCALAR.exec(this.#text)?.[0];
    if (found === undefined) throw this.#at;
    this.#at += found.length;
  }

  #space(): void {
    while (/^[ \t\r\n]$/.test(this.#text[this.#at] ?? '')) this.#at += 1;
  }

  #takes(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #takesAfterSpace(character: string): boolean {
    this.#space();
    return this.#takes(character);
  }
}

const SCALAR = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const TOKEN = /(?<key>"(?:[^"\\\n]|\\.)*"(?=\s*:))|(?<string>"(?:[^"\\\n]|\\.)*")|(?<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|\b(?:true|false|null)\b/g;
/** Deeper than anybody writes, and far less than what a stack holds. */
const DEEPEST = 500;
