/** Everybody in the room, one row each; names and statuses are text nodes and nothing else (docs/status.md S5). */

import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { texts } from '../../shared/i18n';
import type { Info } from '../model/frames';
import type { Room } from '../model/room';
import { Avatar } from './avatar';
import { RelativeTime } from './relative-time';
import { TroubleNote } from './trouble-note';
import { useElapsed } from './use-elapsed';

export function MemberList({ room }: { room: Room }): JSX.Element {
  const stale = room.staleSince.value !== null;
  return (
    <section class="card list-card" aria-label={texts.value.heading}>
      <TroubleNote room={room} />
      {room.seen.value ? <Members room={room} stale={stale} /> : <Waiting room={room} />}
    </section>
  );
}

function Members({ room, stale }: { room: Room; stale: boolean }): JSX.Element {
  const order = room.people.order.value;
  const alone = order.length === 1 && order[0] === room.name;
  return (
    <>
      <ul class={stale ? 'members stale' : 'members'} data-testid="members">
        {order.map((user) => (
          <Row key={user} user={user} room={room} />
        ))}
      </ul>
      {alone && <Alone />}
    </>
  );
}

function Row({ user, room }: { user: string; room: Room }): JSX.Element | null {
  const member = room.people.row(user)?.value;
  if (member === undefined) return null;
  return (
    <li class="member" data-testid="member" data-user={user}>
      <Avatar user={user} />
      <span class="member-name">
        <bdi>{user}</bdi>
        {user === room.name && <span class="tag">{texts.value.you}</span>}
      </span>
      {typeof member.info?.updatedAt === 'number' && <RelativeTime ms={member.info.updatedAt} />}
      <StatusText info={member.info} />
    </li>
  );
}

/** A status that changed while the row was on screen is set off for a moment; the first one is not. */
function StatusText({ info }: { info: Info | null }): JSX.Element {
  const first = useRef(info);
  const fresh = info !== first.current;
  const t = texts.value;
  const missing = info === null ? t.badMember : info.status === '' ? t.noStatus : null;
  return (
    <span key={info?.rev ?? info?.status} class={fresh ? 'member-status fresh' : 'member-status'}>
      <bdi data-testid="member-status">{info?.status ?? ''}</bdi>
      {missing !== null && <em class="muted">{missing}</em>}
    </span>
  );
}

function Alone(): JSX.Element {
  const t = texts.value;
  return (
    <div class="alone" data-testid="alone">
      <span class="alone-mark" aria-hidden="true" />
      <p class="alone-title">{t.alone}</p>
      <p class="muted">{t.aloneHint}</p>
      <p class="alone-link">{window.location.origin + window.location.pathname}</p>
    </div>
  );
}

/** Before the first snapshot: rows to come, or, once that takes too long, a sentence that does not pretend. */
function Waiting({ room }: { room: Room }): JSX.Element {
  const trouble = room.subscription.trouble.value !== null || room.link.state.value.kind === 'refused';
  const slow = useElapsed(room, SLOW_MS);
  if (trouble || slow) return <p class="waiting muted">{texts.value.listWaiting}</p>;
  return (
    <div class="skeleton" role="status">
      <span class="visually-hidden">{texts.value.loading}</span>
      {SKELETON_ROWS.map((row) => (
        <span key={row} class="skeleton-row" aria-hidden="true" />
      ))}
    </div>
  );
}

const SLOW_MS = 10_000;
const SKELETON_ROWS = [0, 1, 2];
