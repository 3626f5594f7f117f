/** Who is present, as the console tells it. */

import { record } from '../../shared/http';
import type { Member } from './contract';

/** What somebody says they are up to, where member info is that of the status app; else the info as text. Null without any. */
export function statusOf(info: unknown): string | null {
  if (info === null || info === undefined) return null;
  const status = record(info)?.['status'];
  return typeof status === 'string' ? status : JSON.stringify(info);
}

/** Those who are held by a connection, and those in the grace, whose time runs out first on top; both by name. */
export function byAvailability(members: readonly Member[], language: string): { readonly here: readonly Member[]; readonly leaving: readonly Member[] } {
  const names = new Intl.Collator(language, { numeric: true });
  const here = members.filter(({ leaving_in_ms: ms }) => ms === null).sort((a, b) => names.compare(a.user, b.user));
  const leaving = members
    .filter(({ leaving_in_ms: ms }) => ms !== null)
    .sort((a, b) => a.leaving_in_ms! - b.leaving_in_ms! || names.compare(a.user, b.user));
  return { here, leaving };
}
