/**
 * Texts that others chose, with every character made visible that is drawn as nothing or turns its neighbours round:
 * controls, marks of direction, and what has no width. `rollcall tail` writes them alike.
 */

/** `text` with each such character as `\u{1b}`; line breaks and tabs stay. */
export function visible(text: string): string {
  return text.replace(UNSEEN, (character) => `\\u{${character.charCodeAt(0).toString(16)}}`);
}

/** The same of JSON, which stays JSON of the same value: `\u001b`. */
export function visibleJson(json: string): string {
  return json.replace(UNSEEN, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Joiners stay: scripts and emoji need them. */
const UNSEEN = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff]|\r(?!\n)/g;
