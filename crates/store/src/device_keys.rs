//! Table `device_keys`: which names a browser may sign in to again after signing out
//! (status.md section 0). A browser has one key, and the key may own several names.

use sqlx::{Sqlite, Transaction};

use crate::accounts::{AccountId, DAY_MS};
use crate::error::StoreError;
use crate::sessions::TokenHash;
use crate::{Store, UnixMillis};

/// A device key lives so long after its last use: 400 days, the most a browser keeps a cookie.
pub const DEVICE_KEY_MS: i64 = 400 * DAY_MS;
/// A browser takes so many of its names, the newest, along to a fresh key.
pub const NAMES_PER_DEVICE_KEY: i64 = 10;

impl Store {
    /// Forgets a device key: the browser that has it owns no name any more.
    pub async fn forget_device(&self, key: &TokenHash) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        sqlx::query("DELETE FROM device_keys WHERE key_hash = $1")
            .bind(&key.0[..])
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    /// The names that the browser with this key may sign in to, the one used last first.
    pub async fn names_of_device(
        &self,
        key: &TokenHash,
        now: UnixMillis,
    ) -> Result<Vec<String>, StoreError> {
        let names = sqlx::query_scalar(
            "SELECT a.name FROM device_keys k JOIN accounts a ON a.id = k.account_id \
             WHERE k.key_hash = $1 AND k.used_at > $2 \
             ORDER BY k.used_at DESC, k.account_id DESC LIMIT $3",
        )
        .bind(&key.0[..])
        .bind(now - DEVICE_KEY_MS)
        .bind(NAMES_PER_DEVICE_KEY)
        .fetch_all(&self.reads)
        .await?;
        Ok(names)
    }
}

/// Whether the key owns the account.
pub(crate) async fn owns(
    transaction: &mut Transaction<'_, Sqlite>,
    key: &TokenHash,
    account: AccountId,
    now: UnixMillis,
) -> Result<bool, sqlx::Error> {
    let found: Option<i64> = sqlx::query_scalar(
        "SELECT 1 FROM device_keys WHERE key_hash = $1 AND account_id = $2 AND used_at > $3",
    )
    .bind(&key.0[..])
    .bind(account.0)
    .bind(now - DEVICE_KEY_MS)
    .fetch_optional(&mut **transaction)
    .await?;
    Ok(found.is_some())
}

/// Gives the account to the key, or renews it.
pub(crate) async fn insert(
    transaction: &mut Transaction<'_, Sqlite>,
    key: &TokenHash,
    account: AccountId,
    now: UnixMillis,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO device_keys (key_hash, account_id, used_at) VALUES ($1, $2, $3) \
         ON CONFLICT (key_hash, account_id) DO UPDATE SET used_at = excluded.used_at",
    )
    .bind(&key.0[..])
    .bind(account.0)
    .bind(now)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// Lets a fresh key own what the browser's old key owns.
///
/// The old key is left as it is: it owns no name that is signed up from now on, so one that
/// somebody planted in the browser gains nothing, and a lost answer costs no older name.
pub(crate) async fn inherit(
    transaction: &mut Transaction<'_, Sqlite>,
    from: &TokenHash,
    to: &TokenHash,
    now: UnixMillis,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO device_keys (key_hash, account_id, used_at) \
         SELECT $2, account_id, used_at FROM device_keys \
         WHERE key_hash = $1 AND used_at > $3 ORDER BY used_at DESC, account_id DESC LIMIT $4",
    )
    .bind(&from.0[..])
    .bind(&to.0[..])
    .bind(now - DEVICE_KEY_MS)
    .bind(NAMES_PER_DEVICE_KEY - 1)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}
