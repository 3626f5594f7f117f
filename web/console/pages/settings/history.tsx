/** Who changed what, and the way back. */

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Failure } from '../../../shared/http';
import { texts } from '../../i18n';
import { fetchChanges, revertChange } from '../../model/api';
import { failureIn } from '../../model/client';
import type { Change } from '../../model/contract';
import { Ago } from '../../parts/ago';
import { Button } from '../../parts/button';
import { Confirm } from '../../parts/confirm';
import { Empty } from '../../parts/empty';
import { ErrorText } from '../../parts/field';
import { Loaded } from '../../parts/loaded';
import { toast } from '../../parts/toast';
import { actorName } from '../../view/actor';
import { explain } from '../../view/failures';
import { labelOf, valueText } from '../../view/settings-text';
import { useAction } from '../../view/use-action';
import type { Resource } from '../../view/use-resource';

interface HistoryProps {
  readonly app: string;
  readonly changes: Resource<{ readonly changes: readonly Change[] }>;
  /** Ends when the page shows what is so now. */
  readonly onReverted: () => Promise<unknown>;
}

export function History({ app, changes, onReverted }: HistoryProps): JSX.Element {
  const t = texts.value.settings;
  const [asked, setAsked] = useState<Change | null>(null);
  return (
    <section class="section" aria-labelledby="history">
      <div>
        <h2 id="history">{t.history}</h2>
        <p class="muted">{t.historyLead}</p>
      </div>
      <Loaded of={changes}>
        {(data) =>
          data.changes.length === 0 ? (
            <Empty title={t.noHistory}>{t.noHistoryText}</Empty>
          ) : (
            <>
              <ol class="changes" data-testid="changes">
                {data.changes.map((change) => (
                  <ChangeRow key={change.n} change={change} onRevert={() => setAsked(change)} />
                ))}
              </ol>
              {data.changes.length % PAGE === 0 && <Older app={app} loaded={data.changes} onMore={(all) => changes.set({ changes: all })} />}
            </>
          )
        }
      </Loaded>
      {asked !== null && <Revert change={asked} onReverted={onReverted} onClose={() => setAsked(null)} />}
    </section>
  );
}

function ChangeRow({ change, onRevert }: { change: Change; onRevert: () => void }): JSX.Element {
  const t = texts.value.settings;
  const keys = [...new Set([...Object.keys(change.before ?? {}), ...Object.keys(change.after ?? {})])];
  return (
    <li class="change" data-testid={`change-${change.n}`}>
      <p class="change-head">
        <b>{t.what[change.what] ?? change.what}</b>{' '}
        <span class="muted">
          <Ago ms={change.at} /> {t.by(actorName(change.actor))} {change.address !== null && t.from(change.address)} {change.reverts !== null && `· ${t.reverted(change.reverts)}`}
        </span>
      </p>
      {keys.length > 0 && (
        <dl class="change-values">
          {keys.map((key) => (
            <div key={key}>
              <dt>{labelOf(key)}</dt>
              <dd>
                <span class="visually-hidden">{t.before}</span>
                <s>{valueText(change.before?.[key])}</s> <span aria-hidden="true">→</span>{' '}
                <span class="visually-hidden">{t.after}</span>
                <b>{valueText(change.after?.[key])}</b>
              </dd>
            </div>
          ))}
        </dl>
      )}
      {change.can_revert && (
        <Button look="quiet" testid={`revert-${change.n}`} label={t.revertOf(change.n)} onClick={onRevert}>
          {t.revert}
        </Button>
      )}
    </li>
  );
}

function Revert({ change, onReverted, onClose }: { change: Change; onReverted: HistoryProps['onReverted']; onClose: () => void }): JSX.Element {
  const t = texts.value.settings;
  const act = async (): Promise<Failure | null> => {
    const failure = failureIn(await revertChange(change.n));
    if (failure === null) {
      toast(t.revertDone);
      await onReverted();
    }
    return failure;
  };
  return (
    <Confirm title={t.revertTitle} verb={t.revert} look="main" act={act} onClose={onClose}>
      <p>{t.revertText}</p>
    </Confirm>
  );
}

function Older({ app, loaded, onMore }: { app: string; loaded: readonly Change[]; onMore: (all: readonly Change[]) => void }): JSX.Element {
  const { failure, busy, run } = useAction(async () => {
    const reply = await fetchChanges(app, loaded.at(-1)?.n ?? null);
    if (!reply.ok) return reply.failure;
    onMore([...loaded, ...reply.body.changes]);
    return null;
  });
  return (
    <div class="row">
      {failure !== null && <ErrorText field="older">{explain(failure)}</ErrorText>}
      <Button look="quiet" testid="older" busy={busy} onClick={() => void run()}>
        {texts.value.settings.more}
      </Button>
    </div>
  );
}

/** How many the server gives at once. */
const PAGE = 50;
