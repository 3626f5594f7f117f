//! Tables `error_groups` and `error_minutes`: what went wrong, grouped, and how often of late.

use std::collections::HashMap;

use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, Row, Sqlite, Transaction};

use crate::error::StoreError;
use crate::{Store, UnixMillis};

/// The most groups of an app that are kept; the ones seen last stay.
pub const MOST_ERROR_GROUPS: u32 = 200;

/// How long the errors of a minute are counted.
pub const ERROR_MINUTE_MS: i64 = 60 * 60 * 1000;

/// Errors of one app that are alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorGroupRow {
    /// Whose.
    pub app_id: String,
    /// What kind of error.
    pub kind: String,
    /// What was said of it.
    pub message: String,
    /// The code that went with it, if any.
    pub code: Option<u16>,
    /// How many.
    pub count: u64,
    /// When the first was seen.
    pub first_at: UnixMillis,
    /// When the last was seen.
    pub last_at: UnixMillis,
    /// The last of them, as JSON.
    pub sample: String,
}

impl Store {
    /// Adds errors to their groups: the counts are added up, the sample and the last moment are the
    /// newer ones.
    pub async fn add_errors(&self, groups: &[ErrorGroupRow]) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        for group in groups {
            add_group(&mut transaction, group).await?;
            add_minute(&mut transaction, group).await?;
        }
        let apps: HashMap<_, _> = groups.iter().map(|group| (&group.app_id, ())).collect();
        for app in apps.into_keys() {
            forget_surplus(&mut transaction, app).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// The groups of an app, or of all apps, that were seen last.
    pub async fn errors(
        &self,
        app: Option<&str>,
        most: u32,
    ) -> Result<Vec<ErrorGroupRow>, StoreError> {
        let rows = sqlx::query_as(
            "SELECT app_id, kind, message, code, count, first_at, last_at, sample \
             FROM error_groups WHERE $1 IS NULL OR app_id = $1 \
             ORDER BY last_at DESC, kind, message LIMIT $2",
        );
        Ok(rows.bind(app).bind(most).fetch_all(&self.reads).await?)
    }

    /// How many errors each app had since a moment, in whole minutes; those without are left out.
    pub async fn error_counts(
        &self,
        since: UnixMillis,
    ) -> Result<HashMap<String, u64>, StoreError> {
        let rows = sqlx::query_as::<_, (String, i64)>(
            "SELECT app_id, sum(count) FROM error_minutes WHERE at >= $1 GROUP BY app_id",
        );
        let rows = rows.bind(since).fetch_all(&self.reads).await?;
        Ok(rows.into_iter().map(|(app, count)| (app, count.unsigned_abs())).collect())
    }
}

async fn add_group(
    transaction: &mut Transaction<'_, Sqlite>,
    group: &ErrorGroupRow,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO error_groups (app_id, kind, message, code, count, first_at, last_at, sample) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
         ON CONFLICT (app_id, kind, message) DO UPDATE SET count = count + excluded.count, \
         code = excluded.code, last_at = excluded.last_at, sample = excluded.sample",
    )
    .bind(&group.app_id)
    .bind(&group.kind)
    .bind(&group.message)
    .bind(group.code)
    .bind(group.count.cast_signed())
    .bind(group.first_at)
    .bind(group.last_at)
    .bind(&group.sample)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

async fn add_minute(
    transaction: &mut Transaction<'_, Sqlite>,
    group: &ErrorGroupRow,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO error_minutes (app_id, at, count) VALUES ($1, $2, $3) \
         ON CONFLICT (app_id, at) DO UPDATE SET count = count + excluded.count",
    )
    .bind(&group.app_id)
    .bind(group.last_at - group.last_at.rem_euclid(MINUTE_MS))
    .bind(group.count.cast_signed())
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// Whoever varies what is said may make groups for ever.
async fn forget_surplus(
    transaction: &mut Transaction<'_, Sqlite>,
    app: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "DELETE FROM error_groups WHERE app_id = $1 AND (kind, message) IN \
         (SELECT kind, message FROM error_groups WHERE app_id = $1 \
          ORDER BY last_at DESC, kind, message LIMIT -1 OFFSET $2)",
    )
    .bind(app)
    .bind(MOST_ERROR_GROUPS)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

impl FromRow<'_, SqliteRow> for ErrorGroupRow {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            app_id: row.try_get(0)?,
            kind: row.try_get(1)?,
            message: row.try_get(2)?,
            code: row.try_get(3)?,
            count: row.try_get::<i64, _>(4)?.unsigned_abs(),
            first_at: row.try_get(5)?,
            last_at: row.try_get(6)?,
            sample: row.try_get(7)?,
        })
    }
}

const MINUTE_MS: i64 = 60_000;
