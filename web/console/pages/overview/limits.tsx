/** What is used of what is allowed. */

import type { JSX } from 'preact';
import { texts } from '../../i18n';
import type { Limit, Pulse } from '../../model/contract';
import { pathTo } from '../../model/location';
import { LinkTo } from '../../parts/link';
import { number } from '../../view/format';
import { labelOf } from '../../view/settings-text';

export function Limits({ app, limits, now }: { app: string; limits: readonly Limit[]; now: Pulse }): JSX.Element {
  const t = texts.value;
  return (
    <section class="section" aria-labelledby="limits">
      <div>
        <h2 id="limits">{t.overview.limits}</h2>
        <p class="muted">
          {t.overview.limitsLead} <LinkTo to={pathTo('apps', app, 'settings')}>{t.titles.settings}</LinkTo>
        </p>
      </div>
      <ul class="limits card">
        {limits.map((limit) => (
          <Row key={limit.name} limit={limit.name === 'connections' ? { ...limit, used: now.connections } : limit} />
        ))}
      </ul>
    </section>
  );
}

function Row({ limit: { name, used, cap } }: { limit: Limit }): JSX.Element {
  const t = texts.value.overview;
  const label = name === 'connections' ? t.connections : labelOf(name);
  return (
    <li class="limit" data-testid={`limit-${name}`}>
      <span>{label}</span>
      {cap === null ? (
        <span class="muted">{t.uncapped(number(used))}</span>
      ) : (
        <>
          <meter aria-label={label} min={0} max={cap} high={cap * NEARLY} optimum={0} value={used} />
          <span class="limit-words">
            {t.used(number(used), number(cap))}
          </span>
        </>
      )}
    </li>
  );
}

/** From here on it is worth a look. */
const NEARLY = 0.8;
