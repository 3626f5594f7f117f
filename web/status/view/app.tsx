/** The frame of the page and the choice between its faces. */

import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { texts } from '../../shared/i18n';
import type { Room } from '../model/room';
import type { Phase, Session } from '../model/session';
import { Header, type Person } from './header';
import { RoomView } from './room-view';
import { SignUp } from './sign-up';

export function App({ session }: { session: Session }): JSX.Element {
  const phase = session.phase.value;
  const main = useFocusOnChange(phase.kind);
  return (
    <>
      <Header key={phase.kind} person={phase.kind === 'room' ? personOf(session, phase.room) : null} />
      <main ref={main} class={`main main-${phase.kind}`}>
        <Face phase={phase} session={session} />
      </main>
    </>
  );
}

function personOf(session: Session, room: Room): Person {
  return {
    name: room.name,
    leave: () => session.leave(room),
    leaveEverywhere: () => session.leaveEverywhere(room),
    forgetDevice: () => session.forgetDevice(),
  };
}

function Face({ phase, session }: { phase: Phase; session: Session }): JSX.Element {
  switch (phase.kind) {
    case 'loading':
      return <Loading />;
    case 'failed':
      return <LoadFailed onRetry={() => void session.load()} />;
    case 'form':
      return <SignUp start={phase} onJoin={(...wish) => session.join(...wish)} onForget={() => session.forgetDevice()} />;
    case 'room':
      return <RoomView key={phase.room.name} room={phase.room} />;
  }
}

function Loading(): JSX.Element {
  return (
    <div class="loading" role="status">
      <h1 class="visually-hidden">Rollcall</h1>
      <span class="pulse" aria-hidden="true" />
      <p>{texts.value.loading}</p>
    </div>
  );
}

function LoadFailed({ onRetry }: { onRetry: () => void }): JSX.Element {
  const t = texts.value;
  return (
    <section class="card notice-card" role="alert" data-testid="error">
      <h1>{t.loadFailedTitle}</h1>
      <p>{t.loadFailed}</p>
      <button type="button" class="button" data-testid="retry" onClick={onRetry}>
        {t.retry}
      </button>
    </section>
  );
}

/** Moves the focus to the new heading when the page changes face, so that it is read out; not on the first one. */
function useFocusOnChange(kind: Phase['kind']) {
  const main = useRef<HTMLElement>(null);
  const previous = useRef<Phase['kind']>('loading');
  useLayoutEffect(() => {
    const first = previous.current === 'loading';
    const same = previous.current === kind;
    previous.current = kind;
    if (first || same || kind === 'loading') return;
    const heading = main.current?.querySelector('h1');
    heading?.setAttribute('tabindex', '-1');
    heading?.focus();
  }, [kind]);
  return main;
}
