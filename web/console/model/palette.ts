/** What the palette finds: pages, apps and actions, by the letters that somebody types. */

export interface Entry {
  readonly id: string;
  readonly label: string;
  /** What it belongs to, shown beside the label and searched too. */
  readonly detail: string;
  readonly shortcut: string | null;
  readonly run: () => void;
}

/** The entries that hold all words of `wish`, best first; all of them for an empty wish. No more than `most`. */
export function search<E extends Pick<Entry, 'label' | 'detail'>>(entries: readonly E[], wish: string, most = SHOWN): readonly E[] {
  const words = plain(wish).split(/\s+/).filter((word) => word !== '');
  const scored = entries.map((entry, index) => ({ entry, index, score: scoreOf(entry, words) }));
  return scored
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .slice(0, most)
    .map(({ entry }) => entry);
}

/** Each word counts by where it is found; one that is found nowhere rules the entry out. */
function scoreOf(entry: Pick<Entry, 'label' | 'detail'>, words: readonly string[]): number {
  const [label, detail] = [plain(entry.label), plain(entry.detail)];
  let total = 1;
  for (const word of words) {
    const score = wordScore(label, detail, word);
    if (score === 0) return 0;
    total += score;
  }
  return total;
}

function wordScore(label: string, detail: string, word: string): number {
  if (label.startsWith(word)) return 8;
  if (label.split(/[\s\-_.]+/).some((part) => part.startsWith(word))) return 6;
  if (label.includes(word)) return 4;
  if (detail.includes(word)) return 3;
  return isSubsequence(word, label) ? 1 : 0;
}

/** Whether the letters of `word` come in `text` in this order, with others between them: `gst` finds *Getting started*. */
function isSubsequence(word: string, text: string): boolean {
  let at = 0;
  for (const letter of text) if (letter === word[at]) at += 1;
  return at === word.length;
}

/** Without case and accents, so that `reglages` finds *Réglages*. */
function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{Mn}/gu, '').toLowerCase();
}

const SHOWN = 50;
