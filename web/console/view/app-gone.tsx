/** What stands in place of every page of an app that is gone, and how the console finds out. */

import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { texts } from '../i18n';
import { Empty } from '../parts/empty';
import { LinkTo } from '../parts/link';
import { PageHead } from '../parts/page-head';
import { useConsole } from './context';

export function AppGone({ app }: { app: string }): JSX.Element {
  const t = texts.value.shell;
  return (
    <>
      <PageHead title={t.appGoneTitle} />
      <Empty title={t.appGone(app)} testid="app-gone">
        <p>{t.appGoneWhy}</p>
        <LinkTo to="/apps" class="button">
          {t.allApps}
        </LinkTo>
      </Empty>
    </>
  );
}

/** Whether there is no app of this id any more. It is asked for now and then, since not every page asks for anything. */
export function useGone(app: string | null): boolean {
  const { apps } = useConsole();
  useEffect(() => {
    if (app === null) return;
    const check = () => void (document.hidden || apps.check(app));
    check();
    const timer = setInterval(check, CHECK_MS);
    document.addEventListener('visibilitychange', check);
    window.addEventListener('focus', check);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', check);
      window.removeEventListener('focus', check);
    };
  }, [apps, app]);
  return app !== null && apps.gone.value.has(app);
}

const CHECK_MS = 5_000;
