/** What went wrong in an app, grouped by kind: how often, since when, what it means, what to do, and the button that does it. */

import type { JSX } from 'preact';
import { texts } from '../../i18n';
import { request } from '../../model/by-hand';
import { path } from '../../model/client';
import type { ErrorGroup } from '../../model/contract';
import { grouped, mentions } from '../../model/errors';
import { query, setQuery } from '../../model/location';
import { topicOf } from '../../model/topic';
import { fetchErrors } from '../../model/watch';
import type { PageProps } from '../../pages';
import { SameByHand } from '../../parts/code';
import { Empty } from '../../parts/empty';
import { ErrorGroups } from '../../parts/error-group';
import { Field } from '../../parts/field';
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
      <p class="muted">
        {t.logs.noAppElsewhere} <LinkTo to="/apps">{t.titles.apps}</LinkTo>
      </p>
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
      <ErrorGroups app={app} groups={found} />
    </>
  );
}
