//! Tables `owed_events`, `told_channels`, `told_members` and `cached_events`: what a node has written
//! down before it showed it to anybody.
//!
//! A batch is written whole or not at all, so that what receivers were told and what they are owed
//! never disagree. How an event is delivered and how often is not known here.

use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, Row, Sqlite, Transaction};

use crate::error::StoreError;
use crate::{Store, UnixMillis};

/// Something to write down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JournalEntry {
    /// An event that an app's back end is to be told.
    Owed(NewOwedEvent),
    /// The last event of a cache channel.
    Cached(CachedEvent),
    /// What a receiver was told of such things does not count any more.
    Forgotten {
        /// Whose.
        app: String,
        /// Of what.
        class: ToldClass,
    },
    /// The same for one channel.
    Untold {
        /// Whose.
        app: String,
        /// Where.
        channel: String,
        /// Of what.
        class: ToldClass,
    },
    /// A channel's cached event is no more.
    Uncached {
        /// Whose.
        app: String,
        /// Where.
        channel: String,
    },
}

/// An event that is owed, before it has an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewOwedEvent {
    /// Whose.
    pub app: String,
    /// Where it happened.
    pub channel: String,
    /// Its name.
    pub name: String,
    /// All of it, as JSON.
    pub event: String,
    /// When it happened.
    pub time_ms: UnixMillis,
    /// What its receiver knows after it.
    pub told: Told,
}

/// What the receiver of an event knows after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// Nothing that lasts.
    Nothing,
    /// The channel is occupied.
    Occupied,
    /// The channel is not occupied.
    Vacated,
    /// This user is a member.
    Added(String),
    /// This user is no member.
    Removed(String),
}

/// Of what a receiver is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ToldClass {
    /// Which channels are occupied.
    Channels,
    /// Who is a member.
    Members,
}

/// An event that is owed, as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwedEvent {
    /// Later ones have higher ones.
    pub id: i64,
    /// Whose.
    pub app_id: String,
    /// Where it happened.
    pub channel: String,
    /// Its name.
    pub name: String,
    /// All of it, as JSON.
    pub event: String,
    /// When it happened.
    pub time_ms: UnixMillis,
}

/// How much an app is owed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwedOfApp {
    /// Whose.
    pub app_id: String,
    /// So many events.
    pub events: usize,
    /// So many bytes of JSON.
    pub bytes: usize,
}

/// What receivers were told of a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldRow {
    /// Whose.
    pub app_id: String,
    /// Which.
    pub channel: String,
    /// That this user is a member; without one, that the channel is occupied.
    pub user_id: Option<String>,
}

/// The last event of a cache channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CachedEvent {
    /// Whose.
    pub app_id: String,
    /// Where.
    pub channel: String,
    /// The event's name.
    pub event: String,
    /// The event's data.
    pub data: String,
    /// Until when it is kept.
    pub expires_at: UnixMillis,
}

impl Store {
    /// Writes all of these down, in their order, or none.
    pub async fn write_journal(&self, entries: &[JournalEntry]) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        for entry in entries {
            write(&mut transaction, entry).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// The first events that are owed and have a higher id than `after`.
    pub async fn owed_events(&self, after: i64, most: u32) -> Result<Vec<OwedEvent>, StoreError> {
        let events = sqlx::query_as(
            "SELECT id, app_id, channel, name, event, time_ms FROM owed_events \
             WHERE id > $1 ORDER BY id LIMIT $2",
        )
        .bind(after)
        .bind(most);
        Ok(events.fetch_all(&self.reads).await?)
    }

    /// How much each app is owed.
    pub async fn owed_of_apps(&self) -> Result<Vec<OwedOfApp>, StoreError> {
        let rows: Vec<(String, i64, i64)> = sqlx::query_as(
            "SELECT app_id, count(*), sum(octet_length(event)) FROM owed_events GROUP BY app_id",
        )
        .fetch_all(&self.reads)
        .await?;
        let size = |number: i64| usize::try_from(number).unwrap_or_default();
        let owed = |(app_id, events, bytes)| OwedOfApp {
            app_id,
            events: size(events),
            bytes: size(bytes),
        };
        Ok(rows.into_iter().map(owed).collect())
    }

    /// What receivers were told so far, of all channels.
    pub async fn told(&self) -> Result<Vec<ToldRow>, StoreError> {
        let rows = sqlx::query_as(
            "SELECT app_id, channel, NULL AS user_id FROM told_channels \
             UNION ALL SELECT app_id, channel, user_id FROM told_members",
        );
        Ok(rows.fetch_all(&self.reads).await?)
    }

    /// The cached events that have not expired.
    pub async fn cached_events(&self, now: UnixMillis) -> Result<Vec<CachedEvent>, StoreError> {
        let rows = sqlx::query_as(
            "SELECT app_id, channel, event, data, expires_at FROM cached_events \
             WHERE expires_at > $1",
        );
        Ok(rows.bind(now).fetch_all(&self.reads).await?)
    }
}

async fn write(
    transaction: &mut Transaction<'_, Sqlite>,
    entry: &JournalEntry,
) -> Result<(), sqlx::Error> {
    match entry {
        JournalEntry::Owed(owed) => {
            insert_owed(transaction, owed).await?;
            tell(transaction, owed).await
        }
        JournalEntry::Forgotten { app, class } => forget(transaction, app, *class).await,
        JournalEntry::Untold { app, channel, class } => {
            let statement = match class {
                ToldClass::Channels => VACATED,
                ToldClass::Members => EMPTIED,
            };
            on_channel(transaction, statement, app, channel).await
        }
        JournalEntry::Cached(cached) => cache(transaction, cached).await,
        JournalEntry::Uncached { app, channel } => {
            on_channel(transaction, UNCACHE, app, channel).await
        }
    }
}

async fn insert_owed(
    transaction: &mut Transaction<'_, Sqlite>,
    owed: &NewOwedEvent,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO owed_events (app_id, channel, name, event, time_ms) \
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(&owed.app)
    .bind(&owed.channel)
    .bind(&owed.name)
    .bind(&owed.event)
    .bind(owed.time_ms)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

async fn tell(
    transaction: &mut Transaction<'_, Sqlite>,
    owed: &NewOwedEvent,
) -> Result<(), sqlx::Error> {
    let NewOwedEvent { app, channel, .. } = owed;
    match &owed.told {
        Told::Nothing => Ok(()),
        Told::Occupied => on_channel(transaction, OCCUPIED, app, channel).await,
        Told::Vacated => on_channel(transaction, VACATED, app, channel).await,
        Told::Added(user) => on_member(transaction, ADDED, owed, user).await,
        Told::Removed(user) => on_member(transaction, REMOVED, owed, user).await,
    }
}

async fn forget(
    transaction: &mut Transaction<'_, Sqlite>,
    app: &str,
    class: ToldClass,
) -> Result<(), sqlx::Error> {
    let statement = match class {
        ToldClass::Channels => "DELETE FROM told_channels WHERE app_id = $1",
        ToldClass::Members => "DELETE FROM told_members WHERE app_id = $1",
    };
    sqlx::query(statement).bind(app).execute(&mut **transaction).await?;
    Ok(())
}

async fn on_channel(
    transaction: &mut Transaction<'_, Sqlite>,
    statement: &'static str,
    app: &str,
    channel: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query(statement).bind(app).bind(channel).execute(&mut **transaction).await?;
    Ok(())
}

async fn on_member(
    transaction: &mut Transaction<'_, Sqlite>,
    statement: &'static str,
    owed: &NewOwedEvent,
    user: &str,
) -> Result<(), sqlx::Error> {
    let statement = sqlx::query(statement).bind(&owed.app).bind(&owed.channel).bind(user);
    statement.execute(&mut **transaction).await?;
    Ok(())
}

async fn cache(
    transaction: &mut Transaction<'_, Sqlite>,
    cached: &CachedEvent,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO cached_events (app_id, channel, event, data, expires_at) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (app_id, channel) DO UPDATE \
         SET event = excluded.event, data = excluded.data, expires_at = excluded.expires_at",
    )
    .bind(&cached.app_id)
    .bind(&cached.channel)
    .bind(&cached.event)
    .bind(&cached.data)
    .bind(cached.expires_at)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

impl FromRow<'_, SqliteRow> for OwedEvent {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get(0)?,
            app_id: row.try_get(1)?,
            channel: row.try_get(2)?,
            name: row.try_get(3)?,
            event: row.try_get(4)?,
            time_ms: row.try_get(5)?,
        })
    }
}

impl FromRow<'_, SqliteRow> for ToldRow {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        let (app_id, channel, user_id) = FromRow::from_row(row)?;
        Ok(Self { app_id, channel, user_id })
    }
}

impl FromRow<'_, SqliteRow> for CachedEvent {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            app_id: row.try_get(0)?,
            channel: row.try_get(1)?,
            event: row.try_get(2)?,
            data: row.try_get(3)?,
            expires_at: row.try_get(4)?,
        })
    }
}

const OCCUPIED: &str =
    "INSERT INTO told_channels (app_id, channel) VALUES ($1, $2) ON CONFLICT DO NOTHING";
const VACATED: &str = "DELETE FROM told_channels WHERE app_id = $1 AND channel = $2";
const ADDED: &str = "INSERT INTO told_members (app_id, channel, user_id) VALUES ($1, $2, $3) \
                     ON CONFLICT DO NOTHING";
const REMOVED: &str =
    "DELETE FROM told_members WHERE app_id = $1 AND channel = $2 AND user_id = $3";
const EMPTIED: &str = "DELETE FROM told_members WHERE app_id = $1 AND channel = $2";
const UNCACHE: &str = "DELETE FROM cached_events WHERE app_id = $1 AND channel = $2";
