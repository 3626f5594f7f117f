/** The events of an app while its page is open: what the live channel tells goes into the log, and the log on screen once per frame at most. */

import { useEffect, useMemo } from 'preact/hooks';
import { EventLog } from '../../model/event-log';
import { paused } from '../../model/live';
import { topicOf } from '../../model/topic';
import { useLive } from '../../view/context';
import { Frames } from '../../view/frames';
import type { Predicate } from '../../model/filter';

export interface Events {
  readonly log: EventLog;
  readonly setFilter: (matches: Predicate) => void;
}

export function useEvents(app: string): Events {
  const { log, frames } = useMemo(() => started(), [app]);
  useEffect(() => () => frames.stop(), [frames]);
  // The log keeps what comes meanwhile itself, so that nothing is lost to whoever stops to read.
  useLive(topicOf('debug', app), 'events', (batch) => log.take(batch, performance.now()) && show(log, frames), 'deliver');
  useEffect(
    () =>
      paused.subscribe((held) => {
        if (held) log.pause();
        else if (log.paused.peek()) log.resume();
      }),
    [log],
  );
  return useMemo(
    () => ({
      log,
      setFilter: (matches) => {
        log.setFilter(matches);
        frames.request();
      },
    }),
    [log, frames],
  );
}

/** Rows at once, unless there are more than an eye could follow: then the machine is spared most of the drawing. */
function show(log: EventLog, frames: Frames): void {
  if (log.sampling.peek() === null) frames.request();
  else frames.requestCalmly(SAMPLED_EVERY_MS);
}

function started(): { readonly log: EventLog; readonly frames: Frames } {
  const log = new EventLog();
  return { log, frames: new Frames(() => log.flush()) };
}

const SAMPLED_EVERY_MS = 250;
