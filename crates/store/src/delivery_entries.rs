//! Tables `waiting_events` and `deliveries`, as they change: by entries that are written together or
//! not at all, so that an event is always owed somewhere and never in two places.

use sqlx::{Sqlite, Transaction};

use crate::deliveries::Delivery;
use crate::error::StoreError;
use crate::{Store, UnixMillis};

/// The most deliveries of an app that were given up; older ones give way.
pub const MOST_GIVEN_UP: u32 = 1000;

/// A step of an event on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeliveryEntry {
    /// What is owed waits for this endpoint, too.
    Waits {
        /// The event.
        event: i64,
        /// The endpoint.
        url: String,
    },
    /// What is owed waits for all that are to get it.
    Spread {
        /// The event.
        event: i64,
    },
    /// Events that waited became a delivery.
    Made {
        /// The delivery.
        delivery: Delivery,
        /// The events.
        events: Vec<i64>,
    },
    /// The endpoint took it.
    Arrived {
        /// The delivery.
        id: String,
    },
    /// The endpoint did not take it.
    Failed {
        /// The delivery.
        id: String,
        /// How often it was tried.
        attempts: u32,
        /// What came of the last attempt.
        problem: String,
    },
    /// It is not tried any longer.
    GivenUp {
        /// The delivery.
        id: String,
        /// Whose.
        app: String,
        /// Since when.
        now: UnixMillis,
        /// Why, where no attempt says so.
        problem: Option<String>,
    },
    /// It is tried anew, with another time in its body.
    Renewed {
        /// The delivery.
        id: String,
        /// The time.
        time_ms: UnixMillis,
    },
}

impl Store {
    /// Writes all of these down, in their order, or none. Says how many deliveries that were given
    /// up are forgotten, since an app has too many.
    pub async fn write_deliveries(&self, entries: &[DeliveryEntry]) -> Result<u64, StoreError> {
        let mut transaction = self.write().await?;
        let mut forgotten = 0;
        for entry in entries {
            forgotten += write(&mut transaction, entry).await?;
        }
        transaction.commit().await?;
        Ok(forgotten)
    }
}

async fn write(
    transaction: &mut Transaction<'_, Sqlite>,
    entry: &DeliveryEntry,
) -> Result<u64, sqlx::Error> {
    let query = match entry {
        DeliveryEntry::Waits { event, url } => sqlx::query(WAITS).bind(event).bind(url),
        DeliveryEntry::Spread { event } => sqlx::query(SPREAD).bind(event),
        DeliveryEntry::Arrived { id } => sqlx::query(ARRIVED).bind(id),
        DeliveryEntry::Failed { id, attempts, problem } => {
            sqlx::query(FAILED).bind(id).bind(attempts).bind(problem)
        }
        DeliveryEntry::Renewed { id, time_ms } => sqlx::query(RENEWED).bind(id).bind(time_ms),
        DeliveryEntry::GivenUp { id, now, problem, .. } => {
            sqlx::query(GIVEN_UP).bind(id).bind(now).bind(problem)
        }
        DeliveryEntry::Made { delivery, .. } => made(delivery),
    };
    query.execute(&mut **transaction).await?;
    match entry {
        DeliveryEntry::Made { delivery, events } => {
            leave_lines(transaction, delivery, events).await.map(|()| 0)
        }
        DeliveryEntry::GivenUp { app, .. } => forget(transaction, app).await,
        _ => Ok(0),
    }
}

fn made(delivery: &Delivery) -> sqlx::query::Query<'_, Sqlite, sqlx::sqlite::SqliteArguments> {
    sqlx::query(MADE)
        .bind(&delivery.id)
        .bind(&delivery.app_id)
        .bind(&delivery.url)
        .bind(&delivery.events)
        .bind(delivery.count)
        .bind(delivery.time_ms)
        .bind(delivery.attempts)
}

async fn leave_lines(
    transaction: &mut Transaction<'_, Sqlite>,
    delivery: &Delivery,
    events: &[i64],
) -> Result<(), sqlx::Error> {
    for event in events {
        let left = sqlx::query(LEFT).bind(&delivery.app_id).bind(&delivery.url).bind(event);
        left.execute(&mut **transaction).await?;
    }
    Ok(())
}

async fn forget(transaction: &mut Transaction<'_, Sqlite>, app: &str) -> Result<u64, sqlx::Error> {
    let forgotten = sqlx::query(FORGET).bind(app).bind(MOST_GIVEN_UP);
    Ok(forgotten.execute(&mut **transaction).await?.rows_affected())
}

const WAITS: &str = "INSERT INTO waiting_events (app_id, url, event_id, channel, event) \
                     SELECT app_id, $2, id, channel, event FROM owed_events WHERE id = $1";
const SPREAD: &str = "DELETE FROM owed_events WHERE id = $1";
const MADE: &str = "INSERT INTO deliveries \
     (id, app_id, url, events, count, time_ms, attempts, problem, state, ended_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, '', 0, 0)";
const LEFT: &str = "DELETE FROM waiting_events WHERE app_id = $1 AND url = $2 AND event_id = $3";
const ARRIVED: &str = "DELETE FROM deliveries WHERE id = $1";
const FAILED: &str = "UPDATE deliveries SET attempts = $2, problem = $3 WHERE id = $1";
const GIVEN_UP: &str = "UPDATE deliveries SET state = 1, ended_at = $2, \
                        problem = coalesce($3, problem) WHERE id = $1";
const RENEWED: &str = "UPDATE deliveries SET state = 0, time_ms = $2 WHERE id = $1";
const FORGET: &str = "DELETE FROM deliveries WHERE position IN (SELECT position FROM deliveries \
                      WHERE state = 1 AND app_id = $1 ORDER BY position DESC LIMIT -1 OFFSET $2)";
