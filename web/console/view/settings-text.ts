/** What a setting and its values are called. The server has a sentence for each, in English; names and French are here. */

import { locale } from '../../shared/i18n/locale';
import { texts } from '../i18n';
import { settingDocs } from '../i18n/fr/setting-docs';
import type { Setting } from '../model/contract';
import { number } from './format';

/** A name for people; the key itself for a setting that this page does not know yet. */
export function labelOf(key: string): string {
  return (texts.value.settings.labels as Readonly<Record<string, string>>)[key] ?? key;
}

/** What it does. English is the server's own sentence, and so is that of a setting that this page does not know yet. */
export function docOf(setting: Setting): string {
  return locale.value === 'fr' ? (settingDocs[setting.key] ?? english(setting)) : english(setting);
}

/** The sentence without what it points to, which is of the documents and not of this page. */
function english({ doc }: Setting): string {
  return doc.replaceAll(/ \(\[[^\]]*\]\([^)]*\)\)/g, '');
}

export function valueText(value: unknown): string {
  const t = texts.value.common;
  if (value === null || value === undefined) return t.none;
  if (typeof value === 'boolean') return value ? t.on : t.off;
  if (typeof value === 'number') return number(value);
  if (Array.isArray(value)) return value.length === 0 ? t.none : value.map(itemText).join(', ');
  return value === '' ? t.none : typeof value === 'string' ? value : JSON.stringify(value);
}

function itemText(item: unknown): string {
  if (typeof item === 'object' && item !== null && 'url' in item) return String(item.url);
  return String(item);
}
