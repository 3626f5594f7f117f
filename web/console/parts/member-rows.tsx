/** The members of a presence channel as others see them; a row opens to why the person is here, and to a way to send them away. */

import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { locale } from '../../shared/i18n/locale';
import { texts } from '../i18n';
import type { Member } from '../model/contract';
import { statusOf } from '../model/members';
import { Cut } from './foreign';
import { PresenceState } from './presence-state';
import { WhyHere } from './why-here';
import { WindowedTable, type WindowedColumn } from './windowed-table';

interface MemberRowsProps {
  readonly app: string;
  readonly channel: string;
  readonly caption: string;
  readonly members: readonly Member[];
  readonly onChanged: () => void;
}

export function MemberRows({ app, channel, caption, members, onChanged }: MemberRowsProps): JSX.Element {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const byUser = useMemo(() => new Map(members.map((member) => [member.user, member])), [members]);
  const ids = useMemo(() => [...byUser.keys()], [byUser]);
  // The server says how long is left; from then on this device's clock counts.
  const arrivedMs = useMemo(() => Date.now(), [members]);
  const toggle = (user: string) => {
    const next = new Set(open);
    if (!next.delete(user)) next.add(user);
    setOpen(next);
  };
  return (
    <WindowedTable
      caption={caption}
      layout="presence-rows"
      columns={useMemo(() => columns(arrivedMs), [arrivedMs, locale.value])}
      ids={ids}
      rowOf={(user) => byUser.get(user)}
      open={open}
      onOpen={toggle}
      detail={(member) => <WhyHere app={app} channel={channel} member={member} onChanged={onChanged} />}
      testid="members"
    />
  );
}

function columns(arrivedMs: number): readonly WindowedColumn<Member>[] {
  const t = texts.value.watch;
  const c = t.presenceColumns;
  return [
    { id: 'user', header: c.user, cell: ({ user }) => <Cut text={user} /> },
    { id: 'availability', header: c.availability, cell: ({ leaving_in_ms: ms }) => <PresenceState untilMs={ms === null ? null : arrivedMs + ms} /> },
    { id: 'status', header: c.status, cell: ({ info }) => <Status info={info} /> },
    { id: 'rev', header: c.rev, numeric: true, cell: ({ rev }) => rev },
    { id: 'held', header: c.held, cell: ({ connections }) => (connections.length === 0 ? null : t.heldBy(connections.length)) },
  ];
}

function Status({ info }: { info: unknown }): JSX.Element | null {
  const status = statusOf(info);
  if (status === '') return <em class="muted">{texts.value.watch.noStatus}</em>;
  return status === null ? null : <Cut text={status} />;
}
