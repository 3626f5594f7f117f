/** What the live channels of an app are called behind their prefix (docs/console.md 2.8). */

/** The topic of an app, such as `pulse-12`. What cannot stand in a channel's name is escaped: `=` and two hexadecimal digits for each byte, and so is `=` itself. */
export function topicOf(kind: 'pulse' | 'debug' | 'errors' | 'checklist', app: string): string {
  return `${kind}-${[...new TextEncoder().encode(app)].map(written).join('')}`;
}

function written(byte: number): string {
  const character = String.fromCharCode(byte);
  return /[A-Za-z0-9_\-@,.;]/.test(character) ? character : `=${byte.toString(16).padStart(2, '0')}`;
}
