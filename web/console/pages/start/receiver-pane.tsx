/** What arrives at a client of the app, as it arrives. */

import type { JSX } from 'preact';
import { texts } from '../../i18n';
import type { Receiver, ReceiverState } from '../../model/receiver';
import { Ago } from '../../parts/ago';
import { Button } from '../../parts/button';

interface ReceiverPaneProps {
  readonly receiver: Receiver;
  readonly appKey: string;
  readonly channel: string;
}

export function ReceiverPane({ receiver, appKey, channel }: ReceiverPaneProps): JSX.Element {
  const t = texts.value.start;
  const state = receiver.state.value;
  const running = state.kind === 'connecting' || state.kind === 'listening';
  // Only public channels can be joined without a back end that signs.
  const closed = /^(private|presence)-/.test(channel);
  return (
    <section class="card section" aria-labelledby="receiver">
      <h2 id="receiver">{t.receiver}</h2>
      <p class="muted">{t.receiverText}</p>
      <div class="row">
        {running ? (
          <Button look="quiet" testid="stop-listening" onClick={() => receiver.stop()}>
            {t.stopListening}
          </Button>
        ) : (
          <Button look="quiet" testid="listen" off={closed || channel === ''} describedBy="receiver-state" onClick={() => receiver.start(appKey, channel)}>
            {t.listen}
          </Button>
        )}
        <p id="receiver-state" class={`live-state live-${state.kind === 'listening' ? 'live' : 'away'}`} role="status" data-testid="receiver-state" data-state={state.kind}>
          {closed && !running ? t.publicOnly : sentence(state, receiver.channel)}
        </p>
      </div>
      <List receiver={receiver} />
    </section>
  );
}

function List({ receiver }: { receiver: Receiver }): JSX.Element {
  const received = receiver.received.value;
  return (
    <div class="received" role="log" tabIndex={0} aria-label={texts.value.start.receiver} data-testid="received">
      {received.length === 0 ? (
        <p class="hint">{texts.value.start.nothingYet}</p>
      ) : (
        <ul>
          {received.map((event) => (
            <li key={event.n}>
              <b>{event.event}</b> <code>{event.data}</code>{' '}
              <span class="muted">
                <Ago ms={event.at} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function sentence(state: ReceiverState, channel: string): string {
  const t = texts.value.start;
  switch (state.kind) {
    case 'listening':
      return t.states.listening(channel);
    case 'failed':
      return t.failed(state.code);
    default:
      return t.states[state.kind];
  }
}
