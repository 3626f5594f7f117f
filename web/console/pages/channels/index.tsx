/** The channels that are occupied now, or one of them with who is there and what was said; both have an address. */

import type { JSX } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { ChannelActivity } from '../../model/channel-activity';
import { query } from '../../model/location';
import { topicOf } from '../../model/topic';
import type { PageProps } from '../../pages';
import { useLive } from '../../view/context';
import { ChannelList } from './list';
import { OneChannel } from './one';

export function Page({ app }: PageProps): JSX.Element {
  const activity = useActivity(app);
  const name = query.value.get('channel');
  if (name !== null) return <OneChannel key={name} app={app} name={name} activity={activity} />;
  return <ChannelList app={app} activity={activity} />;
}

function useActivity(app: string): ChannelActivity {
  const activity = useMemo(() => new ChannelActivity(), [app]);
  useLive(topicOf('debug', app), 'events', (batch) => activity.take(batch, performance.now()));
  useEffect(() => {
    const timer = setInterval(() => activity.refresh(performance.now()), SECOND_MS);
    return () => clearInterval(timer);
  }, [activity]);
  return activity;
}

const SECOND_MS = 1_000;
