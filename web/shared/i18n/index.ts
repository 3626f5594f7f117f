/**
 * The language of the page: chosen from the browser's list, switchable, remembered.
 *
 * Every text of the page is in `en.ts` and `fr.ts`; the type of the first is the contract of the others.
 */

import { computed, effect, signal } from '@preact/signals';
import { en, type Messages } from './en';
import { fr } from './fr';

const dictionaries = { en, fr } satisfies Record<string, Messages>;

export type Locale = keyof typeof dictionaries;

/** The languages, each named in itself. */
export const LOCALES: readonly { readonly locale: Locale; readonly name: string }[] = [
  { locale: 'en', name: 'English' },
  { locale: 'fr', name: 'Français' },
];

/** Above its first use, because the choice is read while this module is being evaluated. */
const STORAGE_KEY = 'rollcall.locale';

export const locale = signal<Locale>(remembered() ?? preferred(navigator.languages));

/** The texts in the current language; read inside a component, it follows the switch. */
export const texts = computed<Messages>(() => dictionaries[locale.value]);

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

/** Keeps `<html lang>` and the title in step with the language. */
export function followLocale(): void {
  effect(() => {
    document.documentElement.lang = locale.value;
    document.title = texts.value.pageTitle;
  });
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
  return Object.hasOwn(dictionaries, code);
}
