/** The language of a page: chosen from the browser's list, switchable, remembered for all pages. */

import { signal } from '@preact/signals';

/** The languages, each named in itself. */
export const LOCALES = [
  { locale: 'en', name: 'English' },
  { locale: 'fr', name: 'Français' },
] as const;

export type Locale = (typeof LOCALES)[number]['locale'];

/** Above its first use, because the choice is read while this module is being evaluated. */
const STORAGE_KEY = 'rollcall.locale';

export const locale = signal<Locale>(remembered() ?? preferred(navigator.languages));

/** Switches the language and remembers it in this browser. */
export function chooseLocale(choice: string): void {
  if (!isLocale(choice)) return;
  locale.value = choice;
  try {
    localStorage.setItem(STORAGE_KEY, choice);
  } catch {
    // Storage may be refused; the choice then lasts as long as the page.
  }
}

function preferred(languages: readonly string[]): Locale {
  const codes = languages.map((language) => language.toLowerCase().split('-')[0] ?? '');
  return codes.find(isLocale) ?? 'en';
}

function remembered(): Locale | null {
  try {
    const choice = localStorage.getItem(STORAGE_KEY);
    return choice !== null && isLocale(choice) ? choice : null;
  } catch {
    return null;
  }
}

function isLocale(code: string): code is Locale {
  return LOCALES.some(({ locale }) => locale === code);
}
