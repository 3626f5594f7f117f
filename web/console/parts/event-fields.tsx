/** What every event has, as fields; what to say of a draft that is wrong, and the same event from a shell. */

import type { JSX } from 'preact';
import { texts } from '../i18n';
import { command, request } from '../model/by-hand';
import { newEvent, problemsOf, type DraftEvent, type Problem } from '../model/draft-event';
import { useConsole } from '../view/context';
import { Field, TextArea } from './field';

export interface EventFieldsProps {
  readonly draft: DraftEvent;
  readonly onDraft: (draft: DraftEvent) => void;
  /** What to say of a field, once somebody has tried to send: by this page, else by the server. */
  readonly problem: (field: keyof DraftEvent) => string | null;
}

/** The channel, the name and the data of an event. */
export function EventFields({ draft, onDraft, problem }: EventFieldsProps): JSX.Element {
  const t = texts.value.debug;
  const set = (change: Partial<DraftEvent>) => onDraft({ ...draft, ...change });
  // The data is checked as it is typed; an empty field has no error to be told.
  const { data: json } = problemsOf(draft);
  return (
    <>
      <div class="details-pair">
        <Field name="channel" label={t.channel} code value={draft.channel} error={problem('channel')} onValue={(channel) => set({ channel })} />
        <Field name="event" label={t.event} code value={draft.event} error={problem('event')} onValue={(event) => set({ event })} />
      </div>
      <TextArea
        name="data"
        label={draft.plain ? t.plainData : t.data}
        code
        value={draft.data}
        error={(draft.data === '' ? null : told(json)) ?? problem('data')}
        hint={json === undefined && !draft.plain ? t.jsonValid : undefined}
        onValue={(data) => set({ data })}
      />
    </>
  );
}

/** An event of the API has a command; only the console speaks in the name of a user. */
export function useEventByHand(app: string, draft: DraftEvent): string {
  const { signedIn } = useConsole();
  const { channel, event, data, socket_id: socket, ...rest } = newEvent(draft);
  if (rest.as_user !== undefined) return request(signedIn.public_url, 'POST', `apps/${app}/events`, newEvent(draft));
  const line = command('rollcall', 'trigger', '--app', app, ...(socket === undefined ? [] : ['--socket-id', socket]), channel, event, String(data));
  return rest.repeat === undefined ? line : `for n in $(seq ${rest.repeat}); do ${line}; done`;
}

/** A problem in words; null is none. */
export function told(problem: Problem | undefined): string | null {
  const t = texts.value.debug;
  if (problem === undefined) return null;
  if (typeof problem === 'string') return t.problems[WORDS[problem]];
  const { line, column, found } = problem;
  if (found === null) return t.jsonEnds(line, column);
  return t.jsonAt(line, column, found === '\n' ? t.newline : t.quoted(found));
}

const WORDS = { missing: 'missing', 'not-client': 'notClient', 'no-client-channel': 'noClientChannel', 'not-a-count': 'notACount' } as const;
