/** What can be told of a code, a name and a password before the server is asked. */

/** What is wrong, by field; the texts are `entry`'s. */
export type Mistake =
  | { readonly field: 'code'; readonly text: 'codeWrong' }
  | { readonly field: 'name'; readonly text: 'nameMissing' }
  | { readonly field: 'password'; readonly text: 'passwordMissing' | 'passwordShort' | 'passwordLong' };

export function mistakeIn(code: string, name: string, password: string): Mistake | null {
  if (writtenCode(code) === null) return { field: 'code', text: 'codeWrong' };
  if (name.trim() === '') return { field: 'name', text: 'nameMissing' };
  return passwordMistake(password);
}

export function passwordMistake(password: string): Mistake | null {
  const length = [...password].length;
  if (length === 0) return { field: 'password', text: 'passwordMissing' };
  if (length < SHORTEST) return { field: 'password', text: 'passwordShort' };
  return length > LONGEST ? { field: 'password', text: 'passwordLong' } : null;
}

/** The code as the server printed it, whatever dashes, blanks and case somebody typed; null for what can't be one. */
export function writtenCode(typed: string): string | null {
  const letters = typed.toUpperCase().replace(/[\s\-‐–]/gu, '');
  if (!/^[2-9A-HJ-NP-Z]{12}$/.test(letters)) return null;
  return `${letters.slice(0, 4)}-${letters.slice(4, 8)}-${letters.slice(8)}`;
}

const SHORTEST = 10;
const LONGEST = 1_000;
