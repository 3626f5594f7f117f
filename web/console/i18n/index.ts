/**
 * The texts of the console in the current language: one file for each area and language, gathered in `en/` and `fr/`.
 *
 * The English ones are the contract; a type error or a failing test says what French lacks.
 */

import { computed } from '@preact/signals';
import { locale, type Locale } from '../../shared/i18n/locale';
import { en } from './en';
import { fr } from './fr';

export type Messages = typeof en;

const dictionaries: Record<Locale, Messages> = { en, fr };

/** Read inside a component, it follows the switch. */
export const texts = computed<Messages>(() => dictionaries[locale.value]);
