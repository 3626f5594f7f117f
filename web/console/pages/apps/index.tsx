/** All apps as live cards: search, make, duplicate, switch off, delete. */

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { texts } from '../../i18n';
import type { Card } from '../../model/contract';
import { query, setQuery } from '../../model/location';
import { Banner } from '../../parts/banner';
import { Button } from '../../parts/button';
import { SameByHand } from '../../parts/code';
import { Empty } from '../../parts/empty';
import { Field } from '../../parts/field';
import { LinkTo } from '../../parts/link';
import { Waiting } from '../../parts/loaded';
import { PageHead } from '../../parts/page-head';
import { useConsole, useLive } from '../../view/context';
import { explain } from '../../view/failures';
import { AppCard } from './card';
import { matches } from './matches';
import { ErrorsOfNoApp } from './no-app';
import { Question, type Asked } from './question';

export function Page(): JSX.Element {
  const { apps } = useConsole();
  const [asked, setAsked] = useState<Asked | null>(null);
  const t = texts.value;
  useLive('apps', 'cards', (data) => apps.update(data.apps));
  const failure = apps.failure.value;
  return (
    <>
      <PageHead title={t.titles.apps} lead={t.apps.lead} live>
        <LinkTo to="/new-app" class="button" testid="new-app">
          {t.apps.create}
        </LinkTo>
      </PageHead>
      {failure !== null && (
        <Banner look="danger" testid="error">
          <p class="banner-text" role="alert">
            {t.common.notLoaded} {explain(failure)}
          </p>
          <Button look="quiet" testid="retry" onClick={() => void apps.load()}>
            {t.common.retry}
          </Button>
        </Banner>
      )}
      {apps.cards.value === null ? failure === null && <Waiting /> : <Cards cards={apps.cards.value} onAsk={setAsked} />}
      <ErrorsOfNoApp />
      <SameByHand lines={'rollcall apps list\nrollcall apps add 1001 name=Chat\nrollcall apps remove 1001'} />
      {asked !== null && <Question asked={asked} onClose={() => setAsked(null)} />}
    </>
  );
}

function Cards({ cards, onAsk }: { cards: readonly Card[]; onAsk: (asked: Asked) => void }): JSX.Element {
  const t = texts.value.apps;
  const wish = query.value.get('q') ?? '';
  const shown = cards.filter((card) => matches(card, wish));
  if (cards.length === 0) return <NoApps />;
  return (
    <>
      <search class="apps-search">
        <Field name="q" type="search" label={t.search} placeholder={t.searchHint} value={wish} onValue={(q) => setQuery({ q })} />
      </search>
      {shown.length === 0 && (
        <Empty title={t.nothingFound(wish)}>
          <Button look="quiet" onClick={() => setQuery({ q: null })}>
            {t.showAll}
          </Button>
        </Empty>
      )}
      <ul class="cards" data-testid="cards">
        {shown.map((card) => (
          <AppCard key={card.id} card={card} onAsk={onAsk} />
        ))}
      </ul>
    </>
  );
}

function NoApps(): JSX.Element {
  const t = texts.value.apps;
  return (
    <Empty title={t.noneTitle}>
      <p>{t.none}</p>
      <LinkTo to="/new-app" class="button">
        {t.create}
      </LinkTo>
    </Empty>
  );
}
