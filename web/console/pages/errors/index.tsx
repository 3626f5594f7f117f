/** What went wrong in an app, grouped by kind: how often, since when, what it means, what to do, and the button that does it. */

import type { JSX } from 'preact';
import { texts } from '../../i18n';
import { request } from '../../model/by-hand';
import { path } from '../../model/client';
import type { ErrorGroup } from '../../model/contract';
import { grouped, mentions } from '../../model/errors';
import { pathTo, query, setQuery } from '../../model/location';
import { topicOf } from '../../model/topic';
import { fetchErrors } from '../../model/watch';
import type { PageProps } from '../../pages';
import { Ago } from '../../parts/ago';
import { SameByHand } from '../../parts/code';
import { Empty } from '../../parts/empty';
import { Explained } from '../../parts/explained';
import { Field } from '../../parts/field';
import { FixButton } from '../../parts/fix-button';
import { Json } from '../../parts/json';
import { LinkTo } from '../../parts/link';
import { Loaded } from '../../parts/loaded';
import { PageHead } from '../../parts/page-head';
import { useConsole, useLive } from '../../view/context';
import { debugPath } from '../../view/paths';
import { useResource } from '../../view/use-resource';

export function Page({ app }: PageProps): JSX.Element {
  const { apps, signedIn } = useConsole();
  const errors = useResource(app, () => fetchErrors(app));
  useLive(topicOf('errors', app), 'error', ({ error }) => errors.data !== null && errors.set({ errors: grouped(errors.data.errors, error) }));
  const search = query.value.get('search') ?? '';
  const t = texts.value;
  return (
    <>
      <PageHead title={t.titles.errors} lead={t.logs.errorsLead} app={apps.nameOf(app)} live>
        <LinkTo to={debugPath(app, 'type:error')}>{t.logs.inDebug}</LinkTo>
      </PageHead>
      <Loaded of={errors}>{(data) => <Groups app={app} groups={data.errors} search={search} />}</Loaded>
      <SameByHand lines={request(signedIn.public_url, 'GET', path('apps', app, 'errors'))} />
    </>
  );
}

function Groups({ app, groups, search }: { app: string; groups: readonly ErrorGroup[]; search: string }): JSX.Element {
  const t = texts.value.logs;
  if (groups.length === 0) {
    return (
      <Empty title={t.errorsEmptyTitle}>
        <p>{t.errorsEmpty}</p>
      </Empty>
    );
  }
  const found = groups.filter((group) => mentions(group, search));
  return (
    <>
      <Field name="search" label={t.search} type="search" value={search} onValue={(value) => setQuery({ search: value })} />
      {found.length === 0 && <p data-testid="no-match">{t.noneFound}</p>}
      <ul role="list" class="plain-list" data-testid="errors">
        {found.map((group) => (
          <li key={`${group.kind} ${group.code} ${group.message}`}>
            <Group app={app} group={group} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Group({ app, group }: { app: string; group: ErrorGroup }): JSX.Element {
  const t = texts.value.logs;
  const { kind, code, message, count, setting, suggested } = group;
  return (
    <article class="card stack error-group" data-testid="error-group" data-kind={kind}>
      <h2 class="group-message" lang="en">
        <bdi>{message}</bdi>
      </h2>
      <p class="row">
        <span class="tag">{code ?? t.noCode}</span>
        <span class="tag mono">{kind}</span>
        <strong data-testid="times">{t.times(count)}</strong>
        <span class="muted">
          {t.first} <Ago ms={group.first_at} /> · {t.last} <Ago ms={group.last_at} />
        </span>
      </p>
      <Explained kind={kind} />
      {setting !== null && suggested !== undefined && suggested !== null && (
        <div>
          <FixButton app={app} setting={setting} suggested={suggested} />
        </div>
      )}
      {setting !== null && (suggested === undefined || suggested === null) && <LinkTo to={pathTo('apps', app, 'settings')}>{texts.value.overview.lookAtSettings}</LinkTo>}
      {group.sample !== null && (
        <details>
          <summary class="opener">{t.sample}</summary>
          <Json text={JSON.stringify(group.sample)} label={t.sample} />
        </details>
      )}
    </article>
  );
}
