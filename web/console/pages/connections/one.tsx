/** One connection: everything that is known of it, what it is subscribed to, and two ways to end it. */

import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { visible } from '../../../shared/visible';
import { texts } from '../../i18n';
import { request } from '../../model/by-hand';
import { failureIn, path } from '../../model/client';
import { clientOf } from '../../model/connections';
import type { Connection, ConnectionDetail } from '../../model/contract';
import { pathTo } from '../../model/location';
import { disconnect, fetchConnection } from '../../model/watch';
import { Ago } from '../../parts/ago';
import { Banner } from '../../parts/banner';
import { Button } from '../../parts/button';
import { SameByHand } from '../../parts/code';
import { Confirm } from '../../parts/confirm';
import { Foreign } from '../../parts/foreign';
import { LinkTo } from '../../parts/link';
import { Loaded } from '../../parts/loaded';
import { PageHead } from '../../parts/page-head';
import { SendAway } from '../../parts/send-away';
import { toast } from '../../parts/toast';
import { catchFocus } from '../../view/arrival';
import { useConsole } from '../../view/context';
import { bytes, milliseconds, number } from '../../view/format';
import { channelPath, debugPath } from '../../view/paths';
import { usePolled } from '../../view/use-polled';

export function OneConnection({ app, socket }: { app: string; socket: string }): JSX.Element {
  const connection = usePolled(`${app} ${socket}`, () => fetchConnection(app, socket), EVERY_MS);
  const ended = connection.failure?.code === 'no_connection';
  const { apps } = useConsole();
  const t = texts.value;
  useEffect(() => {
    if (ended) catchFocus();
  }, [ended]);
  return (
    <>
      <p>
        <LinkTo to={pathTo('apps', app, 'connections')}>{t.watch.back(t.watch.allConnections)}</LinkTo>
      </p>
      <PageHead title={socket} app={apps.nameOf(app)} live>
        <LinkTo to={debugPath(app, `socket:${socket}`)}>{t.watch.inDebug}</LinkTo>
      </PageHead>
      {ended ? <Ended app={app} last={connection.data} /> : <Loaded of={connection}>{(detail) => <Open app={app} detail={detail} onDone={() => void connection.reload()} />}</Loaded>}
    </>
  );
}

function Open({ app, detail, onDone }: { app: string; detail: ConnectionDetail; onDone: () => void }): JSX.Element {
  return (
    <>
      <Facts connection={detail.connection} />
      <Ends app={app} connection={detail.connection} onDone={onDone} />
      <Subscriptions app={app} detail={detail} />
    </>
  );
}

/** Nothing can be done to it any more; what was known of it stays. */
function Ended({ app, last }: { app: string; last: ConnectionDetail | null }): JSX.Element {
  const t = texts.value.watch;
  return (
    <>
      <Banner look="warn" testid="ended">
        <p class="banner-text" role="status">
          {last === null ? t.unknownConnection : t.ended}
        </p>
      </Banner>
      {last !== null && <Facts connection={last.connection} />}
      {last !== null && <Subscriptions app={app} detail={last} />}
    </>
  );
}

function Facts({ connection }: { connection: Connection }): JSX.Element {
  const t = texts.value.watch;
  const c = t.connectionColumns;
  const facts: readonly (readonly [string, ComponentChildren])[] = [
    [c.user, <Foreign text={connection.user ?? '–'} />],
    [c.address, connection.address],
    [c.origin, <Foreign text={connection.origin ?? '–'} />],
    [c.client, <Foreign text={clientOf(connection) ?? '–'} />],
    [c.transport, `${t.transports[connection.transport]}, ${connection.tls ? t.tls : t.plain}`],
    [c.opened, <Ago ms={connection.opened_at} />],
    [c.rtt, connection.rtt_ms === null ? '–' : milliseconds(connection.rtt_ms)],
    [c.pending, bytes(connection.pending_bytes)],
    [c.messages, `${number(connection.messages_in)} / ${number(connection.messages_out)}`],
  ];
  return (
    <section class="card stack">
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name} class="fact">
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {connection.slow && <p class="impersonation">{t.slowLong}</p>}
    </section>
  );
}

function Ends({ app, connection, onDone }: { app: string; connection: Connection; onDone: () => void }): JSX.Element {
  const [asked, setAsked] = useState<'come-back' | 'for-good' | null>(null);
  const t = texts.value.watch;
  return (
    <div class="row">
      <Button look="quiet" testid="disconnect" onClick={() => setAsked('come-back')}>
        {t.disconnect}
      </Button>
      <Button look="quiet" testid="disconnect-for-good" onClick={() => setAsked('for-good')}>
        {t.disconnectForGood}
      </Button>
      {connection.user !== null && <SendAway app={app} user={connection.user} onDone={onDone} />}
      {asked !== null && <AskEnd app={app} socket={connection.socket} comeBack={asked === 'come-back'} onDone={onDone} onClose={() => setAsked(null)} />}
    </div>
  );
}

interface AskEndProps {
  readonly app: string;
  readonly socket: string;
  readonly comeBack: boolean;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

function AskEnd({ app, socket, comeBack, onDone, onClose }: AskEndProps): JSX.Element {
  const { signedIn } = useConsole();
  const t = texts.value.watch;
  const act = async () => {
    const failure = failureIn(await disconnect(app, socket, comeBack));
    if (failure === null) {
      toast(t.disconnected(socket));
      onDone();
    }
    return failure;
  };
  return (
    <Confirm title={t.disconnectTitle(socket)} verb={comeBack ? t.disconnect : t.disconnectForGood} act={act} onClose={onClose}>
      <p>{comeBack ? t.disconnectText : t.disconnectForGoodText}</p>
      <SameByHand lines={request(signedIn.public_url, 'POST', path('apps', app, 'connections', socket, 'disconnect'), { come_back: comeBack })} />
    </Confirm>
  );
}

function Subscriptions({ app, detail }: { app: string; detail: ConnectionDetail }): JSX.Element {
  const t = texts.value.watch;
  return (
    <section class="section">
      <h2>{t.subscriptions}</h2>
      {detail.subscriptions.length === 0 && <p class="muted">{t.noSubscriptions}</p>}
      <ul role="list" class="plain-list" data-testid="subscriptions">
        {detail.subscriptions.map(({ channel, user }) => (
          <li key={channel}>
            <LinkTo to={channelPath(app, channel)}>
              <Foreign text={channel} />
            </LinkTo>{' '}
            {user !== null && <span class="muted">{t.asUser(visible(user))}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}

const EVERY_MS = 2_000;
