-- What must outlive the process beside what people write: what the back ends of apps are owed
-- (docs/protocol.md section 7), what they were told so far, and the last events of cache channels.
-- Apps of the configuration file have no row in apps, so nothing here refers to it.

-- In the order of their ids, which is the order of each channel. AUTOINCREMENT, so that an id is
-- never used again. An event leaves the table once it is part of deliveries.
CREATE TABLE owed_events (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    app_id  TEXT NOT NULL,
    channel TEXT NOT NULL,
    name    TEXT NOT NULL,
    event   TEXT NOT NULL,
    time_ms BIGINT NOT NULL
);

-- The channels whose last event of the two was channel_occupied.
CREATE TABLE told_channels (
    app_id  TEXT NOT NULL,
    channel TEXT NOT NULL,
    PRIMARY KEY (app_id, channel)
) WITHOUT ROWID;

-- The members whose last event of the two was member_added.
CREATE TABLE told_members (
    app_id  TEXT NOT NULL,
    channel TEXT NOT NULL,
    user_id TEXT NOT NULL,
    PRIMARY KEY (app_id, channel, user_id)
) WITHOUT ROWID;

CREATE TABLE cached_events (
    app_id     TEXT NOT NULL,
    channel    TEXT NOT NULL,
    event      TEXT NOT NULL,
    data       TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (app_id, channel)
) WITHOUT ROWID;
