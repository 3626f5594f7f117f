/** Words that every page uses. */

import { isolated } from '../../../shared/i18n/plural';

export const common = {
  loading: 'Loading…',
  retry: 'Try again',
  cancel: 'Cancel',
  close: 'Close',
  save: 'Save',
  saving: 'Saving…',
  dismiss: 'Dismiss',
  on: 'on',
  off: 'off',
  none: 'none',
  justNow: 'just now',
  never: 'never',
  notLoaded: 'This could not be loaded.',
  notCurrent: 'What you see may be out of date.',
  copy: 'Copy',
  copyWhat: (what: string) => `Copy: ${what}`,
  copied: 'Copied',
  notCopied: 'Select it and copy it by hand',
  chooseFile: 'Choose a file…',
  noFile: 'None is chosen yet',
  byHand: 'The same from a shell',
  command: 'Command',
  typeToConfirm: (name: string) => `Type ${isolated(name)} to confirm`,
  sinceAnHourAgo: (by: string) => `${by} in an hour`,
};
