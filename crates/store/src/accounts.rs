//! Tables `accounts` and `name_keys`: one row per person, found by any comparison key of the name.

use sqlx::{Sqlite, Transaction};

use crate::error::StoreError;
use crate::{Store, UnixMillis};

/// A name unused for so long may be claimed anew (status.md section 0): 30 days.
pub const NAME_UNUSED_MS: i64 = 30 * DAY_MS;

/// An account's number. It never names another account, even after a deletion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AccountId(pub i64);

/// A person as stored; the status is the one that everybody sees.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// Its number.
    pub id: AccountId,
    /// The name as its owner wrote it: the `user_id` of the member.
    pub name: String,
    /// The current status, plain text.
    pub status: String,
    /// How many times the status was written; it only grows.
    pub rev: u64,
    /// When the status was written.
    pub updated_at: UnixMillis,
}

/// Names and statuses stay out of logs (status.md S15).
impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account")
            .field("id", &self.id)
            .field("rev", &self.rev)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// The account whose name is exactly `name`, for a caller that knows it from a member's id.
    pub async fn account(&self, name: &str) -> Result<Option<Account>, StoreError> {
        let row = sqlx::query_as::<_, AccountColumns>(
            "SELECT id, name, status, rev, updated_at FROM accounts WHERE name = $1",
        )
        .bind(name)
        .fetch_optional(&self.reads)
        .await?;
        Ok(row.map(account))
    }
}

/// The columns of an [`Account`], in the order of its fields.
pub(crate) type AccountColumns = (i64, String, String, i64, i64);

pub(crate) fn account((id, name, status, rev, updated_at): AccountColumns) -> Account {
    Account { id: AccountId(id), name, status, rev: rev.cast_unsigned(), updated_at }
}

/// An account that shares a comparison key with some name.
pub(crate) struct Namesake {
    pub(crate) account: Account,
    pub(crate) last_used_at: UnixMillis,
}

/// All accounts that have any of these comparison keys, in the order of the keys.
pub(crate) async fn namesakes(
    transaction: &mut Transaction<'_, Sqlite>,
    name_keys: &[String],
) -> Result<Vec<Namesake>, sqlx::Error> {
    let mut found: Vec<Namesake> = Vec::new();
    for key in name_keys {
        if let Some(namesake) = namesake(transaction, key).await?
            && found.iter().all(|other| other.account.id != namesake.account.id)
        {
            found.push(namesake);
        }
    }
    Ok(found)
}

async fn namesake(
    transaction: &mut Transaction<'_, Sqlite>,
    key: &str,
) -> Result<Option<Namesake>, sqlx::Error> {
    let row = sqlx::query_as::<_, (i64, String, String, i64, i64, i64)>(
        "SELECT id, name, status, rev, updated_at, last_used_at FROM accounts \
         WHERE id = (SELECT account_id FROM name_keys WHERE key = $1)",
    )
    .bind(key)
    .fetch_optional(&mut **transaction)
    .await?;
    Ok(row.map(|(id, name, status, rev, updated_at, last_used_at)| Namesake {
        account: account((id, name, status, rev, updated_at)),
        last_used_at,
    }))
}

/// What a new account starts with.
pub(crate) struct NewAccount<'a> {
    pub(crate) name: &'a str,
    pub(crate) name_keys: &'a [String],
    pub(crate) status: &'a str,
    pub(crate) rev: u64,
}

pub(crate) async fn insert(
    transaction: &mut Transaction<'_, Sqlite>,
    new: &NewAccount<'_>,
    now: UnixMillis,
) -> Result<Account, sqlx::Error> {
    let columns = sqlx::query_as::<_, AccountColumns>(
        "INSERT INTO accounts (name, status, rev, updated_at, last_used_at) \
         VALUES ($1, $2, $3, $4, $4) RETURNING id, name, status, rev, updated_at",
    )
    .bind(new.name)
    .bind(new.status)
    .bind(new.rev.cast_signed())
    .bind(now)
    .fetch_one(&mut **transaction)
    .await?;
    let account = account(columns);
    for key in new.name_keys {
        insert_name_key(transaction, key, account.id).await?;
    }
    Ok(account)
}

async fn insert_name_key(
    transaction: &mut Transaction<'_, Sqlite>,
    key: &str,
    account: AccountId,
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO name_keys (key, account_id) VALUES ($1, $2)")
        .bind(key)
        .bind(account.0)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// Deletes an account; its sessions, mutations and keys of both kinds go with it.
pub(crate) async fn delete(
    transaction: &mut Transaction<'_, Sqlite>,
    id: AccountId,
) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM accounts WHERE id = $1")
        .bind(id.0)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// Notes that the account was used, which keeps its name from being claimed anew.
pub(crate) async fn touch(
    transaction: &mut Transaction<'_, Sqlite>,
    id: AccountId,
    now: UnixMillis,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE accounts SET last_used_at = $2 WHERE id = $1")
        .bind(id.0)
        .bind(now)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

pub(crate) const DAY_MS: i64 = 24 * 60 * 60 * 1000;
