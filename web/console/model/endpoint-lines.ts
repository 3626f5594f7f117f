/** The lines of the field of endpoints, each an address and the classes of events that it gets, and which of them the server refuses. */

/** The first line that is wrong: its address, one of its classes, or an address that stands above already. */
export interface WrongLine {
  /** From 1, as people count. */
  readonly line: number;
  readonly problem: 'address' | 'class' | 'twice';
  readonly what: string;
}

/** Null if no line is wrong by itself, as far as a page can tell. */
export function wrongLine(text: string, classes: ReadonlySet<string>): WrongLine | null {
  const before = new Set<string>();
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const wrong = problemOf(line.trim(), classes, before);
    if (wrong !== null) return { line: index + 1, ...wrong };
  }
  return null;
}

function problemOf(line: string, classes: ReadonlySet<string>, before: Set<string>): Omit<WrongLine, 'line'> | null {
  const [address = '', ...rest] = line.split(/\s+/);
  const url = urlOf(address);
  if (url === null) return { problem: 'address', what: address };
  if (before.has(url)) return { problem: 'twice', what: address };
  before.add(url);
  const unknown = rest.join('').split(',').find((name) => name !== '' && !classes.has(name));
  return unknown === undefined ? null : { problem: 'class', what: unknown };
}

/** In its one form, as the server keeps it; null for what it does not take. */
function urlOf(address: string): string | null {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return null;
  return url.username === '' && url.password === '' && !address.includes('#') ? url.href : null;
}
