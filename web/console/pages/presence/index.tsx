/** Who is present on a channel: those who are here, those in the grace, and why. */

import type { JSX } from 'preact';
import { locale } from '../../../shared/i18n/locale';
import { visible } from '../../../shared/visible';
import { texts } from '../../i18n';
import { request } from '../../model/by-hand';
import { path, withQuery } from '../../model/client';
import type { Presence } from '../../model/contract';
import { pathTo, query, setQuery } from '../../model/location';
import { byAvailability } from '../../model/members';
import { fetchPresence } from '../../model/watch';
import type { PageProps } from '../../pages';
import { SameByHand } from '../../parts/code';
import { Empty } from '../../parts/empty';
import { Select } from '../../parts/field';
import { LinkTo } from '../../parts/link';
import { Loaded } from '../../parts/loaded';
import { MemberRows } from '../../parts/member-rows';
import { PageHead } from '../../parts/page-head';
import { useConsole } from '../../view/context';
import { usePolled } from '../../view/use-polled';

export function Page({ app }: PageProps): JSX.Element {
  const { apps, signedIn } = useConsole();
  const channel = query.value.get('channel') ?? '';
  const present = usePolled(`${app} ${channel}`, () => fetchPresence(app, channel), EVERY_MS);
  const t = texts.value;
  return (
    <>
      <PageHead title={t.titles.presence} lead={t.watch.presenceLead} app={apps.nameOf(app)} live />
      <Loaded of={present}>
        {(presence) =>
          presence.channels.length === 0 ? <Nobody app={app} /> : <People app={app} presence={presence} onChanged={() => void present.reload()} />
        }
      </Loaded>
      <SameByHand lines={request(signedIn.public_url, 'GET', withQuery(path('apps', app, 'presence'), { channel }))} />
    </>
  );
}

function People({ app, presence, onChanged }: { app: string; presence: Presence; onChanged: () => void }): JSX.Element {
  const { here, leaving } = byAvailability(presence.members, locale.value);
  const t = texts.value.watch;
  const options = presence.channels.map(({ name, members }) => ({ value: name, label: `${visible(name)} (${members})` }));
  return (
    <>
      <Select name="channel" label={t.presenceChannel} value={presence.channel ?? ''} options={options} onValue={(name) => setQuery({ channel: name })} />
      <p data-testid="count">
        {t.hereCount(here.length)} · {t.leavingCount(leaving.length)}
      </p>
      {leaving.length > 0 && (
        <section class="section">
          <h2>{t.leaving}</h2>
          <MemberRows app={app} channel={presence.channel ?? ''} caption={t.leaving} members={leaving} onChanged={onChanged} />
        </section>
      )}
      {here.length > 0 && (
        <section class="section">
          <h2>{t.here}</h2>
          <MemberRows app={app} channel={presence.channel ?? ''} caption={t.here} members={here} onChanged={onChanged} />
        </section>
      )}
    </>
  );
}

function Nobody({ app }: { app: string }): JSX.Element {
  const t = texts.value;
  return (
    <Empty title={t.watch.noPresenceTitle}>
      <p>{t.watch.noPresence}</p>
      <LinkTo to={pathTo('apps', app, 'getting-started')}>{t.titles.start}</LinkTo>
    </Empty>
  );
}

const EVERY_MS = 2_000;
