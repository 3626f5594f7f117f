/** Errors that are of no app, such as a connection with an unknown key: here, where all apps are, since they are in no app's logs and numbers. */

import type { JSX } from 'preact';
import { texts } from '../../i18n';
import { fetchErrorsOfNoApp } from '../../model/watch';
import { ErrorGroups } from '../../parts/error-group';
import { ErrorText } from '../../parts/field';
import { explain } from '../../view/failures';
import { usePolled } from '../../view/use-polled';

/** Closed until somebody wants to know, and not there while there is nothing. */
export function ErrorsOfNoApp(): JSX.Element | null {
  const { data, failure } = usePolled('errors of no app', fetchErrorsOfNoApp, EVERY_MS);
  const t = texts.value.logs;
  if (data === null) return failure && <ErrorText field="no-app">{explain(failure)}</ErrorText>;
  if (data.errors.length === 0) return null;
  return (
    <details class="section" data-testid="errors-of-no-app">
      <summary class="opener">{t.ofNoApp(data.errors.reduce((sum, { count }) => sum + count, 0))}</summary>
      <div class="stack">
        <p class="muted">{t.ofNoAppText}</p>
        <ErrorGroups app={null} groups={data.errors} />
      </div>
    </details>
  );
}

const EVERY_MS = 5_000;
