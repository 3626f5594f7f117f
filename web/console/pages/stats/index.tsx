/** How much there was of everything, over 15 minutes to 30 days: charts to hover and zoom, the same as tables, and as a file. */

import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { texts } from '../../i18n';
import { request } from '../../model/by-hand';
import { path, withQuery } from '../../model/client';
import type { Range, Stats } from '../../model/contract';
import { query, setQuery } from '../../model/location';
import { charts, csv, gaps, times } from '../../model/series';
import { fetchStats } from '../../model/watch';
import type { PageProps } from '../../pages';
import { Button } from '../../parts/button';
import { Chart } from '../../parts/chart';
import { SameByHand } from '../../parts/code';
import { Empty } from '../../parts/empty';
import { Select } from '../../parts/field';
import { Loaded } from '../../parts/loaded';
import { PageHead } from '../../parts/page-head';
import { Toggle } from '../../parts/toggle';
import { useConsole } from '../../view/context';
import { download, fileName } from '../../view/download';
import { duration } from '../../view/format';
import { usePolled } from '../../view/use-polled';

export function Page({ app }: PageProps): JSX.Element {
  const { apps, signedIn } = useConsole();
  const range = RANGES.find((known) => known === query.value.get('range')) ?? '1h';
  const stats = usePolled(`${app} ${range}`, () => fetchStats(app, range), EVERY_MS);
  const t = texts.value;
  const options = RANGES.map((value) => ({ value, label: t.stats.ranges[value] }));
  return (
    <>
      <PageHead title={t.titles.stats} lead={t.stats.lead} app={apps.nameOf(app)} live />
      <Select name="range" label={t.stats.range} value={range} options={options} onValue={(value) => setQuery({ range: value })} />
      <Loaded of={stats}>{(answer) => (answer.points.every((point) => point === null) ? <Nothing /> : <Charts key={range} app={app} stats={answer} />)}</Loaded>
      <SameByHand lines={request(signedIn.public_url, 'GET', withQuery(path('apps', app, 'stats'), { range }))}>
        <p class="muted">{t.stats.prometheus}</p>
      </SameByHand>
    </>
  );
}

function Charts({ app, stats }: { app: string; stats: Stats }): JSX.Element {
  const [zoom, setZoom] = useState<readonly [number, number] | null>(null);
  const view = query.value.get('view') === 'table' ? 'table' : 'chart';
  const drawn = useMemo(() => ({ charts: charts(stats), times: times(stats), gaps: gaps(stats) }), [stats]);
  const t = texts.value.stats;
  return (
    <>
      <div class="row">
        <Toggle name="tables" on={view === 'table'} onChange={(on) => setQuery({ view: on ? 'table' : null })}>
          {t.view}
        </Toggle>
        <Button look="quiet" testid="csv" onClick={() => download(csv(stats), fileName('stats', app, 'csv', Date.now()), 'text/csv')}>
          {t.csv}
        </Button>
        {zoom !== null && (
          <Button look="quiet" testid="zoom-out" onClick={() => setZoom(null)}>
            {t.zoomOut}
          </Button>
        )}
      </div>
      <p class="muted">
        {t.perStep(duration(stats.step_seconds))} {view === 'chart' && <span id={HINT}>{t.zoomHint}</span>}
      </p>
      <div class={view === 'chart' ? 'charts' : 'charts charts-tables'}>
        {drawn.charts
          .filter(({ series }) => series.length > 0)
          .map(({ key, series }) => (
            <Chart
              key={key}
              title={t.charts[key as keyof typeof t.charts]}
              series={series}
              times={drawn.times}
              gaps={drawn.gaps}
              zoom={zoom}
              onZoom={setZoom}
              hint={HINT}
              view={view}
            />
          ))}
      </div>
    </>
  );
}

function Nothing(): JSX.Element {
  const t = texts.value.stats;
  return (
    <Empty title={t.emptyTitle}>
      <p>{t.empty}</p>
    </Empty>
  );
}

const RANGES: readonly Range[] = ['15m', '1h', '6h', '24h', '7d', '30d'];
const EVERY_MS = 15_000;
const HINT = 'zoom-hint';
