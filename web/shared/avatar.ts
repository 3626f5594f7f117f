/** Initials and a stable colour for a name, so that people are recognised before they are read (docs/status.md, feature 26). */

import { firstGraphemes } from './graphemes';

/** How many colours the stylesheet has: `.tone-0` and on, each with enough contrast in light and dark. */
const TONES = 12;

/** One or two initials: of the first and the last word, or the first two letters of a single word. */
export function initials(name: string): string {
  const words = name.split(/[\s._-]+/u).filter((word) => word !== '');
  const [first, last] = [words[0] ?? name, words.at(-1) ?? name];
  const letters = words.length > 1 ? firstGraphemes(first, 1) + firstGraphemes(last, 1) : firstGraphemes(first, 2);
  return letters.toLocaleUpperCase();
}

/** The class that colours this user's avatar; the same on every device, as it comes from the id alone (FNV-1a). */
export function tone(user: string): string {
  let hash = 0x811c9dc5;
  for (const unit of new TextEncoder().encode(user)) {
    hash = Math.imul(hash ^ unit, 0x01000193);
  }
  return `tone-${(hash >>> 0) % TONES}`;
}
