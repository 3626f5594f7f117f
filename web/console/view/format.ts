/** Numbers, sizes and spans of time in the language of the page. */

import { locale, type Locale } from '../../shared/i18n/locale';

export function number(value: number, most = 0): string {
  return format(`n${most}`, (language) => new Intl.NumberFormat(language, { maximumFractionDigits: most })).format(value);
}

/** A span in milliseconds; a short one has two digits that count, so that nothing but zero is called zero. */
export function milliseconds(value: number): string {
  const exact = (language: Locale) => new Intl.NumberFormat(language, { maximumSignificantDigits: 2 });
  return `${value < 10 ? format('ms', exact).format(value) : number(value)} ms`;
}

/** Short where a number is large: 12.3K. */
export function short(value: number): string {
  const compact = (language: Locale) => new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 1 });
  return value < 10_000 ? number(value) : format('short', compact).format(value);
}

/** With its sign; zero has none. */
export function signed(value: number): string {
  const withSign = (language: Locale) => new Intl.NumberFormat(language, { signDisplay: 'exceptZero', notation: 'compact' });
  return format('signed', withSign).format(value);
}

export function bytes(value: number): string {
  const at = Math.min(UNITS.length - 1, value < 1 ? 0 : Math.floor(Math.log10(value) / 3));
  const unit = UNITS[at]!;
  // Bytes themselves have no short name: it would be “30 byte”.
  const unitDisplay = at === 0 ? 'long' : 'short';
  const sized = (language: Locale) => new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay, maximumFractionDigits: 1 });
  return format(unit, sized).format(value / 1000 ** at);
}

export function percent(share: number): string {
  return format('%', (language) => new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 })).format(share);
}

/** A span in its largest unit: 3 days, 5 hours, 12 seconds. */
export function duration(seconds: number): string {
  const [unit, size] = SPANS.find(([, span]) => seconds >= span) ?? SPANS.at(-1)!;
  const spanned = (language: Locale) => new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: 0 });
  return format(unit, spanned).format(Math.floor(seconds / size));
}

/** Kept, because making one takes longer than all else. */
function format(name: string, make: (language: Locale) => Intl.NumberFormat): Intl.NumberFormat {
  const key = `${locale.value} ${name}`;
  let found = formats.get(key);
  if (found === undefined) {
    found = make(locale.value);
    formats.set(key, found);
  }
  return found;
}

const formats = new Map<string, Intl.NumberFormat>();
const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
const SPANS = [['day', 86_400], ['hour', 3_600], ['minute', 60], ['second', 1]] as const;
