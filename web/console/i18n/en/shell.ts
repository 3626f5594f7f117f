/** The frame of the console: bar, navigation, palette, shortcuts, the live connection. */

import { isolated, plurals, waits } from '../../../shared/i18n/plural';

const plural = plurals('en');
const wait = waits('en', ' ');

export const shell = {
  product: 'Rollcall console',
  language: 'Language',
  skip: 'Skip to the content',
  menu: 'Menu',
  navigation: 'Pages',
  groups: { build: 'Build', watch: 'Watch', server: 'Server' },
  app: 'App',
  switchApp: 'Switch app. Now:',
  find: 'Find a page or an action',
  findHint: 'Where to?',
  found: (count: number) => plural(count, { one: '1 result', other: `${count} results` }),
  nothingFound: 'Nothing matches.',
  help: 'Keyboard shortcuts',
  letters: 'Single-key shortcuts',
  account: (name: string) => `Your account, ${isolated(name)}`,
  signOut: 'Sign out',
  loadFailedTitle: 'The console can’t be reached',
  loadFailed: 'The server did not answer. Check that it runs, then try again.',
  pageFailed: 'This page could not be loaded. If the server was updated meanwhile, loading the console anew helps.',
  reload: 'Load anew',
  unknownTitle: 'There is no such page',
  unknown: 'The address may be mistyped, or the app may have been deleted.',
  appGoneTitle: 'There is no such app any more',
  appGone: (id: string) => `No app has the id ${isolated(id)}.`,
  appGoneWhy: 'It was deleted, or the address is mistyped.',
  allApps: 'See all apps',
  leaveTitle: 'Leave without saving?',
  leaveText: 'What you changed on this page is not saved yet. If you leave, it is lost.',
  leave: 'Leave',
  stay: 'Stay',
  live: 'Live',
  paused: 'Paused',
  away: 'Not live',
  pause: 'Pause',
  liveAway: 'The live connection is interrupted. Numbers stand still until it is back.',
  liveBack: 'Live again.',
  liveRefused: 'The server refused the live connection.',
  reconnect: 'Reconnect now',
  nextTry: (seconds: number) => `Next try in ${wait(seconds)}.`,
};
