/** One group of errors: how often, since when, what it means, what to do, and the button that does it. */

import type { JSX } from 'preact';
import { texts } from '../i18n';
import type { ErrorGroup } from '../model/contract';
import { pathTo } from '../model/location';
import { Ago } from './ago';
import { Explained } from './explained';
import { FixButton } from './fix-button';
import { Foreign } from './foreign';
import { Json } from './json';
import { LinkTo } from './link';

/** Groups in a list; null is for those that are of no app, which no setting can cure. */
export function ErrorGroups({ app, groups }: { app: string | null; groups: readonly ErrorGroup[] }): JSX.Element {
  return (
    <ul role="list" class="plain-list" data-testid="errors">
      {groups.map((group) => (
        <li key={`${group.kind} ${group.code} ${group.message}`}>
          <Group app={app} group={group} />
        </li>
      ))}
    </ul>
  );
}

function Group({ app, group }: { app: string | null; group: ErrorGroup }): JSX.Element {
  const t = texts.value.logs;
  const { kind, code, message, count } = group;
  return (
    <article class="card stack error-group" data-testid="error-group" data-kind={kind}>
      <h2 class="group-message" lang="en">
        <Foreign text={message} />
      </h2>
      <p class="row">
        <span class="tag">{code ?? t.noCode}</span>
        <span class="tag mono">{kind}</span>
        <strong data-testid="times">{t.times(count)}</strong>
        <span class="muted">
          {t.first} <Ago ms={group.first_at} /> · {t.last} <Ago ms={group.last_at} />
        </span>
      </p>
      <Explained kind={kind} />
      {app !== null && <Cure app={app} group={group} />}
      {group.sample !== null && (
        <details>
          <summary class="opener">{t.sample}</summary>
          <Json text={JSON.stringify(group.sample)} label={t.sample} />
        </details>
      )}
    </article>
  );
}

function Cure({ app, group: { setting, suggested } }: { app: string; group: ErrorGroup }): JSX.Element | null {
  if (setting === null) return null;
  if (suggested === undefined || suggested === null) return <LinkTo to={pathTo('apps', app, 'settings')}>{texts.value.overview.lookAtSettings}</LinkTo>;
  return (
    <div>
      <FixButton app={app} setting={setting} suggested={suggested} />
    </div>
  );
}
