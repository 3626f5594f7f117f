-- What the console shows of the past: errors, firsts, and counters over time.

-- When an app saw something for the first time; what is one of connection, subscription, event and
-- presence.
CREATE TABLE firsts (
    app_id TEXT NOT NULL,
    what   TEXT NOT NULL,
    at     BIGINT NOT NULL,
    PRIMARY KEY (app_id, what)
) WITHOUT ROWID;

-- Errors that are alike, by what they are and what was said. sample is JSON, of the last one.
CREATE TABLE error_groups (
    app_id   TEXT NOT NULL,
    kind     TEXT NOT NULL,
    message  TEXT NOT NULL,
    code     BIGINT,
    count    BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at  BIGINT NOT NULL,
    sample   TEXT NOT NULL,
    PRIMARY KEY (app_id, kind, message)
) WITHOUT ROWID;
CREATE INDEX error_groups_last ON error_groups (app_id, last_at);

-- How many errors an app had, by minute, for the hour that a card shows.
CREATE TABLE error_minutes (
    app_id TEXT NOT NULL,
    at     BIGINT NOT NULL,
    count  BIGINT NOT NULL,
    PRIMARY KEY (app_id, at)
) WITHOUT ROWID;

-- What an app did within step seconds from at on; counters is JSON. A step that is missing is one in
-- which no server ran.
CREATE TABLE stats (
    app_id   TEXT NOT NULL,
    step     BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    counters TEXT NOT NULL,
    PRIMARY KEY (app_id, step, at)
) WITHOUT ROWID;
