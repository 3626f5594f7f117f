/** Whether a member is here or in the grace of a refresh, counted down: "leaving in 6 s". By shape and by words. */

import type { JSX } from 'preact';
import { useCountdown } from '../../shared/view/use-countdown';
import { texts } from '../i18n';

/** `untilMs` is when the grace ends, by this device's clock; null for a member whom a connection holds. */
export function PresenceState({ untilMs }: { untilMs: number | null }): JSX.Element {
  const left = useCountdown(untilMs);
  const t = texts.value.watch;
  if (left === null) return <span class="presence presence-here">{t.here}</span>;
  return (
    <span class="presence presence-leaving" data-testid="leaving">
      {left === 0 ? t.leavingNow : t.leavingIn(left)}
    </span>
  );
}
