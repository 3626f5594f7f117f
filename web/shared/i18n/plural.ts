/** What sentences of every language are made with: the form that a number needs, a wait, a text of somebody's own. */

/** The forms of one sentence; `other` serves every category without a form of its own. */
export type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { readonly other: string };

/** A chooser for one language: French puts 0 with the singular, English does not. */
export function plurals(locale: string): (count: number, forms: Forms) => string {
  const rules = new Intl.PluralRules(locale);
  return (count, forms) => forms[rules.select(count)] ?? forms.other;
}

/** A wait as people say it: seconds that can be counted along, else whole minutes, never fewer than it takes. `gap` stands before the unit. */
export function waits(locale: string, gap: string): (seconds: number) => string {
  const number = new Intl.NumberFormat(locale);
  return (seconds) => (seconds > COUNTABLE_S ? `${number.format(Math.ceil(seconds / 60))}${gap}min` : `${number.format(seconds)}${gap}s`);
}

/** `text` kept from turning the sentence around it, for places where no `<bdi>` can stand. */
export function isolated(text: string): string {
  return `\u2068${text}\u2069`;
}

const COUNTABLE_S = 90;
