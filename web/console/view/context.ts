/** What every page of the console has at hand once somebody is signed in, and the hooks that pages use for it. */

import { createContext } from 'preact';
import { useContext, useEffect, useRef } from 'preact/hooks';
import type { AppList } from '../model/app-list';
import type { LiveEvents, SignedIn } from '../model/contract';
import { paused, type Live } from '../model/live';
import type { Session } from '../model/session';

export interface Console {
  readonly session: Session;
  readonly signedIn: SignedIn;
  readonly live: Live;
  readonly apps: AppList;
}

export const ConsoleContext = createContext<Console | null>(null);

export function useConsole(): Console {
  const console = useContext(ConsoleContext);
  if (console === null) throw new Error('no page is drawn before somebody is signed in');
  return console;
}

/**
 * Calls `handle` with every `event` of a live channel, such as `pulse-12`, while the component is drawn; null listens to nothing.
 * While a person has paused the console nothing is delivered, unless the page keeps what comes meanwhile itself.
 */
export function useLive<E extends keyof LiveEvents>(
  topic: string | null,
  event: E,
  handle: (data: LiveEvents[E]) => void,
  whilePaused: 'drop' | 'deliver' = 'drop',
): void {
  const { live } = useConsole();
  const latest = useRef(handle);
  latest.current = handle;
  useEffect(() => {
    if (topic === null) return;
    return live.listen(topic, event, (data) => {
      if (whilePaused === 'deliver' || !paused.peek()) latest.current(data);
    });
  }, [live, topic, event, whilePaused]);
}
