/** One person of the list; names and statuses are text nodes and nothing else (docs/status.md S5). */

import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { locale, texts } from '../../shared/i18n';
import { watchMoment } from '../../shared/moments';
import type { Info } from '../model/frames';
import type { Room } from '../model/room';
import { Avatar } from './avatar';
import { agoText, RelativeTime } from './relative-time';

export interface MemberRowProps {
  readonly room: Room;
  readonly user: string;
  /** Where in the list, from 0, and how many there are: a screen reader cannot count rows that are not drawn. */
  readonly index: number;
  readonly size: number;
  /** Whether Tab leads here. */
  readonly active: boolean;
}

export function MemberRow({ room, user, index, size, active }: MemberRowProps): JSX.Element | null {
  const member = room.people.row(user)?.value;
  useAging(member?.info?.updatedAt ?? null);
  if (member === undefined) return null;
  // One's own edit shows before the server has confirmed it (docs/status.md, feature 21).
  const pending = user === room.name ? room.editor.pending.value : null;
  const info = pending === null ? member.info : { rev: null, updatedAt: null, ...member.info, status: pending };
  return (
    <li
      class={index === 0 ? 'member member-first' : 'member'}
      data-testid="member"
      data-user={user}
      data-row={user}
      tabIndex={active ? 0 : -1}
      aria-setsize={size}
      aria-posinset={index + 1}
      aria-label={sentence(user, user === room.name, info, pending !== null)}
    >
      <Avatar user={user} />
      <span class="member-name">
        <bdi>{user}</bdi>
        {user === room.name && <span class="tag">{texts.value.you}</span>}
      </span>
      {pending !== null && <span class="pending-mark" title={texts.value.pending} data-testid="pending" />}
      {pending === null && typeof info?.updatedAt === 'number' && <RelativeTime ms={info.updatedAt} text={agoText(info.updatedAt, 'short', locale.value)} />}
      <StatusText info={info} />
    </li>
  );
}

/** The row as one sentence, which is what a screen reader says of it (docs/status.md 4.2). */
function sentence(user: string, isMe: boolean, info: Info | null, isPending: boolean): string {
  const t = texts.value;
  const name = isMe ? t.rowMe(user) : user;
  const age = typeof info?.updatedAt === 'number' ? t.rowChanged(agoText(info.updatedAt, 'long', locale.value)) : '';
  const when = isPending ? t.pending : age;
  return [name, missing(info) ?? info?.status ?? '', when].filter((part) => part !== '').join(', ');
}

/** What stands in the place of a status that is not there. */
function missing(info: Info | null): string | null {
  const t = texts.value;
  return info === null ? t.badMember : info.status === '' ? t.noStatus : null;
}

/** A status that changed while the row was on screen is marked for a moment, by shape as well; the first one is not. */
function StatusText({ info }: { info: Info | null }): JSX.Element {
  const first = useRef(info);
  const fresh = info !== first.current;
  const instead = missing(info);
  return (
    <span key={info?.rev ?? info?.status} class={fresh ? 'member-status fresh' : 'member-status'}>
      <bdi data-testid="member-status">{info?.status ?? ''}</bdi>
      {instead !== null && <em class="muted">{instead}</em>}
    </span>
  );
}

/** Renders again whenever the age of `ms` reads differently. */
function useAging(ms: number | null): void {
  const [, setAges] = useState(0);
  useEffect(() => (ms === null ? undefined : watchMoment(ms, () => setAges((ages) => ages + 1))), [ms]);
}
