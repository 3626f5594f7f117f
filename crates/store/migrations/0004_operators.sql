-- Who may come into the console (docs/console.md section 1), and the record of what was changed.

CREATE TABLE operators (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    name          TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    created_at    BIGINT NOT NULL
);

-- The one-time code, one at most. It goes when it is used, and a new one takes its place.
CREATE TABLE operator_codes (
    code_hash  BLOB PRIMARY KEY NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- kind is 0 for a browser's, and 1 for that of a program of this machine, which has no operator.
CREATE TABLE operator_sessions (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    token_hash   BLOB NOT NULL UNIQUE,
    kind         BIGINT NOT NULL,
    operator_id  BIGINT REFERENCES operators (id) ON DELETE CASCADE,
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL
);
CREATE INDEX operator_sessions_operator ON operator_sessions (operator_id);

-- Who changed what, newest with the highest number. before and after are the JSON of objects, or
-- null; secrets are in neither. An app that is gone, or stands in the file, has changes too, so
-- nothing here refers to apps.
CREATE TABLE changes (
    n       INTEGER PRIMARY KEY AUTOINCREMENT,
    at      BIGINT NOT NULL,
    actor   TEXT NOT NULL,
    address TEXT,
    app_id  TEXT,
    what    TEXT NOT NULL,
    before  TEXT,
    after   TEXT,
    reverts BIGINT
);
CREATE INDEX changes_app ON changes (app_id, n);
