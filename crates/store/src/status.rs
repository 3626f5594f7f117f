//! Writing a status: the one operation on `accounts` that needs `mutations` to agree with it.

use sqlx::{Sqlite, Transaction};

use crate::accounts::AccountId;
use crate::error::StoreError;
use crate::{Store, UnixMillis, mutations, purge};

/// A status to be written, checked and normalised by the caller.
#[derive(Clone)]
pub struct StatusWrite {
    /// Whose.
    pub account: AccountId,
    /// The new text.
    pub text: String,
    /// The caller's name for this write: a retry under it gets the first answer.
    pub mutation_id: Option<String>,
    /// Write only if this is still the revision.
    pub if_rev: Option<u64>,
}

/// A status and its revision.
#[derive(Clone, PartialEq, Eq)]
pub struct StatusRow {
    /// The text.
    pub text: String,
    /// Its revision.
    pub rev: u64,
    /// When it was written.
    pub updated_at: UnixMillis,
}

/// Statuses stay out of logs (status.md S15).
impl std::fmt::Debug for StatusRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "StatusRow(rev {}, {} bytes)", self.rev, self.text.len())
    }
}

/// How a write ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// Stored, under a new revision.
    Saved(StatusRow),
    /// This mutation was stored before: its first answer.
    Replayed(StatusRow),
    /// `if_rev` is not the revision; this is the current one (status.md R14).
    Conflict(StatusRow),
    /// The account is no more.
    Gone,
}

impl Store {
    /// Writes a status durably: revision plus one, at `now` (status.md R13 to R15).
    pub async fn write_status(
        &self,
        write: &StatusWrite,
        now: UnixMillis,
    ) -> Result<Written, StoreError> {
        let mut transaction = self.write().await?;
        let written = write_in(&mut transaction, write, now).await?;
        transaction.commit().await?;
        Ok(written)
    }
}

async fn write_in(
    transaction: &mut Transaction<'_, Sqlite>,
    write: &StatusWrite,
    now: UnixMillis,
) -> Result<Written, sqlx::Error> {
    if let Some(mutation) = &write.mutation_id
        && let Some(first) =
            mutations::find(&mut **transaction, write.account, mutation, now).await?
    {
        return Ok(Written::Replayed(first));
    }
    let Some(current) = current(transaction, write.account).await? else {
        return Ok(Written::Gone);
    };
    if write.if_rev.is_some_and(|rev| rev != current.rev) {
        return Ok(Written::Conflict(current));
    }
    let saved = set(transaction, write.account, &write.text, now).await?;
    if let Some(mutation) = &write.mutation_id {
        purge::mutations(transaction, now).await?;
        mutations::insert(transaction, write.account, mutation, &saved, now).await?;
    }
    Ok(Written::Saved(saved))
}

async fn current(
    transaction: &mut Transaction<'_, Sqlite>,
    account: AccountId,
) -> Result<Option<StatusRow>, sqlx::Error> {
    let row = sqlx::query_as::<_, (String, i64, i64)>(
        "SELECT status, rev, updated_at FROM accounts WHERE id = $1",
    )
    .bind(account.0)
    .fetch_optional(&mut **transaction)
    .await?;
    Ok(row.map(status_row))
}

/// Sets the status of an account that exists.
pub(crate) async fn set(
    transaction: &mut Transaction<'_, Sqlite>,
    account: AccountId,
    text: &str,
    now: UnixMillis,
) -> Result<StatusRow, sqlx::Error> {
    let row = sqlx::query_as::<_, (String, i64, i64)>(
        "UPDATE accounts SET status = $2, rev = rev + 1, updated_at = $3, last_used_at = $3 \
         WHERE id = $1 RETURNING status, rev, updated_at",
    )
    .bind(account.0)
    .bind(text)
    .bind(now)
    .fetch_one(&mut **transaction)
    .await?;
    Ok(status_row(row))
}

fn status_row((text, rev, updated_at): (String, i64, i64)) -> StatusRow {
    StatusRow { text, rev: rev.cast_unsigned(), updated_at }
}

impl From<&crate::Account> for StatusRow {
    fn from(account: &crate::Account) -> Self {
        Self { text: account.status.clone(), rev: account.rev, updated_at: account.updated_at }
    }
}
