/** Why a person is here: the connections that hold them, or the grace that does; what is told of them; and a way to send them away. */

import type { JSX } from 'preact';
import type { Reply } from '../../shared/http';
import { texts } from '../i18n';
import { clientOf } from '../model/connections';
import type { ConnectionDetail, Member } from '../model/contract';
import { fetchConnection } from '../model/watch';
import { connectionPath } from '../view/paths';
import { useResource } from '../view/use-resource';
import { Ago } from './ago';
import { Json } from './json';
import { LinkTo } from './link';
import { SendAway } from './send-away';

interface WhyHereProps {
  readonly app: string;
  readonly channel: string;
  readonly member: Member;
  readonly onChanged: () => void;
}

export function WhyHere({ app, channel, member, onChanged }: WhyHereProps): JSX.Element {
  const t = texts.value.watch;
  const { connections, user, info } = member;
  return (
    <div class="details-pair" data-testid="why">
      <section class="stack">
        <h3>{t.whyOnline}</h3>
        <p class="muted">{connections.length === 0 ? t.whyLeaving : t.whyHeld}</p>
        <Holders app={app} sockets={connections} />
        <div>
          <SendAway app={app} user={user} channel={channel} onDone={onChanged} />
        </div>
      </section>
      {info !== null && info !== undefined && (
        <section class="stack">
          <h3>{t.info}</h3>
          <Json text={JSON.stringify(info)} label={t.info} />
        </section>
      )}
    </div>
  );
}

function Holders({ app, sockets }: { app: string; sockets: readonly string[] }): JSX.Element {
  const shown = sockets.slice(0, MOST_ASKED);
  const details = useResource(`${app} ${shown.join(' ')}`, () => all(app, shown));
  const t = texts.value.watch;
  return (
    <ul role="list" class="plain-list" data-testid="holders">
      {shown.map((socket) => (
        <li key={socket}>
          <LinkTo to={connectionPath(app, socket)}>{socket}</LinkTo> <Holder detail={details.data?.get(socket)} />
        </li>
      ))}
      {sockets.length > shown.length && <li class="muted">{t.more(shown.length, sockets.length)}</li>}
    </ul>
  );
}

/** Undefined while it is asked for, null for a connection that has ended since. */
function Holder({ detail }: { detail: ConnectionDetail | null | undefined }): JSX.Element | null {
  const t = texts.value.watch;
  if (detail === undefined) return null;
  if (detail === null) return <span class="muted">{t.connectionGone}</span>;
  const { transport, address, opened_at: openedAt } = detail.connection;
  const facts = [clientOf(detail.connection), t.transports[transport], address].filter((fact) => fact !== null);
  return (
    <span class="muted">
      {facts.join(', ')}, {t.connectedFor} <Ago ms={openedAt} />
    </span>
  );
}

/** One answer for all; one that has ended is no failure of the others. */
async function all(app: string, sockets: readonly string[]): Promise<Reply<ReadonlyMap<string, ConnectionDetail | null>>> {
  const replies = await Promise.all(sockets.map((socket) => fetchConnection(app, socket)));
  return { ok: true, body: new Map(replies.map((reply, index) => [sockets[index]!, reply.ok ? reply.body : null])) };
}

const MOST_ASKED = 10;
