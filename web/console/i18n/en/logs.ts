/** Error logs and the system page. */

import { plurals } from '../../../shared/i18n/plural';

const plural = plurals('en');
const number = new Intl.NumberFormat('en');

export const logs = {
  errorsLead: 'What went wrong, grouped, with what it means and what to do.',
  errorsEmptyTitle: 'No errors',
  errorsEmpty: 'When a client or a back end is refused something, it stands here with the reason, and with a button where a setting would cure it.',
  times: (count: number) => plural(count, { one: 'once', other: `${number.format(count)} times` }),
  first: 'First:',
  last: 'Last:',
  sample: 'A sample',
  noCode: 'no code',
  search: 'Search',
  noneFound: 'No error matches',
  inDebug: 'Watch them in the debug console',
  noAppElsewhere: 'Errors that are of no app, such as a connection with an unknown key, are on the page',
  ofNoApp: (count: number) => plural(count, { one: '1 error of no app', other: `${number.format(count)} errors of no app` }),
  ofNoAppText: 'Here nobody knows whose they are: an unknown key, an app that does not exist, a path that is none. They count for no app.',

  systemLead: 'This server: what it runs with, what it keeps, what it says.',
  version: 'Version',
  started: 'Started',
  data: 'Data directory',
  size: 'Database',
  backup: 'Download a backup',
  backupText: 'A consistent copy of the database, made while the server goes on. It holds the secrets of all apps: keep it as safe as the server.',
  backupDone: 'The backup is being saved.',
  options: 'Options',
  option: 'Option',
  value: 'Value',
  source: 'From',
  sources: { flag: 'flag', variable: 'variable', file: 'file', default: 'default' },
  redacted: 'Secrets are not shown.',
  onlySet: 'Only those that were set',
  log: 'Log',
  logLead: 'The last lines, newest at the bottom.',
  logEmpty: 'Nothing was logged yet.',
  drain: 'Drain and stop…',
  drainVerb: 'Drain and stop',
  drainTitle: 'Drain this server?',
  drainText: 'It takes no more connections, sends everybody elsewhere, waits for what is under way, and stops. Nothing starts it again from here.',
  drained: 'The server is draining.',
  draining: 'This server is draining: it takes no more connections and is about to stop.',
  licences: 'Licences',
  licencesCount: (count: number) => `${number.format(count)} parts by others`,
  part: 'Part',
  licence: 'Licence',
};
