//! Table `stats`: what apps did, in steps of time. What the counters are is its user's business.

use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, Row};

use crate::error::StoreError;
use crate::{Store, UnixMillis};

/// What an app did within one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatsRow {
    /// Whose.
    pub app_id: String,
    /// How long the step is, in seconds.
    pub step: u32,
    /// When it began.
    pub at: UnixMillis,
    /// The counters, as JSON.
    pub counters: String,
}

impl Store {
    /// Writes steps down; one that was written already is replaced.
    pub async fn write_stats(&self, rows: &[StatsRow]) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        for row in rows {
            sqlx::query(
                "INSERT INTO stats (app_id, step, at, counters) VALUES ($1, $2, $3, $4) \
                 ON CONFLICT (app_id, step, at) DO UPDATE SET counters = excluded.counters",
            )
            .bind(&row.app_id)
            .bind(row.step)
            .bind(row.at)
            .bind(&row.counters)
            .execute(&mut *transaction)
            .await?;
        }
        Ok(transaction.commit().await?)
    }

    /// The steps of that length that began at `from` or later and before `to`, oldest first.
    pub async fn stats(
        &self,
        app: &str,
        step: u32,
        from: UnixMillis,
        to: UnixMillis,
    ) -> Result<Vec<StatsRow>, StoreError> {
        let rows = sqlx::query_as(
            "SELECT app_id, step, at, counters FROM stats \
             WHERE app_id = $1 AND step = $2 AND at >= $3 AND at < $4 ORDER BY at",
        );
        Ok(rows.bind(app).bind(step).bind(from).bind(to).fetch_all(&self.reads).await?)
    }

    /// Forgets the steps of that length that began before a moment.
    pub async fn forget_stats(&self, step: u32, before: UnixMillis) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        sqlx::query("DELETE FROM stats WHERE step = $1 AND at < $2")
            .bind(step)
            .bind(before)
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }
}

impl FromRow<'_, SqliteRow> for StatsRow {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            app_id: row.try_get(0)?,
            step: row.try_get(1)?,
            at: row.try_get(2)?,
            counters: row.try_get(3)?,
        })
    }
}
