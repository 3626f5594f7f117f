/** The latest errors: what, how often, since when, and what cures it. */

import type { JSX } from 'preact';
import { texts } from '../../i18n';
import type { ErrorGroup } from '../../model/contract';
import { pathTo } from '../../model/location';
import { Ago } from '../../parts/ago';
import { Empty } from '../../parts/empty';
import { Explained } from '../../parts/explained';
import { FixButton } from '../../parts/fix-button';
import { LinkTo } from '../../parts/link';

interface ErrorsProps {
  readonly app: string;
  readonly errors: readonly ErrorGroup[];
  readonly onFixed: () => Promise<void>;
}

export function Errors({ app, errors, onFixed }: ErrorsProps): JSX.Element {
  const t = texts.value.overview;
  return (
    <section class="section" aria-labelledby="errors">
      <h2 id="errors">{t.errorsTitle}</h2>
      {errors.length === 0 ? (
        <Empty title={t.noErrors} testid="no-errors">
          {t.noErrorsText}
        </Empty>
      ) : (
        <ul class="changes" data-testid="errors">
          {errors.map((error) => (
            <ErrorRow key={`${error.kind} ${error.code} ${error.message}`} app={app} error={error} onFixed={onFixed} />
          ))}
        </ul>
      )}
    </section>
  );
}

function ErrorRow({ app, error, onFixed }: { app: string; error: ErrorGroup; onFixed: () => Promise<void> }): JSX.Element {
  const { overview: t, logs } = texts.value;
  const { setting, suggested } = error;
  return (
    <li class="change" data-testid={`error-${error.kind}`}>
      <p class="error-message" lang="en">
        {error.message}
      </p>
      <p class="row muted">
        <span class="tag tag-danger">{logs.times(error.count)}</span>
        {error.code !== null && <span class="tag">{t.code(error.code)}</span>}
        <span>
          {logs.last} <Ago ms={error.last_at} />
        </span>
      </p>
      <Explained kind={error.kind} />
      {setting !== null && suggested !== undefined && suggested !== null && <FixButton app={app} setting={setting} suggested={suggested} onFixed={onFixed} />}
      {setting !== null && (suggested === undefined || suggested === null) && <LinkTo to={pathTo('apps', app, 'settings')}>{t.lookAtSettings}</LinkTo>}
    </li>
  );
}
