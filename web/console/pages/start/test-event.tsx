/** A test event, sent by the server as a back end would have it, beside a client that receives it. */

import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { texts } from '../../i18n';
import { sendEvent } from '../../model/api';
import type { App } from '../../model/contract';
import { Receiver } from '../../model/receiver';
import { Button } from '../../parts/button';
import { SameByHand, shellWord } from '../../parts/code';
import { ErrorText, Field, TextArea } from '../../parts/field';
import { explain } from '../../view/failures';
import { useAction } from '../../view/use-action';
import { ReceiverPane } from './receiver-pane';

export function TestEvent({ app }: { app: App }): JSX.Element {
  const receiver = useMemo(() => new Receiver(), [app.id]);
  const [channel, setChannel] = useState('my-channel');
  useEffect(() => () => receiver.stop(), [receiver]);
  return (
    <>
      <section class="card section" aria-labelledby="test">
        <h2 id="test">{texts.value.start.test}</h2>
        <EventForm app={app.id} channel={channel} onChannel={setChannel} />
      </section>
      <ReceiverPane receiver={receiver} appKey={app.keys.at(-1)?.key ?? ''} channel={channel} />
    </>
  );
}

type Mistake = 'channel' | 'event' | 'data';

function EventForm({ app, channel, onChannel }: { app: string; channel: string; onChannel: (channel: string) => void }): JSX.Element {
  const [event, setEvent] = useState('my-event');
  const [text, setText] = useState('{"message":"Hello from the console"}');
  const [mistake, setMistake] = useState<Mistake | null>(null);
  const [sent, setSent] = useState(0);
  const t = texts.value.start;
  const data = parsed(text);
  const { failure, busy, run } = useAction(async () => {
    const reply = await sendEvent(app, { channel, event, data: data?.value });
    if (!reply.ok) return reply.failure;
    setSent((count) => count + 1);
    return null;
  });
  const submit = () => {
    const wrong = channel === '' ? 'channel' : event === '' ? 'event' : data === null ? 'data' : null;
    setMistake(wrong);
    if (wrong === null) void run();
    else document.getElementById(`field-${wrong}`)?.focus();
  };
  const errorOf = (field: Mistake, own: string) => (mistake === field ? own : failure?.field === field ? explain(failure) : null);
  const elsewhere = failure !== null && !['channel', 'event', 'data'].includes(failure.field ?? '');
  return (
    <form noValidate class="form" data-testid="test-event" onSubmit={(submission) => (submission.preventDefault(), submit())}>
      {elsewhere && <ErrorText field="form">{explain(failure)}</ErrorText>}
      <Field name="channel" code label={t.channel} value={channel} onValue={onChannel} error={errorOf('channel', t.channelMissing)} />
      <Field name="event" code label={t.event} value={event} onValue={setEvent} error={errorOf('event', t.eventMissing)} />
      <TextArea name="data" code rows={3} label={t.data} value={text} onValue={setText} error={errorOf('data', t.dataWrong)} />
      <div class="row">
        <Button type="submit" testid="send-test" busy={busy}>
          {busy ? t.sending : t.send}
        </Button>
        <p role="status" data-testid="sent">
          {sent > 0 && failure === null ? t.sent(sent) : ''}
        </p>
      </div>
      <SameByHand lines={`rollcall trigger --app ${shellWord(app)} ${shellWord(channel)} ${shellWord(event)} ${shellWord(text)}`} />
    </form>
  );
}

/** In a box, because `null` is JSON too. */
function parsed(text: string): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return null;
  }
}
