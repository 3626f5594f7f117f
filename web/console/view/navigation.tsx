/** The pages of the current app and of the server, beside the page; on a small screen a menu that a button opens. */

import type { JSX } from 'preact';
import { texts } from '../i18n';
import { pathOf } from '../model/router';
import { LinkTo } from '../parts/link';
import { PAGES, type PageEntry } from '../pages';
import { useConsole } from './context';

export function Navigation({ app, page }: { app: string | null; page: PageEntry | null }): JSX.Element {
  const { apps } = useConsole();
  const t = texts.value.shell;
  return (
    <nav id={NAVIGATION} class="navigation" popover="auto" aria-label={t.navigation} data-testid="navigation">
      {app !== null && (
        <p class="navigation-app">
          <bdi>{apps.nameOf(app)}</bdi>
        </p>
      )}
      {(['build', 'watch', 'server'] as const).map((group) => (
        <Group key={group} group={group} app={app} page={page} />
      ))}
    </nav>
  );
}

export const NAVIGATION = 'navigation';

function Group({ group, app, page }: { group: PageEntry['group']; app: string | null; page: PageEntry | null }): JSX.Element | null {
  const t = texts.value;
  const entries = PAGES.filter((entry) => entry.group === group && entry.place === 'navigation' && (entry.scope === 'server' || app !== null));
  if (entries.length === 0) return null;
  const close = () => {
    const menu = document.getElementById(NAVIGATION);
    if (menu?.matches(':popover-open')) menu.hidePopover();
  };
  return (
    <div class="navigation-group">
      <p class="navigation-title" id={`group-${group}`}>
        {t.shell.groups[group]}
      </p>
      <ul aria-labelledby={`group-${group}`}>
        {entries.map((entry) => (
          <li key={entry.id}>
            <LinkTo to={pathOf(entry, app)} class="navigation-link" current={entry === page} testid={`nav-${entry.id}`} onFollow={close}>
              <span>{t.titles[entry.id]}</span>
              {entry.key !== null && (
                <kbd class="navigation-key" aria-hidden="true">
                  g {entry.key}
                </kbd>
              )}
            </LinkTo>
          </li>
        ))}
      </ul>
    </div>
  );
}
