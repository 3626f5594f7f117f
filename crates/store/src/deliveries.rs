//! Tables `waiting_events` and `deliveries`, as they are read: what endpoints are still owed, and
//! what was given up. How they change is in `delivery_entries.rs`.

use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, Row};

use crate::error::StoreError;
use crate::journal::OwedEvent;
use crate::{Store, UnixMillis};

/// A delivery that was given up is kept for so long: seven days.
pub const GIVEN_UP_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// A request that an endpoint has not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its name, the same for each attempt.
    pub id: String,
    /// Whose.
    pub app_id: String,
    /// Where to.
    pub url: String,
    /// The array of events, as JSON.
    pub events: String,
    /// How many they are.
    pub count: u32,
    /// The time in its body.
    pub time_ms: UnixMillis,
    /// How often it was tried.
    pub attempts: u32,
}

/// How a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// It is tried.
    Waiting,
    /// It is not tried any longer.
    GivenUp,
    /// Somebody wants it tried again.
    Wanted,
}

/// A delivery, and how it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedDelivery {
    /// What is or was tried.
    pub delivery: Delivery,
    /// How it stands.
    pub state: DeliveryState,
    /// What came of the last attempt; empty before one ended.
    pub problem: String,
}

/// An event that an endpoint is owed, and that is in no delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingEvent {
    /// Whose.
    pub app_id: String,
    /// Where to.
    pub url: String,
    /// Later ones have higher ones; one event may wait for several endpoints.
    pub event_id: i64,
    /// Where it happened.
    pub channel: String,
    /// All of it, as JSON.
    pub event: String,
}

impl Store {
    /// The first events that an app is owed and that have a higher id than `after`.
    pub async fn owed_events_of(
        &self,
        app: &str,
        after: i64,
        most: u32,
    ) -> Result<Vec<OwedEvent>, StoreError> {
        let events = sqlx::query_as(
            "SELECT id, app_id, channel, name, event, time_ms FROM owed_events \
             WHERE app_id = $1 AND id > $2 ORDER BY id LIMIT $3",
        );
        Ok(events.bind(app).bind(after).bind(most).fetch_all(&self.reads).await?)
    }

    /// All events that endpoints are owed and that are in no delivery, oldest first.
    pub async fn waiting_events(&self) -> Result<Vec<WaitingEvent>, StoreError> {
        let rows = sqlx::query_as(
            "SELECT app_id, url, event_id, channel, event FROM waiting_events ORDER BY event_id",
        );
        Ok(rows.fetch_all(&self.reads).await?)
    }

    /// All deliveries that are tried, oldest first.
    pub async fn waiting_deliveries(&self) -> Result<Vec<Delivery>, StoreError> {
        let rows = sqlx::query_as(
            "SELECT id, app_id, url, events, count, time_ms, attempts FROM deliveries \
             WHERE state = 0 ORDER BY position",
        );
        Ok(rows.fetch_all(&self.reads).await?)
    }

    /// The first deliveries that somebody wants tried again.
    pub async fn wanted_deliveries(&self, most: u32) -> Result<Vec<Delivery>, StoreError> {
        let rows = sqlx::query_as(
            "SELECT id, app_id, url, events, count, time_ms, attempts FROM deliveries \
             WHERE state = 2 ORDER BY app_id, position LIMIT $1",
        );
        Ok(rows.bind(most).fetch_all(&self.reads).await?)
    }

    /// Deliveries that have not arrived, the newest first; those of one app, if one is named.
    pub async fn deliveries(
        &self,
        app: Option<&str>,
        most: u32,
    ) -> Result<Vec<ListedDelivery>, StoreError> {
        let rows = sqlx::query_as(
            "SELECT id, app_id, url, events, count, time_ms, attempts, problem, state \
             FROM deliveries WHERE $1 IS NULL OR app_id = $1 ORDER BY position DESC LIMIT $2",
        );
        Ok(rows.bind(app).bind(most).fetch_all(&self.reads).await?)
    }

    /// Has what was given up tried again: one delivery, or all, or all of an app. Says how many.
    pub async fn resend(&self, id: Option<&str>, app: Option<&str>) -> Result<u64, StoreError> {
        let mut transaction = self.write().await?;
        let changed = sqlx::query(
            "UPDATE deliveries SET state = 2 WHERE state = 1 \
             AND ($1 IS NULL OR id = $1) AND ($2 IS NULL OR app_id = $2)",
        )
        .bind(id)
        .bind(app)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(changed.rows_affected())
    }
}

impl FromRow<'_, SqliteRow> for Delivery {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get(0)?,
            app_id: row.try_get(1)?,
            url: row.try_get(2)?,
            events: row.try_get(3)?,
            count: row.try_get(4)?,
            time_ms: row.try_get(5)?,
            attempts: row.try_get(6)?,
        })
    }
}

impl FromRow<'_, SqliteRow> for ListedDelivery {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            delivery: Delivery::from_row(row)?,
            problem: row.try_get(7)?,
            state: match row.try_get(8)? {
                0 => DeliveryState::Waiting,
                1 => DeliveryState::GivenUp,
                _ => DeliveryState::Wanted,
            },
        })
    }
}

impl FromRow<'_, SqliteRow> for WaitingEvent {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            app_id: row.try_get(0)?,
            url: row.try_get(1)?,
            event_id: row.try_get(2)?,
            channel: row.try_get(3)?,
            event: row.try_get(4)?,
        })
    }
}
