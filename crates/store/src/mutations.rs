//! Table `mutations`: what a status write answered, kept so that a retry gets the same answer
//! (status.md R15).

use sqlx::{Executor, Sqlite, Transaction};

use crate::accounts::AccountId;
use crate::error::StoreError;
use crate::status::StatusRow;
use crate::{Store, UnixMillis};

/// A mutation is remembered for so long: 10 minutes.
pub const MUTATION_MS: i64 = 10 * 60 * 1000;

impl Store {
    /// What the write of that name answered, if it is remembered.
    pub async fn mutation(
        &self,
        account: AccountId,
        mutation: &str,
        now: UnixMillis,
    ) -> Result<Option<StatusRow>, StoreError> {
        Ok(find(&self.reads, account, mutation, now).await?)
    }
}

pub(crate) async fn find(
    database: impl Executor<'_, Database = Sqlite>,
    account: AccountId,
    mutation: &str,
    now: UnixMillis,
) -> Result<Option<StatusRow>, sqlx::Error> {
    let row = sqlx::query_as::<_, (String, i64, i64)>(
        "SELECT text, rev, updated_at FROM mutations \
         WHERE account_id = $1 AND mutation_id = $2 AND created_at > $3",
    )
    .bind(account.0)
    .bind(mutation)
    .bind(now - MUTATION_MS)
    .fetch_optional(database)
    .await?;
    Ok(row.map(|(text, rev, updated_at)| StatusRow { text, rev: rev.cast_unsigned(), updated_at }))
}

/// Remembers an answer. An expired one under the same id gives way.
pub(crate) async fn insert(
    transaction: &mut Transaction<'_, Sqlite>,
    account: AccountId,
    mutation: &str,
    answer: &StatusRow,
    now: UnixMillis,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO mutations \
         (account_id, mutation_id, text, rev, updated_at, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (account_id, mutation_id) DO UPDATE SET text = excluded.text, \
         rev = excluded.rev, updated_at = excluded.updated_at, created_at = excluded.created_at",
    )
    .bind(account.0)
    .bind(mutation)
    .bind(&answer.text)
    .bind(answer.rev.cast_signed())
    .bind(answer.updated_at)
    .bind(now)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}
