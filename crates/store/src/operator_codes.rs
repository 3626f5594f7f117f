//! Table `operator_codes`: the one-time code with which an operator is set up (docs/console.md
//! section 1). Only its hash is stored, and there is one at most.

use sqlx::{Sqlite, Transaction};

use crate::error::StoreError;
use crate::{Store, TokenHash, UnixMillis};

/// A code is good for so long: 60 minutes.
pub const CODE_MS: i64 = 60 * 60 * 1000;

impl Store {
    /// Makes this the code; the one before is good for nothing any more.
    pub async fn replace_code(&self, code: &TokenHash, now: UnixMillis) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        forget(&mut transaction).await?;
        sqlx::query(
            "INSERT INTO operator_codes (code_hash, created_at, expires_at) VALUES ($1, $2, $3)",
        )
        .bind(&code.0[..])
        .bind(now)
        .bind(now + CODE_MS)
        .execute(&mut *transaction)
        .await?;
        Ok(transaction.commit().await?)
    }

    /// Whether the code would be taken now. Only [`Store::set_up`] takes it.
    pub async fn is_code(&self, code: &TokenHash, now: UnixMillis) -> Result<bool, StoreError> {
        let found: Option<i64> = sqlx::query_scalar(
            "SELECT created_at FROM operator_codes WHERE code_hash = $1 AND expires_at > $2",
        )
        .bind(&code.0[..])
        .bind(now)
        .fetch_optional(&self.reads)
        .await?;
        Ok(found.is_some())
    }
}

/// Makes the code, if there is one, good for nothing.
pub(crate) async fn forget(transaction: &mut Transaction<'_, Sqlite>) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM operator_codes").execute(&mut **transaction).await?;
    Ok(())
}

/// Uses a code up; `false` if it is none, or was used or has expired.
pub(crate) async fn take(
    transaction: &mut Transaction<'_, Sqlite>,
    code: &TokenHash,
    now: UnixMillis,
) -> Result<bool, sqlx::Error> {
    let taken = sqlx::query("DELETE FROM operator_codes WHERE code_hash = $1 AND expires_at > $2")
        .bind(&code.0[..])
        .bind(now)
        .execute(&mut **transaction)
        .await?;
    Ok(taken.rows_affected() > 0)
}
