/** Everything about one event: why and what to do for an error, its data, the event whole, and what can be done with it. */

import type { JSX } from 'preact';
import { texts } from '../../i18n';
import type { LiveEvent } from '../../model/contract';
import { replayOf } from '../../model/events';
import { Button } from '../../parts/button';
import { Explained } from '../../parts/explained';
import { FixButton } from '../../parts/fix-button';
import { Foreign } from '../../parts/foreign';
import { Json } from '../../parts/json';

interface DetailsProps {
  readonly app: string;
  readonly event: LiveEvent;
  readonly onReplay: (event: LiveEvent) => void;
}

export function Details({ app, event, onReplay }: DetailsProps): JSX.Element {
  const t = texts.value.debug;
  const { data, data_cut: cut, ...rest } = event;
  const replay = replayOf(event);
  return (
    <div class="stack" data-testid="details">
      {event.impersonated === true && <p class="notice">{t.impersonatedLong}</p>}
      <Reason app={app} event={event} />
      <div class="details-pair">
        <section class="stack">
          <h3>{t.details.data}</h3>
          {data === undefined ? <p class="muted">{t.details.noData}</p> : <Json text={data} label={t.details.data} />}
          {cut === true && <p class="muted">{t.details.cut}</p>}
          {replay === 'cut' && (
            <p class="muted" data-testid="no-replay">
              {t.details.cutReplay}
            </p>
          )}
          {replay === 'whole' && (
            <div>
              <Button look="quiet" testid="replay" onClick={() => onReplay(event)}>
                {t.replay}
              </Button>
            </div>
          )}
        </section>
        <section class="stack">
          <h3>{t.details.whole}</h3>
          <Json text={JSON.stringify(rest)} label={t.details.whole} />
        </section>
      </div>
    </div>
  );
}

function Reason({ app, event }: { app: string; event: LiveEvent }): JSX.Element | null {
  const { message, code, kind, setting, suggested } = event;
  if (message === undefined && kind === undefined && code === undefined) return null;
  return (
    <section class="stack" data-testid="reason">
      <h3>{texts.value.debug.details.reason}</h3>
      <p>
        {code !== undefined && <span class="tag">{code}</span>} {message !== undefined && <span lang="en"><Foreign text={message} /></span>}
      </p>
      {kind !== undefined && <Explained kind={kind} />}
      {setting !== undefined && suggested !== undefined && (
        <div>
          <FixButton app={app} setting={setting} suggested={suggested} />
        </div>
      )}
    </section>
  );
}
