/** The palette: type a few letters, go there. A combobox over a list, as assistive technology knows it. */

import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { chooseLocale, locale, LOCALES } from '../../shared/i18n/locale';
import { texts } from '../i18n';
import { go } from '../model/location';
import { search, type Entry } from '../model/palette';
import { pathOf } from '../model/router';
import { PAGES } from '../pages';
import { useConsole, type Console } from './context';

interface PaletteProps {
  readonly app: string | null;
  readonly onClose: () => void;
  readonly onHelp: () => void;
}

export function Palette({ app, onClose, onHelp }: PaletteProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const [wish, setWish] = useState('');
  const [at, setAt] = useState(0);
  const t = texts.value.shell;
  const console = useConsole();
  const cards = console.apps.cards.value;
  const entries = useMemo(() => entriesFor(console, app, onHelp), [cards, app, locale.value]);
  const found = useMemo(() => search(entries, wish), [entries, wish]);
  useLayoutEffect(() => dialog.current?.showModal(), []);
  useEffect(() => document.getElementById(optionId(at))?.scrollIntoView({ block: 'nearest' }), [at, found]);
  const chosen = useRef<Entry | null>(null);
  const choose = (entry: Entry | undefined) => {
    if (entry === undefined) return;
    chosen.current = entry;
    dialog.current?.close();
  };
  // Only once the dialog is gone: it gives the focus back, and what is chosen may take it.
  const handleClose = () => {
    onClose();
    chosen.current?.run();
  };
  const handleKey = (event: KeyboardEvent) => {
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: found.length - 1 }[event.key];
    if (event.key === 'Enter' && !event.isComposing) choose(found[at]);
    else if (next === undefined || found.length === 0) return;
    else setAt((next + found.length) % found.length);
    event.preventDefault();
  };
  return (
    <dialog ref={dialog} class="dialog card palette" aria-label={t.find} data-testid="palette" onClose={handleClose}>
      <input
        class="input"
        type="text"
        role="combobox"
        aria-label={t.find}
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={found.length === 0 ? undefined : optionId(at)}
        aria-autocomplete="list"
        autocomplete="off"
        placeholder={t.findHint}
        value={wish}
        onInput={(event) => (setWish(event.currentTarget.value), setAt(0))}
        onKeyDown={handleKey}
      />
      <ul id="palette-list" class="palette-list" role="listbox" aria-label={t.find}>
        {found.map((entry, index) => (
          <li key={entry.id} id={optionId(index)} role="option" aria-selected={index === at} class="palette-option" onClick={() => choose(entry)}>
            <bdi>{entry.label}</bdi>
            <span class="muted">{entry.detail}</span>
            {entry.shortcut !== null && <kbd>{entry.shortcut}</kbd>}
          </li>
        ))}
      </ul>
      <p class="hint" role="status">
        {found.length === 0 ? t.nothingFound : t.found(found.length)}
      </p>
    </dialog>
  );
}

/** Everything that can be gone to or done: pages of the current app, pages of the server, the other apps, actions. */
function entriesFor({ apps, session }: Console, app: string | null, onHelp: () => void): readonly Entry[] {
  const t = texts.value;
  const pages = PAGES.filter((page) => page.scope === 'server' || app !== null).map((page) => ({
    id: page.id,
    label: t.titles[page.id],
    detail: page.scope === 'app' && app !== null ? apps.nameOf(app) : t.shell.groups.server,
    shortcut: page.key === null ? null : `g ${page.key}`,
    run: () => go(pathOf(page, app)),
  }));
  const overview = PAGES.find((page) => page.id === 'overview')!;
  const others = (apps.cards.peek() ?? []).map((card) =>
    action(`app-${card.id}`, apps.nameOf(card.id), `${t.shell.app} ${card.id}`, () => go(pathOf(overview, card.id))),
  );
  const languages = LOCALES.map((choice) => action(choice.locale, choice.name, t.shell.language, () => chooseLocale(choice.locale)));
  const rest = [action('help', t.shell.help, '', onHelp, '?'), action('sign-out', t.shell.signOut, '', () => void session.signOut())];
  return [...pages, ...others, ...languages, ...rest];
}

function action(id: string, label: string, detail: string, run: () => void, shortcut: string | null = null): Entry {
  return { id, label, detail, shortcut, run };
}

function optionId(index: number): string {
  return `palette-option-${index}`;
}
