/** The state of the live connection, when it is worth knowing; `Outage` says when that is (docs/status.md, feature 20). */

import type { JSX } from 'preact';
import { useCountdown } from '../../shared/view/use-countdown';
import { texts } from '../i18n';
import { Button } from '../parts/button';
import { useConsole } from './context';

export function LinkBanner(): JSX.Element {
  const { live } = useConsole();
  const [stage, state] = [live.stage.value, live.state.value];
  const t = texts.value.shell;
  const text = state.kind === 'refused' ? t.liveRefused : stage === 'over' ? t.liveBack : stage === 'quiet' ? '' : t.liveAway;
  const look = state.kind === 'refused' ? 'banner-refused' : stage === 'over' ? 'banner-over' : 'banner-away';
  return (
    <div class={text === '' ? 'banner banner-empty' : `banner ${look}`} role="status" data-testid="banner">
      {text !== '' && <span class="banner-text">{text}</span>}
      {stage === 'long' && <NextTry />}
      {(stage === 'long' || state.kind === 'refused') && (
        <Button look="quiet" testid="reconnect" onClick={() => live.reconnect()}>
          {t.reconnect}
        </Button>
      )}
    </div>
  );
}

/** Not for screen readers: a region that speaks every second would drown everything else. */
function NextTry(): JSX.Element | null {
  const { live } = useConsole();
  const seconds = useCountdown(live.nextAttemptMs.value);
  if (seconds === null) return null;
  return (
    <span class="banner-next" aria-hidden="true">
      {texts.value.shell.nextTry(seconds)}
    </span>
  );
}
