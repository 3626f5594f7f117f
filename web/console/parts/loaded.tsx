/** What a page asked for, once it is there: until then that it is coming, or why it is not and a button to ask again. */

import type { ComponentChildren, JSX } from 'preact';
import { texts } from '../i18n';
import { explain } from '../view/failures';
import type { Resource } from '../view/use-resource';
import { Button } from './button';

export function Loaded<T>({ of, children }: { of: Resource<T>; children: (data: T) => ComponentChildren }): JSX.Element {
  return (
    <>
      {of.failure !== null && <Failed of={of} />}
      {of.data === null && of.failure === null && <Waiting />}
      {of.data !== null && children(of.data)}
    </>
  );
}

export function Waiting(): JSX.Element {
  return (
    <div class="waiting-block" role="status">
      <span class="pulse" aria-hidden="true" />
      <p>{texts.value.common.loading}</p>
    </div>
  );
}

function Failed<T>({ of }: { of: Resource<T> }): JSX.Element | null {
  const t = texts.value.common;
  if (of.failure === null) return null;
  return (
    <div class="banner banner-refused" role="alert" data-testid="error" data-field="load">
      <p class="banner-text">
        {of.data === null ? t.notLoaded : t.notCurrent} {explain(of.failure)}
      </p>
      <Button look="quiet" testid="retry" onClick={() => void of.reload()}>
        {t.retry}
      </Button>
    </div>
  );
}
