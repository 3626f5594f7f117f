/**
 * The texts of the status page, in the language of `locale.ts`.
 *
 * Every text is in `en.ts` and `fr.ts`; the type of the first is the contract of the others.
 */

import { computed, effect } from '@preact/signals';
import { en, type Messages } from './en';
import { fr } from './fr';
import { locale, type Locale } from './locale';

export { chooseLocale, locale, LOCALES, type Locale } from './locale';

const dictionaries: Record<Locale, Messages> = { en, fr };

/** The texts in the current language; read inside a component, it follows the switch. */
export const texts = computed<Messages>(() => dictionaries[locale.value]);

/** Keeps `<html lang>` and the title in step with the language. */
export function followLocale(): void {
  effect(() => {
    document.documentElement.lang = locale.value;
    document.title = texts.value.pageTitle;
  });
}
