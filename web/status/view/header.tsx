/** The bar on top: the name of the product, the language and, once signed in, the way out. */

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Failure } from '../../shared/http';
import { chooseLocale, locale, LOCALES, texts } from '../../shared/i18n';
import { ErrorText } from './field';

type Leave = () => Promise<Failure | null>;

/** `onLeave` is null while nobody is signed in. */
export function Header({ onLeave }: { onLeave: Leave | null }): JSX.Element {
  return (
    <header class="header">
      <p class="brand">
        <span class="brand-mark" aria-hidden="true" />
        <span class="brand-name">Rollcall</span>
      </p>
      <LanguageChoice />
      {onLeave !== null && <SignOut onLeave={onLeave} />}
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

function SignOut({ onLeave }: { onLeave: Leave }): JSX.Element {
  const [failed, setFailed] = useState(false);
  const t = texts.value;
  const leave = async () => {
    setFailed(false);
    setFailed((await onLeave()) !== null);
  };
  return (
    <>
      <button type="button" class="button button-quiet" data-testid="sign-out" onClick={() => void leave()}>
        {t.signOut}
      </button>
      {failed && (
        <ErrorText id="sign-out-error" field="sign-out">
          {t.signOutFailed}
        </ErrorText>
      )}
    </>
  );
}
