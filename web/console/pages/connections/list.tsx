/** Every connection of an app, with a search and columns that sort. */

import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { locale } from '../../../shared/i18n/locale';
import { texts } from '../../i18n';
import { request } from '../../model/by-hand';
import { path, withQuery } from '../../model/client';
import { clientOf, CONNECTION_SORTS, sorted, type ConnectionSort } from '../../model/connections';
import type { Connection } from '../../model/contract';
import { pathTo, query, setQuery } from '../../model/location';
import { fetchConnections } from '../../model/watch';
import { Ago } from '../../parts/ago';
import { SameByHand } from '../../parts/code';
import { Empty } from '../../parts/empty';
import { Field } from '../../parts/field';
import { Cut, cutIfAny } from '../../parts/foreign';
import { LinkTo } from '../../parts/link';
import { Loaded } from '../../parts/loaded';
import { PageHead } from '../../parts/page-head';
import { Toggle } from '../../parts/toggle';
import { WindowedTable, type WindowedColumn } from '../../parts/windowed-table';
import { useConsole } from '../../view/context';
import { bytes, milliseconds, number, short } from '../../view/format';
import { connectionPath } from '../../view/paths';
import { usePolled } from '../../view/use-polled';

export function ConnectionList({ app }: { app: string }): JSX.Element {
  const { apps, signedIn } = useConsole();
  const search = query.value.get('search') ?? '';
  const [address, setAddress] = useState<'short' | 'whole'>('short');
  const listed = usePolled(
    `${app} ${search} ${address}`,
    () => fetchConnections(app, search, 'opened_at', address),
    ({ connections }) => (connections.length > 1_000 ? 5_000 : 2_000),
  );
  const t = texts.value;
  return (
    <>
      <PageHead title={t.titles.connections} lead={t.watch.connectionsLead} app={apps.nameOf(app)} live />
      <Field name="search" label={t.watch.search} hint={t.watch.searchHint} type="search" value={search} onValue={(value) => setQuery({ search: value })} />
      <div class="row disclosures">
        <Toggle name="whole-addresses" on={address === 'whole'} onChange={(on) => setAddress(on ? 'whole' : 'short')}>
          {t.watch.wholeAddresses}
        </Toggle>
        <SameByHand lines={request(signedIn.public_url, 'GET', withQuery(path('apps', app, 'connections'), { search }))} />
      </div>
      <Loaded of={listed}>
        {({ total, connections }) => (connections.length === 0 ? <Nobody app={app} search={search} /> : <Rows app={app} connections={connections} total={total} />)}
      </Loaded>
    </>
  );
}

function Nobody({ app, search }: { app: string; search: string }): JSX.Element {
  const t = texts.value;
  return (
    <Empty title={search === '' ? t.watch.noConnectionsTitle : t.watch.noSuchConnections}>
      <p>{t.watch.noConnections}</p>
      <LinkTo to={pathTo('apps', app, 'getting-started')}>{t.titles.start}</LinkTo>
    </Empty>
  );
}

function Rows({ app, connections, total }: { app: string; connections: readonly Connection[]; total: number }): JSX.Element {
  const t = texts.value.watch;
  const sort = CONNECTION_SORTS.find((known) => known === query.value.get('sort')) ?? 'opened';
  const rows = useMemo(() => sorted(connections, sort), [connections, sort]);
  const bySocket = useMemo(() => new Map(rows.map((row) => [row.socket, row])), [rows]);
  const ids = useMemo(() => [...bySocket.keys()], [bySocket]);
  return (
    <section class="stack">
      <p data-testid="count">
        {t.connectionsCounted(total)} <span class="muted">{total > rows.length && t.more(rows.length, total)}</span>
      </p>
      <WindowedTable
        caption={texts.value.titles.connections}
        layout="connection-rows"
        columns={useMemo(() => columns(app), [app, locale.value])}
        ids={ids}
        rowOf={(socket) => bySocket.get(socket)}
        sort={sort}
        onSort={(column) => setQuery({ sort: column === 'opened' ? null : (column as ConnectionSort) })}
        onOpen={(socket) => setQuery({ socket })}
        rowClass={({ slow }) => (slow ? 'slow-row' : undefined)}
        testid="connections"
      />
    </section>
  );
}

function columns(app: string): readonly WindowedColumn<Connection>[] {
  const t = texts.value.watch;
  const c = t.connectionColumns;
  return [
    { id: 'socket', header: c.socket, cell: ({ socket }) => <Socket app={app} socket={socket} /> },
    { id: 'user', header: c.user, sorts: 'ascending', cell: ({ user }) => cutIfAny(user) },
    { id: 'address', header: c.address, cell: ({ address }) => cutIfAny(address) },
    { id: 'origin', header: c.origin, cell: ({ origin }) => cutIfAny(origin) },
    { id: 'client', header: c.client, cell: (row) => cutIfAny(clientOf(row)) },
    { id: 'transport', header: c.transport, cell: ({ transport, tls }) => <Cut text={`${t.transports[transport]}${tls ? '' : `, ${t.plain}`}`} /> },
    { id: 'opened', header: c.opened, sorts: 'descending', cell: ({ opened_at: ms }) => <Ago ms={ms} /> },
    { id: 'rtt', header: c.rtt, numeric: true, sorts: 'descending', cell: ({ rtt_ms: ms }) => (ms === null ? null : milliseconds(ms)) },
    { id: 'pending', header: c.pending, numeric: true, sorts: 'descending', cell: (row) => <Pending {...row} /> },
    { id: 'messages', header: c.messages, numeric: true, sorts: 'descending', cell: (row) => `${short(row.messages_in)} / ${short(row.messages_out)}` },
    { id: 'subscriptions', header: c.subscriptions, numeric: true, sorts: 'descending', cell: ({ subscriptions }) => number(subscriptions) },
  ];
}

function Socket({ app, socket }: { app: string; socket: string }): JSX.Element {
  return (
    <LinkTo to={connectionPath(app, socket)} class="cut">
      {socket}
    </LinkTo>
  );
}

function Pending({ pending_bytes: pending, slow }: Connection): JSX.Element {
  const t = texts.value.watch;
  return (
    <>
      {slow && (
        <span class="tag tag-warn" title={t.slowLong} data-testid="slow">
          {t.slow}
        </span>
      )}{' '}
      {bytes(pending)}
    </>
  );
}
