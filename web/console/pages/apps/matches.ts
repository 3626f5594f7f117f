/** The search of the page of apps. */

import type { Card } from '../../model/contract';

/** Whether all words of `wish` are in the name or the id, without regard to case. */
export function matches(card: Pick<Card, 'id' | 'name'>, wish: string): boolean {
  const text = `${card.name} ${card.id}`.toLowerCase();
  return wish.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}
