/** Picks the form of a sentence that a number needs, by the rules of its language. */

/** The forms of one sentence; `other` serves every category without a form of its own. */
export type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { readonly other: string };

/** A chooser for one language: French puts 0 with the singular, English does not. */
export function plurals(locale: string): (count: number, forms: Forms) => string {
  const rules = new Intl.PluralRules(locale);
  return (count, forms) => forms[rules.select(count)] ?? forms.other;
}

/** `text` kept from turning the sentence around it, for places where no `<bdi>` can stand. */
export function isolated(text: string): string {
  return `\u2068${text}\u2069`;
}
