-- How what is owed gets to the endpoints of apps (docs/webhooks.md). An endpoint is an app and a URL.

-- Events that an endpoint is owed and that are in no delivery yet. The id is the one that the event
-- had in owed_events.
CREATE TABLE waiting_events (
    app_id   TEXT NOT NULL,
    url      TEXT NOT NULL,
    event_id BIGINT NOT NULL,
    channel  TEXT NOT NULL,
    event    TEXT NOT NULL,
    PRIMARY KEY (app_id, url, event_id)
) WITHOUT ROWID;

-- Requests that were not taken yet, oldest first. events is the JSON of the array, time_ms stands in
-- the body beside it. state is 0 while the delivery is tried, 1 when it was given up, and 2 when
-- somebody wants it tried again.
CREATE TABLE deliveries (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    id       TEXT NOT NULL UNIQUE,
    app_id   TEXT NOT NULL,
    url      TEXT NOT NULL,
    events   TEXT NOT NULL,
    count    BIGINT NOT NULL,
    time_ms  BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    problem  TEXT NOT NULL,
    state    BIGINT NOT NULL,
    ended_at BIGINT NOT NULL
);
CREATE INDEX deliveries_state ON deliveries (state, app_id, position);

-- An app that is behind is passed over, and later taken up where it was left.
CREATE INDEX owed_events_app ON owed_events (app_id, id);
