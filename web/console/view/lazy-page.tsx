/** A page whose code is fetched when it is first looked at. */

import type { ComponentType, JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { texts } from '../i18n';
import { Button } from '../parts/button';
import { Waiting } from '../parts/loaded';
import type { PageEntry, PageProps } from '../pages';

export function LazyPage({ page, app }: { page: PageEntry; app: string }): JSX.Element {
  const [Page, setPage] = useState<ComponentType<PageProps> | null>(() => loaded.get(page) ?? null);
  const [failed, setFailed] = useState(false);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    if (Page !== null) return;
    let gone = false;
    page.load().then(
      (module) => {
        loaded.set(page, module.Page);
        if (!gone) setPage(() => module.Page);
      },
      () => !gone && setFailed(true),
    );
    return () => void (gone = true);
  }, [page, tries]);
  if (Page !== null) return <Page app={app} />;
  return failed ? <NotLoaded onRetry={() => (setFailed(false), setTries(tries + 1))} /> : <Waiting />;
}

/** A server that was updated has other files, whose names this page does not know; loading the page anew helps. */
function NotLoaded({ onRetry }: { onRetry: () => void }): JSX.Element {
  const t = texts.value;
  return (
    <div class="banner banner-refused" role="alert">
      <p class="banner-text">{t.shell.pageFailed}</p>
      <Button look="quiet" onClick={onRetry}>
        {t.common.retry}
      </Button>
      <Button look="quiet" onClick={() => location.reload()}>
        {t.shell.reload}
      </Button>
    </div>
  );
}

const loaded = new Map<PageEntry, ComponentType<PageProps>>();
