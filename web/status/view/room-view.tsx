/** The page of somebody signed in: the state of the connection, their own status, and everybody. */

import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { texts } from '../../shared/i18n';
import type { Room } from '../model/room';
import { Banner } from './banner';
import { MemberList } from './member-list';
import { MyPanel } from './my-panel';

export function RoomView({ room }: { room: Room }): JSX.Element {
  const t = texts.value;
  useEffect(() => {
    // Timers of a hidden tab run about once a minute, so the next attempt to reconnect may be far away.
    const wake = () => document.visibilityState === 'visible' && room.link.wake();
    document.addEventListener('visibilitychange', wake);
    return () => document.removeEventListener('visibilitychange', wake);
  }, [room]);
  return (
    <>
      <Banner room={room} />
      <div class="room">
        <div class="room-head">
          <h1>{t.heading}</h1>
          <div class="room-tools">
            <Count room={room} />
            <AnnounceSwitch room={room} />
          </div>
        </div>
        <MyPanel room={room} />
        <MemberList room={room} />
      </div>
      <p class="visually-hidden" role="status" data-testid="announcements">
        {room.announcer.sentence}
      </p>
    </>
  );
}

/** How many are here; before it is known its place is kept, so that nothing moves when it comes. */
function Count({ room }: { room: Room }): JSX.Element {
  if (!room.seen.value) return <p class="count count-waiting" aria-hidden="true" />;
  return (
    <p class={room.staleSince.value === null ? 'count' : 'count count-stale'} data-testid="count">
      <span class="dot" aria-hidden="true" />
      {texts.value.online(room.people.order.value.length)}
    </p>
  );
}

/** Whether a screen reader is told of others (docs/status.md A4). */
function AnnounceSwitch({ room }: { room: Room }): JSX.Element {
  const t = texts.value;
  return (
    <button
      type="button"
      role="switch"
      class="switch"
      data-testid="announce"
      aria-checked={!room.announcer.muted.value}
      title={t.announceHint}
      onClick={() => room.announcer.toggleMute()}
    >
      {t.announce}
    </button>
  );
}
