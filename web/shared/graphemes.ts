/** Lengths as people see them: grapheme clusters, not UTF-16 units (docs/status.md S6, section 0). */

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** How many grapheme clusters `text` has. */
export function graphemeCount(text: string): number {
  let count = 0;
  for (const _ of segmenter.segment(text)) count += 1;
  return count;
}

/** The first `count` grapheme clusters of `text`. */
export function firstGraphemes(text: string, count: number): string {
  let taken = '';
  let left = count;
  for (const { segment } of segmenter.segment(text)) {
    if (left === 0) break;
    taken += segment;
    left -= 1;
  }
  return taken;
}

/** `text` as the server stores it, near enough to tell whether an edit changes anything (docs/status.md C9). */
export function normalized(text: string): string {
  return text.normalize('NFC').replace(/\s+/gu, ' ').trim();
}
