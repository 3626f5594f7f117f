/** One channel: who is on it, what it keeps, what was said since the page was opened, and a way to publish. */

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { visible } from '../../../shared/visible';
import { texts } from '../../i18n';
import { request } from '../../model/by-hand';
import type { ChannelActivity } from '../../model/channel-activity';
import { path, withQuery } from '../../model/client';
import type { ChannelDetail, LiveEvent } from '../../model/contract';
import { EMPTY_DRAFT } from '../../model/draft-event';
import { pathTo } from '../../model/location';
import { fetchChannel } from '../../model/watch';
import { SameByHand } from '../../parts/code';
import { Empty } from '../../parts/empty';
import { Creator } from '../../parts/event-creator';
import { Figure } from '../../parts/figure';
import { Foreign } from '../../parts/foreign';
import { Json } from '../../parts/json';
import { LinkTo } from '../../parts/link';
import { Loaded } from '../../parts/loaded';
import { MemberRows } from '../../parts/member-rows';
import { PageHead } from '../../parts/page-head';
import { Table } from '../../parts/table';
import { useConsole } from '../../view/context';
import { timeOfDay } from '../../view/exact-time';
import { debugPath, filterValue } from '../../view/paths';
import { usePolled } from '../../view/use-polled';

interface OneProps {
  readonly app: string;
  readonly name: string;
  readonly activity: ChannelActivity;
}

export function OneChannel({ app, name, activity }: OneProps): JSX.Element {
  const channel = usePolled(`${app} ${name}`, () => fetchChannel(app, name), EVERY_MS);
  const { apps, signedIn } = useConsole();
  const t = texts.value;
  return (
    <>
      <p>
        <LinkTo to={pathTo('apps', app, 'channels')}>{t.watch.back(t.watch.allChannels)}</LinkTo>
      </p>
      <PageHead title={visible(name)} app={apps.nameOf(app)} live>
        <LinkTo to={debugPath(app, `channel:${filterValue(name)}`)}>{t.watch.inDebug}</LinkTo>
      </PageHead>
      <Loaded of={channel}>{(detail) => <Detail app={app} detail={detail} onChanged={() => void channel.reload()} />}</Loaded>
      <Recent name={name} activity={activity} />
      <Publish app={app} name={name} />
      <SameByHand lines={request(signedIn.public_url, 'GET', withQuery(path('apps', app, 'channel'), { name }))} />
    </>
  );
}

function Detail({ app, detail, onChanged }: { app: string; detail: ChannelDetail; onChanged: () => void }): JSX.Element {
  const t = texts.value.watch;
  const { members, last_event: last } = detail;
  if (detail.subscribers === 0 && last === null && (members ?? []).length === 0) return <Unknown />;
  return (
    <>
      <div class="row watch-figures">
        <Figure label={t.channelColumns.subscribers} value={detail.subscribers} testid="subscribers" />
        <span class="tag">{t.channelTypes[detail.type]}</span>
      </div>
      {members !== null && (
        <section class="section">
          <h2>{t.membersHead(members.length)}</h2>
          <MemberRows app={app} channel={detail.name} caption={t.membersHead(members.length)} members={members} onChanged={onChanged} />
        </section>
      )}
      {last !== null && (
        <section class="section">
          <h2>{t.cached}</h2>
          <Json text={last.data} label={t.cached} />
          <p class="muted">{t.cachedFor(Math.ceil(last.expires_in_ms / 1_000))}</p>
        </section>
      )}
    </>
  );
}

/** No channel at all at this moment; whoever subscribes makes it one. */
function Unknown(): JSX.Element {
  const t = texts.value.watch;
  return (
    <Empty title={t.unknownChannelTitle} testid="unknown-channel">
      <p>{t.unknownChannel}</p>
    </Empty>
  );
}

function Recent({ name, activity }: { name: string; activity: ChannelActivity }): JSX.Element {
  void activity.version.value;
  const events = activity.recent(name);
  const t = texts.value;
  const c = t.debug.columns;
  return (
    <section class="section" data-testid="recent">
      <h2>{t.watch.recent(events.length)}</h2>
      {events.length === 0 ? (
        <p class="muted">{t.watch.noRecent}</p>
      ) : (
        <Table<LiveEvent>
          caption={t.watch.recent(events.length)}
          rows={events}
          keyOf={({ n }) => String(n)}
          columns={[
            { id: 'time', header: c.time, cell: ({ at }) => timeOfDay(at) },
            { id: 'type', header: c.type, cell: ({ type }) => t.debug.types[type] },
            { id: 'event', header: c.event, cell: ({ event }) => <Foreign text={event ?? ''} /> },
            { id: 'user', header: c.user, cell: ({ user }) => <Foreign text={user ?? ''} /> },
            { id: 'payload', header: c.payload, cell: ({ data }) => <Foreign text={(data ?? '').slice(0, MOST_SHOWN)} look="payload" /> },
          ]}
        />
      )}
    </section>
  );
}

function Publish({ app, name }: { app: string; name: string }): JSX.Element {
  const [draft, setDraft] = useState({ ...EMPTY_DRAFT, channel: name });
  const [open, setOpen] = useState(false);
  return <Creator app={app} draft={draft} onDraft={setDraft} open={open} onOpen={setOpen} title={texts.value.watch.publish} />;
}

const EVERY_MS = 2_000;
const MOST_SHOWN = 300;
