/** Who made a change, as people read it: an operator by name, and what else acts in the language of the page. */

import { texts } from '../i18n';

export function actorName(actor: string): string {
  const { commandLine, firstStart } = texts.value.settings;
  const known: Readonly<Record<string, string>> = { 'command line': commandLine, 'first start': firstStart };
  return known[actor] ?? actor;
}
