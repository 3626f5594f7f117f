/** Every occupied channel, with a prefix to look for and columns that sort. */

import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { locale } from '../../../shared/i18n/locale';
import { texts } from '../../i18n';
import { request } from '../../model/by-hand';
import type { ChannelActivity } from '../../model/channel-activity';
import { path, withQuery } from '../../model/client';
import type { ChannelRow } from '../../model/contract';
import { query, setQuery } from '../../model/location';
import { fetchChannels } from '../../model/watch';
import { Ago } from '../../parts/ago';
import { Code, SameByHand } from '../../parts/code';
import { Empty } from '../../parts/empty';
import { Field } from '../../parts/field';
import { Cut } from '../../parts/foreign';
import { LinkTo } from '../../parts/link';
import { Loaded } from '../../parts/loaded';
import { PageHead } from '../../parts/page-head';
import { WindowedTable, type WindowedColumn } from '../../parts/windowed-table';
import { useConsole } from '../../view/context';
import { number } from '../../view/format';
import { usePolled } from '../../view/use-polled';
import { channelPath } from '../../view/paths';

interface ListProps {
  readonly app: string;
  readonly activity: ChannelActivity;
}

export function ChannelList({ app, activity }: ListProps): JSX.Element {
  const { apps, signedIn } = useConsole();
  const prefix = query.value.get('prefix') ?? '';
  const sort = query.value.get('sort') ?? 'name';
  const listed = usePolled(`${app} ${prefix} ${sort}`, () => fetchChannels(app, prefix, sort), ({ channels }) => pause(channels.length));
  const t = texts.value;
  return (
    <>
      <PageHead title={t.titles.channels} lead={t.watch.channelsLead} app={apps.nameOf(app)} live />
      <Field name="prefix" label={t.watch.prefix} code type="search" placeholder="presence-" value={prefix} onValue={(value) => setQuery({ prefix: value })} />
      <SameByHand lines={request(signedIn.public_url, 'GET', withQuery(path('apps', app, 'channels'), { prefix, sort }))} />
      <Loaded of={listed}>
        {({ total, channels }) => (channels.length === 0 ? <Nothing prefix={prefix} /> : <Rows app={app} activity={activity} channels={channels} total={total} sort={sort} />)}
      </Loaded>
    </>
  );
}

function Nothing({ prefix }: { prefix: string }): JSX.Element {
  const t = texts.value.watch;
  return (
    <Empty title={prefix === '' ? t.noChannelsTitle : t.noSuchChannels}>
      <p>{t.noChannels}</p>
      <Code title="pusher-js" text={`pusher.subscribe("${prefix === '' ? 'my-channel' : prefix}");`} />
    </Empty>
  );
}

interface RowsProps extends ListProps {
  readonly channels: readonly ChannelRow[];
  readonly total: number;
  readonly sort: string;
}

function Rows({ app, activity, channels, total, sort }: RowsProps): JSX.Element {
  const version = activity.version.value;
  const t = texts.value.watch;
  const byName = useMemo(() => new Map(channels.map((channel) => [channel.name, channel])), [channels]);
  const ids = useMemo(() => [...byName.keys()], [byName]);
  return (
    <section class="stack">
      <p data-testid="count">
        {t.channelsCounted(total)} <span class="muted">{total > channels.length && t.more(channels.length, total)} {activity.sampled && t.ratesEstimated}</span>
      </p>
      <WindowedTable
        caption={texts.value.titles.channels}
        layout="channel-rows"
        columns={useMemo(() => columns(app, activity), [app, activity, version, locale.value])}
        ids={ids}
        rowOf={(id) => byName.get(id)}
        sort={sort}
        onSort={(column) => setQuery({ sort: column === 'name' ? null : column })}
        onOpen={(name) => setQuery({ channel: name })}
        testid="channels"
      />
    </section>
  );
}

function columns(app: string, activity: ChannelActivity): readonly WindowedColumn<ChannelRow>[] {
  const t = texts.value.watch;
  const c = t.channelColumns;
  return [
    { id: 'name', header: c.name, sorts: 'ascending', cell: ({ name }) => <Name app={app} name={name} /> },
    { id: 'type', header: c.type, cell: ({ type }) => t.channelTypes[type] },
    { id: 'subscribers', header: c.subscribers, numeric: true, sorts: 'descending', cell: ({ subscribers }) => number(subscribers) },
    { id: 'members', header: c.members, numeric: true, sorts: 'descending', cell: ({ members }) => (members === null ? null : number(members)) },
    { id: 'rate', header: c.rate, numeric: true, cell: ({ name }) => rate(activity, name) },
    { id: 'last', header: c.last, cell: ({ name }) => last(activity, name) },
    { id: 'cache', header: c.cache, cell: ({ cache }) => (cache ? <span role="img" aria-label={c.cache}>✓</span> : null) },
  ];
}

function Name({ app, name }: { app: string; name: string }): JSX.Element {
  return (
    <LinkTo to={channelPath(app, name)} class="cut">
      <Cut text={name} />
    </LinkTo>
  );
}

function rate(activity: ChannelActivity, name: string): string | null {
  const value = activity.rate(name);
  return value === 0 ? null : `${activity.sampled ? '≈ ' : ''}${number(value, 1)}`;
}

function last(activity: ChannelActivity, name: string): JSX.Element | null {
  const at = activity.lastAt(name);
  return at === null ? null : <Ago ms={at} />;
}

/** An answer of 10,000 channels is a megabyte; few of them are a kilobyte. */
function pause(count: number): number {
  return count > 1_000 ? 5_000 : 2_000;
}
