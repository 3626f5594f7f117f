/** What to tell people about a request that failed, by the code of the server. Each says what to do. */

import { waits } from '../../../shared/i18n/plural';

const wait = waits('en', ' ');

export const failures = {
  limited: (seconds: number) => `Too many tries. Try again in ${wait(seconds)}.`,
  unreachable: 'The server can’t be reached. Check that it runs, and your connection.',
  unknown: (status: number) => `The server answered ${status}. Its log says more.`,
  codes: {
    wrong_code: 'This code is wrong, was used, or is older than an hour. The command rollcall console code makes a new one.',
    wrong_password: 'The name or the password is wrong.',
    not_signed_in: 'You are no longer signed in.',
    cookie_refused: 'Your browser refused the cookie that keeps you signed in. Allow cookies here, then try again.',
    status_app: 'The status page uses this app, so it can’t be deleted.',
    fixed: 'This app is declared in the server’s file. Change it there.',
    last_key: 'This is the only key of the app. Add another one first.',
    changed_since: 'What this would restore was changed again since. Look at the newer change first.',
    not_found: 'There is no such thing any more. It may have been deleted meanwhile.',
    no_such_app: 'There is no such app any more. It may have been deleted meanwhile.',
    draining: 'The server is about to stop. Try again when it is back.',
  },
};
