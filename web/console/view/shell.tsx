/** The console once somebody is in: the bar on top, the navigation beside, the page, and what lies over it. */

import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { texts } from '../i18n';
import { go, segments } from '../model/location';
import { match, pathOf } from '../model/router';
import { Empty } from '../parts/empty';
import { LinkTo } from '../parts/link';
import { PageHead } from '../parts/page-head';
import { Toasts } from '../parts/toast';
import { PAGES, type PageEntry } from '../pages';
import { AppGone, useGone } from './app-gone';
import { useConsole } from './context';
import { LazyPage } from './lazy-page';
import { Leaving } from './leaving';
import { LinkBanner } from './link-banner';
import { Navigation } from './navigation';
import { Palette } from './palette';
import { Help } from './help';
import { TopBar } from './top-bar';
import { useShortcuts } from './use-shortcuts';

export function Shell(): JSX.Element {
  const t = texts.value;
  const found = match(PAGES, segments.value);
  const here = found.kind === 'page' ? found.app : null;
  const app = useCurrentApp(here);
  const gone = useGone(here);
  const [over, setOver] = useState<'palette' | 'help' | null>(null);
  const openPage = (page: PageEntry) => go(pathOf(page, app));
  useShortcuts({ onPalette: () => setOver('palette'), onHelp: () => setOver('help'), onJump: (key) => jump(key, app, openPage) });
  useEffect(() => {
    // What brought somebody in may have gone on already, as the first run does to the wizard.
    if (match(PAGES, segments.peek()).kind === 'home') go('/apps', 'replace');
  }, [found.kind]);
  return (
    <>
      <a class="skip" href="#content">
        {t.shell.skip}
      </a>
      <TopBar app={app} page={found.kind === 'page' ? found.page : null} onPalette={() => setOver('palette')} onHelp={() => setOver('help')} />
      <div class="frame">
        <Navigation app={app} page={found.kind === 'page' && !gone ? found.page : null} />
        <main id="content" class="content" tabIndex={-1}>
          <LinkBanner />
          {here !== null && gone && <AppGone app={here} />}
          {found.kind === 'page' && !gone && <LazyPage key={`${found.page.id} ${found.app}`} page={found.page} app={found.app ?? ''} />}
          {found.kind === 'unknown' && <Unknown />}
        </main>
      </div>
      <Toasts />
      <Leaving />
      {over === 'palette' && <Palette app={app} onClose={() => setOver(null)} onHelp={() => setOver('help')} />}
      {over === 'help' && <Help onClose={() => setOver(null)} />}
    </>
  );
}

/** The app that the navigation speaks of: that of the page, else the one looked at last, else the first. */
function useCurrentApp(here: string | null): string | null {
  const { apps } = useConsole();
  const last = useMemo(() => ({ app: null as string | null }), []);
  if (here !== null) last.app = here;
  const cards = apps.cards.value;
  const known = (id: string | null) => id !== null && (cards === null || cards.some((card) => card.id === id));
  return known(here) ? here : known(last.app) ? last.app : (cards?.[0]?.id ?? here);
}

function jump(key: string, app: string | null, open: (page: PageEntry) => void): void {
  const page = PAGES.find((entry) => entry.key === key);
  if (page !== undefined && (page.scope === 'server' || app !== null)) open(page);
}

function Unknown(): JSX.Element {
  const t = texts.value.shell;
  return (
    <>
      <PageHead title={t.unknownTitle} />
      <Empty title={t.unknown}>
        <LinkTo to="/apps" class="button">
          {t.allApps}
        </LinkTo>
      </Empty>
    </>
  );
}
