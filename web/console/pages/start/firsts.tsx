/** The check list, which ticks by itself as the server sees the app work for the first time. */

import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { texts } from '../../i18n';
import { fetchChecklist } from '../../model/api';
import { doneCount, FIRSTS, merged, ticked } from '../../model/checklist';
import type { Checklist, First } from '../../model/contract';
import { topicOf } from '../../model/topic';
import { Ago } from '../../parts/ago';
import { Loaded } from '../../parts/loaded';
import { useConsole, useLive } from '../../view/context';
import { useResource, type Resource } from '../../view/use-resource';

export function Firsts({ app }: { app: string }): JSX.Element {
  const t = texts.value.start;
  const [news, setNews] = useState<First | null>(null);
  const list = useChecklist(app, setNews);
  return (
    <section class="card section" aria-labelledby="checklist" data-testid="checklist">
      <div class="section-head">
        <h2 id="checklist">{t.checklist}</h2>
        {list.data !== null && (
          <p class="muted" data-testid="checklist-count">
            {t.done(doneCount(list.data), FIRSTS.length)}
          </p>
        )}
      </div>
      <p class="visually-hidden" role="status">
        {news === null ? '' : t.seen(t.firsts[news].title)}
      </p>
      <Loaded of={list}>
        {(data) => (
          <>
            <ol class="firsts">
              {FIRSTS.map((what) => (
                <Item key={what} what={what} at={data[what]} />
              ))}
            </ol>
            {doneCount(data) === FIRSTS.length && <p class="notice">{t.allDone}</p>}
          </>
        )}
      </Loaded>
    </section>
  );
}

function Item({ what, at }: { what: First; at: number | null }): JSX.Element {
  const t = texts.value.start;
  const { title, how } = t.firsts[what];
  return (
    <li class={at === null ? 'first' : 'first first-done'} data-testid={`first-${what}`} data-done={at !== null}>
      <span>
        <b>{title}</b> <span class="muted">{at === null ? t.notYet : <Ago ms={at} />}</span>
      </span>
      {at === null && <span class="hint">{how}</span>}
    </li>
  );
}

/** Asked for at first and whenever the live connection is back, since what was seen meanwhile was told to nobody. */
function useChecklist(app: string, onNews: (what: First) => void): Resource<Checklist> {
  const { live } = useConsole();
  const list = useResource(`checklist ${app}`, () => fetchChecklist(app));
  const [seen, setSeen] = useState<Checklist | null>(null);
  const connected = live.connected.value;
  // It is shown whether the console is paused or not: it moves four times in the life of an app.
  useLive(
    topicOf('checklist', app),
    'first',
    ({ what, at }) => {
      setSeen((before) => ticked(before ?? NOTHING, what, at));
      onNews(what);
    },
    'deliver',
  );
  useEffect(() => {
    if (connected) void list.reload();
  }, [connected, list.reload]);
  return list.data === null ? list : { ...list, data: merged(seen, list.data) };
}

const NOTHING: Checklist = { connection: null, subscription: null, event: null, presence: null };
