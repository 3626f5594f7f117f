/** One app: how it is, its live numbers, and what can be done with it. */

import type { JSX } from 'preact';
import { texts } from '../../i18n';
import type { Card } from '../../model/contract';
import { pathTo } from '../../model/location';
import { Button } from '../../parts/button';
import { LinkTo } from '../../parts/link';
import { Spark } from '../../parts/spark';
import { number, short } from '../../view/format';
import type { Action, Asked } from './question';

export function AppCard({ card, onAsk }: { card: Card; onAsk: (asked: Asked) => void }): JSX.Element {
  const t = texts.value.apps;
  const name = card.name === '' ? card.id : card.name;
  const most = card.rates.reduce((top, rate) => Math.max(top, rate), 0);
  return (
    <li class="card app-card" data-testid={`app-${card.id}`}>
      <div class="app-head">
        <h2 class="app-name">
          <LinkTo to={pathTo('apps', card.id)}>
            <bdi>{name}</bdi>
          </LinkTo>
        </h2>
        <Health card={card} />
        <p class="row app-tags">
          <span class="tag">{t.id(card.id)}</span>
          {card.is_status_app && <span class="tag">{t.statusApp}</span>}
          {card.fixed !== null && <span class="tag">{t.fixed(card.fixed)}</span>}
        </p>
      </div>
      <Spark values={card.rates} label={t.chart(number(card.messages_per_second, 1), number(most))} />
      <dl class="app-numbers">
        <Number name={t.connections} value={short(card.connections)} note={t.peak(short(card.peak))} />
        <Number name={t.perSecond} value={number(card.messages_per_second, 1)} />
        <Number name={t.errors} value={short(card.errors_last_hour)} />
      </dl>
      <Actions card={card} name={name} onAsk={onAsk} />
    </li>
  );
}

/** A disc, a bang, a ring: the state shows by shape, and in words. */
function Health({ card }: { card: Card }): JSX.Element {
  const t = texts.value.apps;
  const state = !card.enabled ? 'off' : card.errors_last_hour > 0 ? 'troubled' : 'healthy';
  return (
    <p class={`health health-${state}`} data-testid="health" data-state={state}>
      {{ off: t.disabled, troubled: t.troubled(card.errors_last_hour), healthy: t.healthy }[state]}
    </p>
  );
}

function Number({ name, value, note }: { name: string; value: string; note?: string }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <b>{value}</b> {note !== undefined && <span class="muted">{note}</span>}
      </dd>
    </div>
  );
}

function Actions({ card, name, onAsk }: { card: Card; name: string; onAsk: (asked: Asked) => void }): JSX.Element {
  const t = texts.value.apps;
  const button = (action: Action, verb: string) => (
    <Button look="quiet" testid={`${action}-${card.id}`} label={t.actionOn(verb, name)} onClick={() => onAsk({ action, card, name })}>
      {verb}
    </Button>
  );
  return (
    <div class="row app-actions">
      {button('duplicate', t.duplicate)}
      {card.fixed === null && (card.enabled ? button('disable', t.disable) : button('enable', t.enable))}
      {card.fixed === null && !card.is_status_app && button('delete', t.remove)}
    </div>
  );
}
