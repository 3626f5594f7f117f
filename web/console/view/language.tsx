/** The choice of the language. */

import type { JSX } from 'preact';
import { chooseLocale, locale, LOCALES } from '../../shared/i18n/locale';
import { texts } from '../i18n';

export function LanguageChoice(): JSX.Element {
  return (
    <label class="language">
      <span class="visually-hidden">{texts.value.shell.language}</span>
      <select class="select" name="language" data-testid="language" value={locale.value} onChange={(event) => chooseLocale(event.currentTarget.value)}>
        {LOCALES.map((choice) => (
          <option key={choice.locale} value={choice.locale} lang={choice.locale} title={choice.name} selected={choice.locale === locale.value}>
            {choice.locale.toUpperCase()}
          </option>
        ))}
      </select>
    </label>
  );
}
