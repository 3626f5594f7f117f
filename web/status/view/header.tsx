/** The bar on top: the name of the product, the language and, once signed in, the ways out. */

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Failure } from '../../shared/http';
import { chooseLocale, locale, LOCALES, texts } from '../../shared/i18n';
import { AccountMenu, type Actions } from './account-menu';
import { explainAction } from './failures';
import { ErrorText } from './field';

/** Who is signed in, and what they can do about it. */
export interface Person extends Actions {
  readonly name: string;
  readonly leave: () => Promise<Failure | null>;
}

/** `person` is null while nobody is signed in. */
export function Header({ person }: { person: Person | null }): JSX.Element {
  return (
    <header class="header">
      <p class="brand">
        <span class="brand-mark" aria-hidden="true" />
        <span class="brand-name">Rollcall</span>
      </p>
      <LanguageChoice />
      {person !== null && <SignOut leave={person.leave} />}
      {person !== null && <AccountMenu name={person.name} actions={person} />}
    </header>
  );
}

function LanguageChoice(): JSX.Element {
  return (
    <label class="language">
      <span class="visually-hidden">{texts.value.language}</span>
      <select
        class="select"
        name="language"
        data-testid="language"
        value={locale.value}
        onChange={(event) => chooseLocale(event.currentTarget.value)}
      >
        {LOCALES.map((choice) => (
          <option
            key={choice.locale}
            value={choice.locale}
            lang={choice.locale}
            title={choice.name}
            selected={choice.locale === locale.value}
          >
            {choice.locale.toUpperCase()}
          </option>
        ))}
      </select>
    </label>
  );
}

function SignOut({ leave }: { leave: Person['leave'] }): JSX.Element {
  const [failure, setFailure] = useState<Failure | null>(null);
  const t = texts.value;
  const tryToLeave = async () => {
    setFailure(null);
    setFailure(await leave());
  };
  return (
    <>
      <button type="button" class="button button-quiet" data-testid="sign-out" onClick={() => void tryToLeave()}>
        {t.signOut}
      </button>
      {failure !== null && (
        <ErrorText id="sign-out-error" field="sign-out">
          {t.stillSignedIn} {explainAction(failure, t)}
        </ErrorText>
      )}
    </>
  );
}
