/**
 * The state of the live connection, when it is worth knowing: nothing for the first 2 s, then a thin line, then a button
 * (docs/status.md, feature 20).
 */

import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { texts } from '../../shared/i18n';
import type { Messages } from '../../shared/i18n/en';
import type { LinkState } from '../model/link';
import type { Room } from '../model/room';
import { useElapsed } from './use-elapsed';

export function Banner({ room }: { room: Room }): JSX.Element {
  const state = room.link.state.value;
  const t = texts.value;
  const quiet = !useElapsed(state, QUIET_MS);
  const slow = useElapsed(state, SLOW_MS);
  const back = useBackOnline(state, quiet, room.subscription.live.value);
  const text = sentence(state, { quiet, back }, room, t);
  const button = state.kind === 'refused' || (state.kind === 'connecting' && slow);
  return (
    <div class={text === '' ? 'banner banner-empty' : `banner banner-${state.kind}`} data-testid="banner" role="status">
      {text !== '' && <span>{text}</span>}
      {button && (
        <button type="button" class="button button-quiet" data-testid="retry" onClick={() => room.link.reconnect()}>
          {t.reconnect}
        </button>
      )}
    </div>
  );
}

interface Timing {
  readonly quiet: boolean;
  readonly back: boolean;
}

function sentence(state: LinkState, { quiet, back }: Timing, room: Room, t: Messages): string {
  if (state.kind === 'refused') return refusal(state.code, t);
  if (state.kind === 'connected') return back ? t.backOnline : '';
  if (quiet || state.kind === 'stopped') return '';
  const asOf = room.staleSince.value;
  return asOf === null ? t.connecting : t.reconnecting(t.timeOfDay(asOf));
}

/** Why the server stays closed, where the code tells (docs/close-codes.md). */
function refusal(code: number | null, t: Messages): string {
  switch (code) {
    case 4003:
      return t.refusedDisabled;
    case 4004:
      return t.refusedFull;
    case 4009:
      return t.refusedUnauthorized;
    default:
      return t.refused(code);
  }
}

/** True for a while after an interruption that was long enough to be shown. */
function useBackOnline(state: LinkState, quiet: boolean, live: boolean): boolean {
  const [shown, setShown] = useState(false);
  const [back, setBack] = useState(false);
  const interrupted = state.kind === 'refused' || (state.kind === 'connecting' && !quiet);
  useEffect(() => {
    if (interrupted) setShown(true);
    if (!live || !shown) return;
    setShown(false);
    setBack(true);
    const timer = setTimeout(() => setBack(false), BACK_MS);
    return () => clearTimeout(timer);
  }, [interrupted, live]);
  return back;
}

const QUIET_MS = 2_000;
const SLOW_MS = 10_000;
const BACK_MS = 3_000;
