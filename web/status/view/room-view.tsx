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
          <Count room={room} />
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

function Count({ room }: { room: Room }): JSX.Element | null {
  if (!room.seen.value) return null;
  return (
    <p class={room.staleSince.value === null ? 'count' : 'count count-stale'} data-testid="count">
      <span class="dot" aria-hidden="true" />
      {texts.value.online(room.people.order.value.length)}
    </p>
  );
}
