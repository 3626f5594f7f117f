/** Getting started: programs with this app's credentials, a live check list, and a test event beside a receiver. */

import type { JSX } from 'preact';
import { texts } from '../../i18n';
import { fetchApp } from '../../model/api';
import type { App } from '../../model/contract';
import { Loaded } from '../../parts/loaded';
import { PageHead } from '../../parts/page-head';
import type { PageProps } from '../../pages';
import { useConsole } from '../../view/context';
import { useResource } from '../../view/use-resource';
import { Firsts } from './firsts';
import { Programs } from './programs';
import { TestEvent } from './test-event';

export function Page({ app: id }: PageProps): JSX.Element {
  const { apps } = useConsole();
  const app = useResource(`app ${id}`, () => fetchApp(id));
  const t = texts.value;
  return (
    <>
      <PageHead title={t.titles.start} lead={t.start.lead} app={apps.nameOf(id)} />
      <Loaded of={app}>{(data) => <Columns app={data.app} />}</Loaded>
    </>
  );
}

function Columns({ app }: { app: App }): JSX.Element {
  return (
    <div class="start">
      <div class="start-programs">
        <Programs app={app} />
      </div>
      <div class="start-side">
        <Firsts app={app.id} />
        <TestEvent app={app} />
      </div>
    </div>
  );
}
