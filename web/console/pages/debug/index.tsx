/** The debug console: everything that happens in an app, as it happens, with a filter, a pause, an export, and a way to send events. */

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { texts } from '../../i18n';
import { command } from '../../model/by-hand';
import { draftOf, EMPTY_DRAFT, type DraftEvent } from '../../model/draft-event';
import { paused } from '../../model/live';
import type { EventLog } from '../../model/event-log';
import type { PageProps } from '../../pages';
import { Banner } from '../../parts/banner';
import { Button } from '../../parts/button';
import { SameByHand } from '../../parts/code';
import { Empty } from '../../parts/empty';
import { Creator } from '../../parts/event-creator';
import { PageHead } from '../../parts/page-head';
import { toast } from '../../parts/toast';
import { useConsole } from '../../view/context';
import { download, fileName } from '../../view/download';
import { FilterBar, Types, useFilter } from './filter-bar';
import { Rows } from './rows';
import { useEvents } from './use-events';

export function Page({ app }: PageProps): JSX.Element {
  const events = useEvents(app);
  const filter = useFilter(events);
  const [draft, setDraft] = useState<DraftEvent>(EMPTY_DRAFT);
  const [creating, setCreating] = useState(false);
  const t = texts.value;
  const replay = (of: DraftEvent) => {
    setDraft(of);
    setCreating(true);
  };
  return (
    <>
      <PageHead title={t.titles.debug} lead={t.debug.lead} app={useConsole().apps.nameOf(app)} live />
      <Creator app={app} draft={draft} onDraft={setDraft} open={creating} onOpen={setCreating} />
      <FilterBar filter={filter} />
      <div class="row disclosures">
        <Types hidden={filter.hidden} />
        <SameByHand lines={command('rollcall', 'tail', '--app', app, ...(filter.text === '' ? [] : [filter.text]))}>
          <p class="muted">{t.debug.tail}</p>
        </SameByHand>
      </div>
      <Notices log={events.log} />
      <Tools log={events.log} app={app} />
      <EventRows app={app} log={events.log} onReset={filter.reset} onReplay={(event) => replay(draftOf(event))} />
    </>
  );
}

/** What is not on the screen although it happened. */
function Notices({ log }: { log: EventLog }): JSX.Element {
  const t = texts.value.debug;
  const [buffered, sampling] = [log.buffered.value, log.sampling.value];
  return (
    <>
      {log.paused.value && (
        <Banner look="warn" testid="buffered">
          <p class="banner-text">
            <strong>{t.buffered(buffered)}</strong> {buffered > MOST && t.bufferedLost}
          </p>
          <Button look="quiet" testid="go-on" onClick={() => (paused.value = false)}>
            {t.goOn}
          </Button>
        </Banner>
      )}
      {sampling !== null && (
        <Banner testid="sampled">
          <p class="banner-text">{t.sampled(sampling.seen, sampling.shown)}</p>
        </Banner>
      )}
    </>
  );
}

function Tools({ log, app }: { log: EventLog; app: string }): JSX.Element {
  const t = texts.value.debug;
  const { order, total, unread } = log.shown.value;
  const save = () => {
    const lines = log.fitting().map((event) => `${JSON.stringify(event)}\n`);
    download(lines.join(''), fileName('events', app, 'ndjson', Date.now()), 'application/x-ndjson');
    toast(t.exported(lines.length));
  };
  return (
    <div class="row debug-tools">
      <p class="debug-count" data-testid="count">
        {t.counted(order.length, total)} <span class="muted">{unread > 0 ? t.filtering : t.bounded}</span>
      </p>
      <Button look="quiet" testid="clear" off={total === 0} onClick={() => log.clear()}>
        {t.clear}
      </Button>
      <Button look="quiet" testid="export" off={order.length === 0} onClick={save}>
        {t.export}
      </Button>
    </div>
  );
}

interface EventRowsProps {
  readonly app: string;
  readonly log: EventLog;
  readonly onReset: () => void;
  readonly onReplay: Parameters<typeof Rows>[0]['onReplay'];
}

function EventRows({ app, log, onReset, onReplay }: EventRowsProps): JSX.Element {
  const t = texts.value.debug;
  const { order, total } = log.shown.value;
  if (order.length > 0) {
    return (
      <section>
        <h2 class="visually-hidden">{t.rows}</h2>
        <Rows app={app} log={log} order={order} onReplay={onReplay} />
      </section>
    );
  }
  if (total === 0) {
    return (
      <Empty title={t.emptyTitle}>
        <p>{t.emptyText}</p>
      </Empty>
    );
  }
  return (
    <Empty title={t.noMatchTitle} testid="no-match">
      <p>{t.noMatch(total)}</p>
      <Button look="quiet" testid="reset-filter" onClick={onReset}>
        {t.resetFilter}
      </Button>
    </Empty>
  );
}

const MOST = 5_000;
