/** The commands that do what the console does, for a shell. */

/** A word of a POSIX shell, quoted if it has to be. */
export function word(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

export function command(...words: readonly string[]): string {
  return words.map(word).join(' ');
}

/** A request to the console's own API, for what has no command. `base` is the server's address with its path prefix. */
export function request(base: string, method: 'GET' | 'POST', path: string, body?: unknown): string {
  const url = `${base}/console/api/${path}`;
  const parts = ['curl', ...(method === 'GET' ? [] : ['-X', method]), word(url)];
  const data = body === undefined ? [] : [`  -H 'Content-Type: application/json'`, `  -d ${word(JSON.stringify(body))}`];
  return [parts.join(' '), `  -H "Authorization: Bearer $(rollcall console token)"`, ...data].join(' \\\n');
}
