/** How an app is: its numbers against an hour ago, the last hour, its limits, its latest errors, the nodes. */

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { texts } from '../../i18n';
import { fetchOverview } from '../../model/api';
import type { Overview, Pulse } from '../../model/contract';
import { pathTo } from '../../model/location';
import { topicOf } from '../../model/topic';
import { Empty } from '../../parts/empty';
import { Figure } from '../../parts/figure';
import { LinkTo } from '../../parts/link';
import { Loaded } from '../../parts/loaded';
import { PageHead } from '../../parts/page-head';
import type { PageProps } from '../../pages';
import { useConsole, useLive } from '../../view/context';
import { useResource } from '../../view/use-resource';
import { useThrottled } from '../../view/use-throttled';
import { Errors } from './errors';
import { Hour } from './hour';
import { Limits } from './limits';
import { Nodes } from './nodes';

export function Page({ app }: PageProps): JSX.Element {
  const { apps } = useConsole();
  const overview = useResource(`overview ${app}`, () => fetchOverview(app));
  const [pulse, setPulse] = useState<Pulse | null>(null);
  const t = texts.value;
  useLive(topicOf('pulse', app), 'pulse', (data) => setPulse(data.now));
  useLive(topicOf('errors', app), 'error', useThrottled(() => void overview.reload(), ERRORS_MS));
  return (
    <>
      <PageHead title={t.titles.overview} lead={t.overview.lead} app={apps.nameOf(app)} live />
      <Loaded of={overview}>
        {(data) => <Body app={app} overview={data} now={pulse ?? data.now} onFixed={() => overview.reload()} />}
      </Loaded>
    </>
  );
}

interface BodyProps {
  readonly app: string;
  readonly overview: Overview;
  readonly now: Pulse;
  readonly onFixed: () => Promise<void>;
}

function Body({ app, overview, now, onFixed }: BodyProps): JSX.Element {
  return (
    <>
      {now.connections_peak === 0 && now.api_calls === 0 && <Quiet app={app} />}
      <Figures now={now} before={overview.hour_ago} />
      <Hour app={app} />
      <Errors app={app} errors={overview.errors} onFixed={onFixed} />
      <Limits app={app} limits={overview.limits} now={now} />
      <Nodes nodes={overview.nodes} />
    </>
  );
}

function Figures({ now, before }: { now: Pulse; before: Pulse | null }): JSX.Element {
  const t = texts.value.overview;
  const figure = (label: string, key: keyof Pulse, bad = false) => (
    <Figure label={label} value={now[key]} before={before?.[key]} bad={bad} testid={`figure-${key}`} />
  );
  return (
    <section class="section" aria-labelledby="numbers">
      <h2 id="numbers" class="visually-hidden">
        {t.numbers}
      </h2>
      <div class="figures">
        {figure(t.connections, 'connections')}
        {figure(t.channels, 'channels')}
        {figure(t.members, 'members')}
        {figure(t.messagesIn, 'messages_in')}
        {figure(t.messagesOut, 'deliveries')}
        {figure(t.apiCalls, 'api_calls')}
        {figure(t.webhooksSent, 'webhooks_sent')}
        {figure(t.webhooksFailed, 'webhooks_failed', true)}
        {figure(t.errors, 'errors', true)}
      </div>
      <p class="hint">
        {t.sinceStart} {before === null && t.noHourAgo}
      </p>
    </section>
  );
}

function Quiet({ app }: { app: string }): JSX.Element {
  const t = texts.value;
  return (
    <Empty title={t.overview.quiet} testid="quiet">
      <p>{t.overview.quietText}</p>
      <LinkTo to={pathTo('apps', app, 'getting-started')} class="button">
        {t.titles.start}
      </LinkTo>
    </Empty>
  );
}

/** Errors may come in hundreds; the list of them is asked for this often at most. */
const ERRORS_MS = 2_000;
