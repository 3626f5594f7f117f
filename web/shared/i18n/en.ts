/** The page in English; its type is what every other language must provide. */

import { isolated, plurals, waits } from './plural';

const list = new Intl.ListFormat('en');
const plural = plurals('en');
const number = new Intl.NumberFormat('en');
const wait = waits('en', ' ');
const time = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

export const en = {
  pageTitle: 'Rollcall: who is here',
  language: 'Language',

  loading: 'Loading…',
  loadFailedTitle: 'Rollcall can’t be reached',
  loadFailed: 'The server did not answer. Check your connection, then try again.',
  retry: 'Try again',

  welcome: 'See who’s here and what they’re up to',
  welcomeText: 'Pick a name, say what you’re doing, and you’re in. Everybody sees changes as they happen.',
  noAccount: 'No password and no e-mail: this browser remembers you.',
  formTitle: 'Join',
  nameLabel: 'Your name',
  nameHint: 'Others see it. Up to 64 characters.',
  statusLabel: 'Your status',
  statusHint: 'You can change it at any time.',
  placeholder: 'What are you up to?',
  join: 'Join',
  joining: 'Joining…',
  switchName: (name: string) => `Sign in as ${isolated(name)} instead`,

  nameMissing: 'Enter a name.',
  nameTooLong: 'This name is too long: 64 characters at most.',
  nameIllegal: 'This name contains characters that can’t be used in a name.',
  nameTaken: 'This name is in use here. Sign in to use it, or choose another.',
  nameReserved: 'This name can’t be used. Choose another.',
  statusMissing: 'Enter a status.',
  statusTooLong: 'This status is too long: 140 characters at most.',
  statusIllegal: 'This status contains characters that can’t be used.',
  tooBig: 'This text takes up too much room. Shorten it, or use fewer emoji.',
  alreadySignedIn: 'This browser is already signed in under another name.',
  cookieRefused: 'Your browser refused the cookie that keeps you signed in. Allow cookies here, then try again.',
  requestRefused:
    'The server refused this request: this page was opened at an address that it does not know as its own. ' +
    'Open its usual address; its operator can set the public URL.',
  serverTrouble: 'Something went wrong on the server. Your text is kept; try again.',
  unreachable: 'The server can’t be reached: check your connection. Your text is kept.',

  signUpLimited: (seconds: number) => `Too many attempts. Try again in ${wait(seconds)}.`,

  remembers: (names: readonly string[]) => `This browser remembers ${list.format(names.map(isolated))}.`,
  signInAs: (name: string) => `Sign in as ${isolated(name)}`,

  sessionEnded: 'You have been signed out: the session ended in another tab or on another device.',
  sessionOver: 'Not saved: you are no longer signed in. Your text is kept.',
  draftKept: 'The status you had not saved is kept below.',
  signedOut: 'You signed out. See you soon!',
  signedOutEverywhere: 'You are signed out everywhere: in this browser and on every other device.',
  signOut: 'Sign out',
  stillSignedIn: 'You are still signed in.',

  account: (name: string) => `Account of ${isolated(name)}`,
  everywhere: 'Sign out everywhere',
  everywhereTitle: 'Sign out everywhere?',
  everywhereText:
    'Every browser and device where you are signed in is signed out, this one included, and you leave the list at once. ' +
    'Browsers that remember you can sign you in again.',
  forget: 'Forget this browser',
  forgetTitle: 'Forget this browser?',
  forgetText:
    'Rollcall deletes the key by which this browser can sign in under your name. ' +
    'Once you are signed out here, this browser is a stranger: your name stays taken, and another browser of yours has to sign in with it.',
  forgotten: 'This browser remembers nobody any more.',
  forgottenStay: 'This browser no longer remembers you. You stay signed in until you sign out.',
  actionUnreachable: 'The server can’t be reached: check your connection, then try again.',
  actionLimited: (seconds: number) => `Too many attempts. Try again in ${wait(seconds)}.`,
  actionFailed: 'Something went wrong on the server. Try again.',

  you: 'you',
  edit: 'Edit',
  save: 'Save',
  cancel: 'Cancel',
  editHint: 'Enter saves, Escape undoes.',
  visible: 'Visible to everyone here',
  unsaved: 'Not saved yet',
  counter: (used: number, limit: number) => `${number.format(used)} of ${number.format(limit)} characters`,
  saving: 'Saving…',
  saved: 'Saved',
  saveFailed: 'Not saved: check your connection. Your text is kept.',
  saveRefused: 'Not saved: the server could not store it. Your text is kept.',
  savedLater: 'You’re offline. Your text is kept and saved once you’re back.',
  notSaved: 'Not saved.',
  pending: 'not saved yet',
  nextTry: (seconds: number) => `Next try in ${wait(seconds)}.`,
  retryNow: 'Try now',
  saveConflict: 'Not saved: your status changed elsewhere meanwhile. Your text is kept.',
  limited: (seconds: number) => `You’re changing status too quickly. Try again in ${wait(seconds)}.`,

  heading: 'Who’s here',
  online: (count: number) =>
    plural(count, { one: `${number.format(count)} person online`, other: `${number.format(count)} people online` }),
  alone: 'You’re the first one here.',
  aloneHint: 'Share the link to invite someone.',
  noStatus: 'No status yet',
  badMember: 'Status unknown',
  listWaiting: 'The list will appear as soon as the connection is back.',
  justNow: 'just now',
  announce: 'Announce changes',
  announceHint: 'A screen reader says who joins, who leaves and what changes.',
  rowMe: (name: string) => `${name} (you)`,
  rowChanged: (ago: string) => `changed ${ago}`,

  connecting: 'Connecting…',
  reconnecting: (asOf: string) => `Reconnecting… statuses as of ${asOf}`,
  offline: 'You’re offline.',
  offlineSince: (asOf: string) => `You’re offline. Statuses as of ${asOf}`,
  backOnline: 'Back online',
  reconnect: 'Reconnect now',
  refused: (code: number | null) => `The server ended the live connection${code === null ? '' : ` (code ${code})`}.`,
  refusedDisabled: 'The server’s operator has switched live connections off (code 4003).',
  refusedFull: 'The server has no room for another live connection (code 4004). Try again later.',
  refusedUnauthorized:
    'The server does not let this page connect (code 4009). Its operator can check the allowed origins.',
  listTrouble: 'Live updates aren’t working',
  troubleRefused: 'The server does not let this page see the list.',
  troubleFull: 'The room is full. Try again when somebody has left.',
  troubleLimited: 'This browser has asked too often.',
  troubleServer: 'The server could not open the list.',
  troubleUnreachable: 'The server can’t be reached.',
  troubleDetail: (detail: string) => `Cause: ${isolated(detail)}`,
  troubleStale: (asOf: string) => `Statuses as of ${asOf}.`,

  joined: (name: string) => `${isolated(name)} joined`,
  joinedMany: (count: number) => plural(count, { other: `${number.format(count)} people joined` }),
  left: (name: string) => `${isolated(name)} left`,
  leftMany: (count: number) => plural(count, { other: `${number.format(count)} people left` }),
  changed: (name: string, status: string) => `${isolated(name)}: ${isolated(status)}`,
  changedMany: (count: number) => plural(count, { other: `${number.format(count)} people changed status` }),

  timeOfDay: (ms: number) => time.format(ms),
};

export type Messages = typeof en;
