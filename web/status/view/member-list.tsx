/** Everybody in the room, one row each, and what stands in the place of the rows: nobody else, not yet, in trouble (docs/status.md A7). */

import type { JSX } from 'preact';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { texts } from '../../shared/i18n';
import { ListWindow } from '../../shared/list/list-window';
import { useElapsed } from '../../shared/view/use-elapsed';
import type { Room } from '../model/room';
import { MemberRow } from './member-row';
import { TroubleNote } from './trouble-note';

export function MemberList({ room }: { room: Room }): JSX.Element {
  // What is over within two seconds is nothing to look at.
  const told = room.outage.stage.value !== 'quiet' || room.subscription.trouble.value !== null;
  const stale = told && room.staleSince.value !== null;
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
      <Rows room={room} order={order} stale={stale} />
      {alone && <Alone />}
    </>
  );
}

function Rows({ room, order, stale }: { room: Room; order: readonly string[]; stale: boolean }): JSX.Element {
  const list = useRef<HTMLUListElement>(null);
  const rows = useMemo(() => new ListWindow('find rows'), [room]);
  useLayoutEffect(() => (list.current === null ? undefined : rows.attach(list.current)), [rows]);
  useLayoutEffect(() => rows.afterRender());
  void rows.redraw.value;
  const parts = rows.parts(order);
  // Safari takes a list without bullets for no list unless the role is spelled out.
  return (
    <ul
      ref={list}
      role="list"
      class={stale ? 'members stale' : 'members'}
      data-testid="members"
      aria-label={texts.value.heading}
      tabIndex={-1}
      onKeyDown={(event) => rows.handleKey(event)}
    >
      {parts.map((part) =>
        part.kind === 'gap' ? (
          <li key={part.key} class="gap" aria-hidden="true" style={{ blockSize: `${part.px}px` }} />
        ) : (
          <MemberRow key={part.key} room={room} user={part.id} index={part.index} size={order.length} active={part.id === rows.active} />
        ),
      )}
    </ul>
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
        <span key={row} class="skeleton-row" aria-hidden="true">
          <span class="skeleton-avatar" />
          <span class="skeleton-line skeleton-name" />
          <span class="skeleton-line skeleton-status" />
        </span>
      ))}
    </div>
  );
}

const SLOW_MS = 10_000;
const SKELETON_ROWS = [0, 1, 2];
