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
    body_too_large: 'This is larger than the server takes.',
    no_database: 'The file is no SQLite database. Take one that was saved as a backup.',
    not_rollcall: 'The file is a database, but not one of Rollcall. Take one that was saved as a backup.',
    newer_version: 'The file was made by a newer Rollcall. Restore it with that version, or take an older backup.',
    damaged: 'The file is damaged, perhaps by a copy that was cut off. Copy it again, or take another backup.',
    restore_under_way: 'Another file is being restored just now. Try again when that one is done.',
    no_room: 'The server’s disk has no room for the file. Make some, and try again.',
    nothing_staged: 'No backup waits to be restored any more.',
    draining: 'The server is about to stop. Try again when it is back.',
  },
  unfit: {
    channel: 'No channel can have this name.',
    event: 'The event’s name is empty, too long or the server’s own.',
    socket_id: 'A socket is two numbers with a dot between them, as 123.456.',
    data: 'The data is larger than the app allows. Its settings say how many bytes that are: limits.payload_bytes.',
    as_user: 'No user can have this id.',
  },
};
