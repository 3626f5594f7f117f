//! Table `firsts`: when an app saw its first connection, subscription, event and presence member.

use crate::error::StoreError;
use crate::{Store, UnixMillis};

impl Store {
    /// Notes that an app saw something. Whether that was the first time: later ones change nothing.
    pub async fn note_first(
        &self,
        app: &str,
        what: &str,
        at: UnixMillis,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.write().await?;
        let noted = sqlx::query(
            "INSERT INTO firsts (app_id, what, at) VALUES ($1, $2, $3) \
             ON CONFLICT (app_id, what) DO NOTHING",
        )
        .bind(app)
        .bind(what)
        .bind(at)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(noted.rows_affected() > 0)
    }

    /// What an app has seen, and when for the first time.
    pub async fn firsts(&self, app: &str) -> Result<Vec<(String, UnixMillis)>, StoreError> {
        let rows =
            sqlx::query_as("SELECT what, at FROM firsts WHERE app_id = $1 ORDER BY at, what");
        Ok(rows.bind(app).fetch_all(&self.reads).await?)
    }
}
