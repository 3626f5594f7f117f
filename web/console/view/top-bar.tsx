/** The bar on top: the menu on small screens, the app switcher, the palette, the language and the operator. */

import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { initials, tone } from '../../shared/avatar';
import { texts } from '../i18n';
import { pathOf } from '../model/router';
import { Button } from '../parts/button';
import { ErrorText } from '../parts/field';
import { LinkTo } from '../parts/link';
import { PAGES, type PageEntry } from '../pages';
import { useConsole } from './context';
import { explain } from './failures';
import { LanguageChoice } from './language';
import { NAVIGATION } from './navigation';
import { useAction } from './use-action';

interface TopBarProps {
  readonly app: string | null;
  readonly page: PageEntry | null;
  readonly onPalette: () => void;
  readonly onHelp: () => void;
}

export function TopBar({ app, page, onPalette, onHelp }: TopBarProps): JSX.Element {
  const t = texts.value.shell;
  return (
    <header class="topbar">
      <button type="button" class="button button-quiet menu-button" popovertarget={NAVIGATION} aria-label={t.menu} data-testid="menu">
        <span aria-hidden="true">☰</span>
      </button>
      <LinkTo to="/apps" class="brand">
        <span class="brand-mark" aria-hidden="true" />
        <span class="brand-name">{t.product}</span>
      </LinkTo>
      {app !== null && <AppSwitcher app={app} page={page} />}
      <span class="topbar-space" />
      <button type="button" class="button button-quiet palette-button" data-testid="palette-open" onClick={onPalette} aria-keyshortcuts="Control+K Meta+K">
        <span class="palette-words">{t.find}</span> <kbd aria-hidden="true">Ctrl K</kbd>
      </button>
      <LanguageChoice />
      <Account onHelp={onHelp} />
    </header>
  );
}

/** The same page of another app. */
function AppSwitcher({ app, page }: { app: string; page: PageEntry | null }): JSX.Element {
  const { apps } = useConsole();
  const menu = useRef<HTMLDivElement>(null);
  const t = texts.value.shell;
  const target = page?.scope === 'app' ? page : PAGES.find((entry) => entry.id === 'overview')!;
  return (
    <>
      <button type="button" class="button button-quiet switcher" popovertarget="app-menu" data-testid="switcher">
        <span class="visually-hidden">{t.switchApp}</span> <bdi class="switcher-name">{apps.nameOf(app)}</bdi> <span aria-hidden="true">▾</span>
      </button>
      <div ref={menu} id="app-menu" class="menu app-menu" popover="auto" data-testid="app-menu">
        {(apps.cards.value ?? []).map((card) => (
          <LinkTo key={card.id} to={pathOf(target, card.id)} class="menu-item" current={card.id === app} onFollow={() => menu.current?.hidePopover()}>
            <bdi>{card.name === '' ? card.id : card.name}</bdi> <span class="muted">{card.id}</span>
          </LinkTo>
        ))}
        <LinkTo to="/new-app" class="menu-item" onFollow={() => menu.current?.hidePopover()}>
          + {texts.value.titles.newApp}
        </LinkTo>
      </div>
    </>
  );
}

function Account({ onHelp }: { onHelp: () => void }): JSX.Element {
  const { session, signedIn } = useConsole();
  const menu = useRef<HTMLDivElement>(null);
  const t = texts.value.shell;
  const { name } = signedIn.operator;
  const leave = useAction(() => session.signOut());
  return (
    <>
      <button
        type="button"
        class={`account ${tone(name)}`}
        data-testid="account"
        data-initials={initials(name)}
        aria-label={t.account(name)}
        popovertarget="account-menu"
      />
      <div ref={menu} id="account-menu" class="menu account-menu" popover="auto" data-testid="account-menu">
        <p class="menu-name">
          <bdi>{name}</bdi> · Rollcall {signedIn.version}
        </p>
        <LinkTo to="/account" class="menu-item" onFollow={() => menu.current?.hidePopover()}>
          {texts.value.titles.account}
        </LinkTo>
        <button type="button" class="menu-item" data-testid="help-open" onClick={() => (menu.current?.hidePopover(), onHelp())}>
          {t.help}
        </button>
        {leave.failure !== null && <ErrorText field="sign-out">{explain(leave.failure)}</ErrorText>}
        <Button look="quiet" testid="sign-out" busy={leave.busy} onClick={() => void leave.run()}>
          {t.signOut}
        </Button>
      </div>
    </>
  );
}
