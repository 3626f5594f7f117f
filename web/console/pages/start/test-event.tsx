/** A test event, sent by the server as a back end would have it, beside a client that receives it. */

import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { texts } from '../../i18n';
import { sendEvent } from '../../model/api';
import type { App } from '../../model/contract';
import { EMPTY_DRAFT, newEvent, problemsOf, type DraftEvent } from '../../model/draft-event';
import { Receiver } from '../../model/receiver';
import { Button } from '../../parts/button';
import { SameByHand } from '../../parts/code';
import { EventFields, told, useEventByHand } from '../../parts/event-fields';
import { ErrorText } from '../../parts/field';
import { explain } from '../../view/failures';
import { useAction } from '../../view/use-action';
import { ReceiverPane } from './receiver-pane';

export function TestEvent({ app }: { app: App }): JSX.Element {
  const receiver = useMemo(() => new Receiver(), [app.id]);
  const [draft, setDraft] = useState(SUGGESTED);
  useEffect(() => () => receiver.stop(), [receiver]);
  return (
    <>
      <section class="card section" aria-labelledby="test">
        <h2 id="test">{texts.value.start.test}</h2>
        <EventForm app={app.id} draft={draft} onDraft={setDraft} />
      </section>
      <ReceiverPane receiver={receiver} appKey={app.keys.at(-1)?.key ?? ''} channel={draft.channel} />
    </>
  );
}

function EventForm({ app, draft, onDraft }: { app: string; draft: DraftEvent; onDraft: (draft: DraftEvent) => void }): JSX.Element {
  const [tried, setTried] = useState(false);
  const [sent, setSent] = useState(0);
  const problems = problemsOf(draft);
  const { failure, busy, run } = useAction(async () => {
    const reply = await sendEvent(app, newEvent(draft));
    if (!reply.ok) return reply.failure;
    setSent((count) => count + 1);
    return null;
  });
  const t = texts.value.start;
  const submit = () => {
    setTried(true);
    const wrong = FIELDS.find((field) => problems[field] !== undefined);
    if (wrong === undefined) void run();
    else document.getElementById(`field-${wrong}`)?.focus();
  };
  const refused = failure === null ? undefined : FIELDS.find((field) => field === failure.field);
  const problem = (field: keyof DraftEvent) => (tried ? told(problems[field]) : null) ?? (failure !== null && refused === field ? explain(failure) : null);
  return (
    <form noValidate class="form" data-testid="test-event" onSubmit={(submission) => (submission.preventDefault(), submit())}>
      {failure !== null && refused === undefined && <ErrorText field="form">{explain(failure)}</ErrorText>}
      <EventFields draft={draft} onDraft={onDraft} problem={problem} />
      <div class="row">
        <Button type="submit" testid="send-test-event" busy={busy}>
          {busy ? t.sending : t.send}
        </Button>
        <p role="status" data-testid="sent">
          {sent > 0 && failure === null ? t.sent(sent) : ''}
        </p>
      </div>
      <SameByHand lines={useEventByHand(app, draft)} />
    </form>
  );
}

const FIELDS = ['channel', 'event', 'data'] as const;
const SUGGESTED: DraftEvent = { ...EMPTY_DRAFT, channel: 'my-channel', event: 'my-event', data: '{"message":"Hello from the console"}' };
