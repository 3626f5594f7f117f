/** The choice between the console's faces: loading, unreachable, first run, sign in, and the console itself. */

import type { JSX } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { texts } from '../i18n';
import { AppList } from '../model/app-list';
import { onNoApp } from '../model/client';
import type { Live } from '../model/live';
import type { Phase, Session } from '../model/session';
import { Button } from '../parts/button';
import { Waiting } from '../parts/loaded';
import { ConsoleContext } from './context';
import { FirstRun } from './first-run';
import { Shell } from './shell';
import { SignIn } from './sign-in';

export function App({ session }: { session: Session }): JSX.Element {
  const phase = session.phase.value;
  switch (phase.kind) {
    case 'loading':
      return <Waiting />;
    case 'failed':
      return <LoadFailed onRetry={() => void session.retry()} />;
    case 'setup':
      return <FirstRun session={session} />;
    case 'sign-in':
      return <SignIn session={session} notice={phase.notice} />;
    case 'in':
      return <Inside session={session} phase={phase} />;
  }
}

function Inside({ session, phase }: { session: Session; phase: Phase & { readonly kind: 'in' } }): JSX.Element {
  const apps = useMemo(() => new AppList(), [phase.live]);
  const context = useMemo(() => ({ session, signedIn: phase.session, live: phase.live, apps }), [session, phase, apps]);
  useEffect(() => void apps.load(), [apps]);
  // What a page asks may be refused for other reasons; whether the app is there is asked by itself.
  useEffect(() => onNoApp((id) => void apps.check(id)), [apps]);
  useEffect(() => followWakes(phase.live), [phase.live]);
  return (
    <ConsoleContext.Provider value={context}>
      <Shell />
    </ConsoleContext.Provider>
  );
}

function LoadFailed({ onRetry }: { onRetry: () => void }): JSX.Element {
  const t = texts.value;
  return (
    <main class="door">
      <section class="card door-card" role="alert" data-testid="error">
        <h1>{t.shell.loadFailedTitle}</h1>
        <p>{t.shell.loadFailed}</p>
        <Button testid="retry" onClick={onRetry}>
          {t.common.retry}
        </Button>
      </section>
    </main>
  );
}

/** Tries the connection again at the moments when somebody will miss it. */
function followWakes(live: Live): () => void {
  const wake = () => document.visibilityState === 'visible' && live.wake();
  const handleOnline = () => live.handleOnline();
  document.addEventListener('visibilitychange', wake);
  window.addEventListener('online', handleOnline);
  return () => {
    document.removeEventListener('visibilitychange', wake);
    window.removeEventListener('online', handleOnline);
  };
}
