/** Why the list is not live, and the button that tries again (docs/status.md C17); the list below stays visible. */

import type { JSX } from 'preact';
import { texts } from '../../shared/i18n';
import type { Messages } from '../../shared/i18n/en';
import { useCountdown } from '../../shared/view/use-countdown';
import type { Room } from '../model/room';
import type { Trouble } from '../model/subscription';

export function TroubleNote({ room }: { room: Room }): JSX.Element | null {
  const trouble = room.subscription.trouble.value;
  const t = texts.value;
  if (trouble === null) return null;
  const asOf = room.staleSince.value;
  const detail = short(trouble);
  return (
    <div class="trouble" role="alert" data-testid="error" data-field="list">
      <p class="trouble-title">{t.listTrouble}</p>
      <p>
        {cause(trouble, t)} {asOf !== null && t.troubleStale(t.timeOfDay(asOf))}
      </p>
      {detail !== '' && <p class="trouble-detail">{t.troubleDetail(detail)}</p>}
      <div class="trouble-foot">
        <button type="button" class="button button-quiet" data-testid="retry" onClick={() => room.subscription.retry()}>
          {t.retry}
        </button>
        <NextTry untilMs={trouble.retryMs} />
      </div>
    </div>
  );
}

function NextTry({ untilMs }: { untilMs: number | null }): JSX.Element | null {
  const seconds = useCountdown(untilMs);
  if (seconds === null) return null;
  return (
    <span data-testid="next-try" aria-hidden="true">
      {texts.value.nextTry(seconds)}
    </span>
  );
}

function cause(trouble: Trouble, t: Messages): string {
  if (trouble.type === 'LimitReached') return t.troubleFull;
  if (trouble.status === 429) return t.troubleLimited;
  if (trouble.status === 401 || trouble.status === 403) return t.troubleRefused;
  return trouble.status === 0 ? t.troubleUnreachable : t.troubleServer;
}

/** For a person the status says more than the code of an authorization that failed. */
function short(trouble: Trouble): string {
  if (trouble.status === 0 || trouble.status === 429) return '';
  return trouble.type === 'AuthError' ? `HTTP ${trouble.status}` : trouble.detail;
}
