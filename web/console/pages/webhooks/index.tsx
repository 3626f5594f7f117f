/** Webhooks of an app: its endpoints, a test, the log of requests with a way to send them again, and how to check signatures. */

import type { JSX } from 'preact';
import { texts } from '../../i18n';
import { command } from '../../model/by-hand';
import type { WebhookLog } from '../../model/contract';
import { pathTo } from '../../model/location';
import { fetchWebhooks } from '../../model/watch';
import type { PageProps } from '../../pages';
import { Code, SameByHand } from '../../parts/code';
import { Empty } from '../../parts/empty';
import { LinkTo } from '../../parts/link';
import { Loaded } from '../../parts/loaded';
import { PageHead } from '../../parts/page-head';
import { useConsole } from '../../view/context';
import { usePolled } from '../../view/use-polled';
import { Deliveries } from './deliveries';
import { Test } from './test';
import { Verify } from './verify';

export function Page({ app }: PageProps): JSX.Element {
  const { apps } = useConsole();
  const log = usePolled(app, () => fetchWebhooks(app), EVERY_MS);
  const t = texts.value;
  return (
    <>
      <PageHead title={t.titles.webhooks} lead={t.webhooks.lead} app={apps.nameOf(app)} live />
      <Loaded of={log}>
        {(data) => (
          <>
            {data.endpoints.length === 0 ? <None app={app} /> : <Endpoints app={app} endpoints={data.endpoints} />}
            <Deliveries app={app} deliveries={data.deliveries} onChanged={() => void log.reload()} />
          </>
        )}
      </Loaded>
      <Verify />
      <SameByHand lines={command('rollcall', 'webhooks', 'list', '--app', app)} />
    </>
  );
}

function None({ app }: { app: string }): JSX.Element {
  const t = texts.value.webhooks;
  return (
    <Empty title={t.emptyTitle}>
      <p>{t.empty}</p>
      <Code title={texts.value.common.command} text={command('rollcall', 'apps', 'set', app, 'webhooks=https://example.com/hooks')} />
      <LinkTo to={pathTo('apps', app, 'settings')}>{texts.value.titles.settings}</LinkTo>
    </Empty>
  );
}

function Endpoints({ app, endpoints }: { app: string; endpoints: WebhookLog['endpoints'] }): JSX.Element {
  const t = texts.value.webhooks;
  const classes: Readonly<Record<string, string>> = t.classes;
  return (
    <section class="section">
      <div class="section-head">
        <h2>{t.endpoints}</h2>
        <LinkTo to={pathTo('apps', app, 'settings')}>{t.edit}</LinkTo>
      </div>
      <ul role="list" class="plain-list" data-testid="endpoints">
        {endpoints.map(({ url, events, batching }) => (
          <li key={url} class="card stack">
            <p class="endpoint-url">{url}</p>
            {events.length > 0 && (
              <p class="row">
                {events.map((event) => (
                  <span key={event} class="tag" title={event}>
                    {classes[event] ?? event}
                  </span>
                ))}
              </p>
            )}
            <p class="muted">
              {t.batching} {batching ? t.batched : t.notBatched}
            </p>
          </li>
        ))}
      </ul>
      <Test app={app} urls={endpoints.map(({ url }) => url)} />
    </section>
  );
}

const EVERY_MS = 5_000;
