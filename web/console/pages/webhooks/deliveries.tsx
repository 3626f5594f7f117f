/** The log of requests to endpoints: how each went, what was in it, and a way to send it again. */

import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { locale } from '../../../shared/i18n/locale';
import { useCountdown } from '../../../shared/view/use-countdown';
import { texts } from '../../i18n';
import { command } from '../../model/by-hand';
import { failureIn } from '../../model/client';
import type { Delivery } from '../../model/contract';
import { query, setQuery } from '../../model/location';
import { resendWebhook, resendWebhooks } from '../../model/watch';
import { Ago } from '../../parts/ago';
import { Button } from '../../parts/button';
import { SameByHand } from '../../parts/code';
import { Confirm } from '../../parts/confirm';
import { ErrorText, Select } from '../../parts/field';
import { Cut, Foreign } from '../../parts/foreign';
import { toast } from '../../parts/toast';
import { WindowedTable, type WindowedColumn } from '../../parts/windowed-table';
import { explain } from '../../view/failures';
import { number } from '../../view/format';
import { useAction } from '../../view/use-action';
import { Sent } from './sent';

interface DeliveriesProps {
  readonly app: string;
  readonly deliveries: readonly Delivery[];
  readonly onChanged: () => void;
}

export function Deliveries({ app, deliveries, onChanged }: DeliveriesProps): JSX.Element {
  const t = texts.value.webhooks;
  const state = STATES.find((known) => known === query.value.get('state')) ?? '';
  const shown = state === '' ? deliveries : deliveries.filter((delivery) => delivery.state === state);
  const options = [{ value: '', label: t.allStates }, ...STATES.map((value) => ({ value, label: t.states[value] }))];
  return (
    <section class="section">
      <div class="section-head">
        <h2>{t.log}</h2>
        {deliveries.some((delivery) => delivery.state === 'given_up') && <ResendAll app={app} onChanged={onChanged} />}
      </div>
      {deliveries.length === 0 ? (
        <p class="muted">{t.logEmpty}</p>
      ) : (
        <>
          <Select name="state" label={t.state} value={state} options={options} onValue={(value) => setQuery({ state: value })} />
          <Rows deliveries={shown} onChanged={onChanged} />
        </>
      )}
    </section>
  );
}

function Rows({ deliveries, onChanged }: Omit<DeliveriesProps, 'app'>): JSX.Element {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const byId = useMemo(() => new Map(deliveries.map((delivery) => [delivery.id, delivery])), [deliveries]);
  const ids = useMemo(() => [...byId.keys()], [byId]);
  const toggle = (id: string) => {
    const next = new Set(open);
    if (!next.delete(id)) next.add(id);
    setOpen(next);
  };
  return (
    <WindowedTable
      caption={texts.value.webhooks.log}
      layout="delivery-rows"
      columns={useMemo(columns, [locale.value])}
      ids={ids}
      rowOf={(id) => byId.get(id)}
      open={open}
      onOpen={toggle}
      detail={(delivery) => <Detail delivery={delivery} onChanged={onChanged} />}
      testid="deliveries"
    />
  );
}

function columns(): readonly WindowedColumn<Delivery>[] {
  const t = texts.value.webhooks;
  return [
    { id: 'when', header: t.when, cell: ({ at }) => (at === null ? null : <Ago ms={at} />) },
    { id: 'state', header: t.state, cell: ({ state }) => <span class={`delivery delivery-${state}`}>{t.states[state]}</span> },
    { id: 'url', header: t.url, cell: ({ url }) => <Cut text={url} /> },
    { id: 'events', header: t.events, cell: ({ events }) => <Cut text={events.join(', ')} /> },
    { id: 'attempts', header: t.attempts, numeric: true, cell: ({ attempts }) => number(attempts) },
    { id: 'status', header: t.status, numeric: true, cell: ({ status }) => status ?? t.noAnswer },
    { id: 'latency', header: t.latency, numeric: true, cell: ({ took_ms: ms }) => (ms === null ? null : `${number(ms)} ms`) },
    { id: 'next', header: t.next, cell: ({ next_attempt_at: at }) => (at === null ? null : <Next at={at} />) },
  ];
}

function Next({ at }: { at: number }): JSX.Element {
  const left = useCountdown(at);
  return <>{texts.value.webhooks.nextIn(left ?? 0)}</>;
}

function Detail({ delivery, onChanged }: { delivery: Delivery; onChanged: () => void }): JSX.Element {
  const t = texts.value.webhooks;
  const { failure, busy, run } = useAction(async () => {
    const reply = await resendWebhook(delivery.id);
    if (!reply.ok) return reply.failure;
    toast(t.resent(reply.body.resent));
    onChanged();
    return null;
  });
  return (
    <div class="stack" data-testid="delivery">
      <p class="endpoint-url">{delivery.url}</p>
      {delivery.problem !== null && (
        <p>
          <strong>{t.problem}</strong>{' '}
          <span lang="en">
            <Foreign text={delivery.problem} />
          </span>
        </p>
      )}
      <Sent body={delivery.body} signature={delivery.signature} />
      {delivery.state === 'given_up' ? (
        <>
          <div>
            <Button look="quiet" testid="resend" busy={busy} onClick={() => void run()}>
              {t.resend}
            </Button>
          </div>
          {failure !== null && <ErrorText field="resend">{explain(failure)}</ErrorText>}
          <SameByHand lines={command('rollcall', 'webhooks', 'resend', delivery.id)} />
        </>
      ) : (
        <p class="muted" data-testid="no-resend">
          {t.noResend[delivery.state]}
        </p>
      )}
    </div>
  );
}

function ResendAll({ app, onChanged }: { app: string; onChanged: () => void }): JSX.Element {
  const [asked, setAsked] = useState(false);
  const t = texts.value.webhooks;
  const act = async () => {
    const reply = await resendWebhooks(app);
    if (reply.ok) toast(t.resent(reply.body.resent));
    if (reply.ok) onChanged();
    return failureIn(reply);
  };
  return (
    <>
      <Button look="quiet" testid="resend-all" onClick={() => setAsked(true)}>
        {t.resendAll}
      </Button>
      {asked && (
        <Confirm title={t.resendAll} verb={t.resend} look="main" act={act} onClose={() => setAsked(false)}>
          <p>{t.resendText}</p>
          <SameByHand lines={command('rollcall', 'webhooks', 'resend', '--all', '--app', app)} />
        </Confirm>
      )}
    </>
  );
}

const STATES = ['delivered', 'waiting', 'wanted', 'given_up'] as const;
