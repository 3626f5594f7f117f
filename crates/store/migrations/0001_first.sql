-- The first tables. A migration that was released is never edited: SQLite keeps its checksum and
-- refuses to start when it differs. Times are milliseconds since 1970 (UTC), tokens are SHA-256.

-- Apps made at run time; fixed apps live in the configuration file alone.
CREATE TABLE apps (
    id         TEXT PRIMARY KEY NOT NULL,
    name       TEXT NOT NULL,
    settings   TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE app_keys (
    key        TEXT PRIMARY KEY NOT NULL,
    app_id     TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
    secret     TEXT NOT NULL,
    position   BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (app_id, position)
);

-- AUTOINCREMENT, so that the id of a deleted account never names another one.
CREATE TABLE accounts (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    name         TEXT NOT NULL UNIQUE,
    status       TEXT NOT NULL,
    rev          BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL
);

-- What two names must not share: the comparison keys of each, computed by the status app.
CREATE TABLE name_keys (
    key        TEXT PRIMARY KEY NOT NULL,
    account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX name_keys_account ON name_keys (account_id);

CREATE TABLE web_sessions (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    token_hash   BLOB NOT NULL UNIQUE,
    account_id   BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL
);
CREATE INDEX web_sessions_account ON web_sessions (account_id);

-- One browser's key may own several accounts: a row per pair.
CREATE TABLE device_keys (
    key_hash   BLOB NOT NULL,
    account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    used_at    BIGINT NOT NULL,
    PRIMARY KEY (key_hash, account_id)
);
CREATE INDEX device_keys_account ON device_keys (account_id);

-- What a status write answered the first time, so that a retry gets the same answer.
CREATE TABLE mutations (
    account_id  BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    mutation_id TEXT NOT NULL,
    text        TEXT NOT NULL,
    rev         BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (account_id, mutation_id)
);
CREATE INDEX mutations_created ON mutations (created_at);
