/** The state of the live connection, when it is worth knowing; `Outage` says when that is (docs/status.md, feature 20). */

import type { JSX } from 'preact';
import { texts } from '../../shared/i18n';
import type { Messages } from '../../shared/i18n/en';
import type { LinkState } from '../../shared/link';
import { online } from '../../shared/network';
import type { Stage } from '../../shared/outage';
import { useCountdown } from '../../shared/view/use-countdown';
import type { Room } from '../model/room';

export function Banner({ room }: { room: Room }): JSX.Element {
  const [stage, state] = [room.outage.stage.value, room.link.state.value];
  const text = sentence(stage, state, room.staleSince.value, texts.value);
  const waiting = stage === 'long' && state.kind === 'connecting';
  return (
    <div class={text === '' ? 'banner banner-empty' : `banner banner-${look(stage, state)}`} data-testid="banner" role="status">
      {text !== '' && <span class="banner-text">{text}</span>}
      {waiting && <NextTry room={room} />}
      {(waiting || state.kind === 'refused') && (
        <button type="button" class="button button-quiet" data-testid="retry" onClick={() => room.link.reconnect()}>
          {texts.value.reconnect}
        </button>
      )}
    </div>
  );
}

/** Not for screen readers: a region that speaks every second would drown everything else. */
function NextTry({ room }: { room: Room }): JSX.Element | null {
  const seconds = useCountdown(room.link.nextAttemptMs.value);
  if (seconds === null || !online.value) return null;
  return (
    <span class="banner-next" data-testid="next-try" aria-hidden="true">
      {texts.value.nextTry(seconds)}
    </span>
  );
}

function sentence(stage: Stage, state: LinkState, asOf: number | null, t: Messages): string {
  if (state.kind === 'refused') return refusal(state.code, t);
  if (stage === 'over') return t.backOnline;
  if (stage === 'quiet' || state.kind === 'stopped') return '';
  if (!online.value) return asOf === null ? t.offline : t.offlineSince(t.timeOfDay(asOf));
  return asOf === null ? t.connecting : t.reconnecting(t.timeOfDay(asOf));
}

function look(stage: Stage, state: LinkState): string {
  if (state.kind === 'refused') return 'refused';
  return stage === 'over' ? 'over' : 'away';
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
