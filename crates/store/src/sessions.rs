//! Table `web_sessions`: who a browser is signed in as (status.md S10).
//!
//! Only the SHA-256 of a token is stored, so a copy of the database signs nobody in.

use sqlx::{Sqlite, Transaction};

use crate::accounts::{self, Account, AccountColumns, AccountId, DAY_MS};
use crate::error::StoreError;
use crate::{Store, UnixMillis};

/// A session unused for so long has ended: 30 days.
pub const SESSION_IDLE_MS: i64 = 30 * DAY_MS;
/// A session so old has ended, used or not: 180 days.
pub const SESSION_ABSOLUTE_MS: i64 = 180 * DAY_MS;
/// Use is noted at most so often, 10 minutes, so that reading a session rarely writes.
pub const SESSION_TOUCH_MS: i64 = 10 * 60 * 1000;

/// The SHA-256 of a session token or device key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TokenHash(pub [u8; 32]);

/// A session's number. It never names another session, even after its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SessionId(pub i64);

/// A live session and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// The session.
    pub session: SessionId,
    /// Its owner as stored now.
    pub account: Account,
}

impl Store {
    /// Who the session with this token belongs to, if it has not ended, and notes its use.
    pub async fn signed_in(
        &self,
        token: &TokenHash,
        now: UnixMillis,
    ) -> Result<Option<SignedIn>, StoreError> {
        let Some((found, last_used_at)) = self.live_session(token, now).await? else {
            return Ok(None);
        };
        if now - last_used_at >= SESSION_TOUCH_MS {
            self.touch_session(&found, now).await?;
        }
        Ok(Some(found))
    }

    /// Ends a session. Ending one twice is no error.
    pub async fn end_session(&self, session: SessionId) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        end(&mut transaction, session).await?;
        Ok(transaction.commit().await?)
    }

    /// Ends every session that an account has at this moment; one that begins later lives.
    pub async fn end_sessions_of(&self, account: AccountId) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        sqlx::query("DELETE FROM web_sessions WHERE account_id = $1")
            .bind(account.0)
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    async fn live_session(
        &self,
        token: &TokenHash,
        now: UnixMillis,
    ) -> Result<Option<(SignedIn, UnixMillis)>, sqlx::Error> {
        let row = sqlx::query_as::<_, (i64, i64, i64, String, String, i64, i64)>(
            "SELECT s.id, s.last_used_at, a.id, a.name, a.status, a.rev, a.updated_at \
             FROM web_sessions s JOIN accounts a ON a.id = s.account_id \
             WHERE s.token_hash = $1 AND s.last_used_at > $2 AND s.created_at > $3",
        )
        .bind(&token.0[..])
        .bind(now - SESSION_IDLE_MS)
        .bind(now - SESSION_ABSOLUTE_MS)
        .fetch_optional(&self.reads)
        .await?;
        Ok(row.map(|(session, used, id, name, status, rev, updated_at)| {
            let columns: AccountColumns = (id, name, status, rev, updated_at);
            let account = accounts::account(columns);
            (SignedIn { session: SessionId(session), account }, used)
        }))
    }

    async fn touch_session(&self, found: &SignedIn, now: UnixMillis) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        sqlx::query("UPDATE web_sessions SET last_used_at = $2 WHERE id = $1")
            .bind(found.session.0)
            .bind(now)
            .execute(&mut *transaction)
            .await?;
        accounts::touch(&mut transaction, found.account.id, now).await?;
        Ok(transaction.commit().await?)
    }
}

/// The live session with this token inside a registration: its number and owner.
pub(crate) async fn find(
    transaction: &mut Transaction<'_, Sqlite>,
    token: &TokenHash,
    now: UnixMillis,
) -> Result<Option<(SessionId, AccountId)>, sqlx::Error> {
    let row = sqlx::query_as::<_, (i64, i64)>(
        "SELECT id, account_id FROM web_sessions \
         WHERE token_hash = $1 AND last_used_at > $2 AND created_at > $3",
    )
    .bind(&token.0[..])
    .bind(now - SESSION_IDLE_MS)
    .bind(now - SESSION_ABSOLUTE_MS)
    .fetch_optional(&mut **transaction)
    .await?;
    Ok(row.map(|(session, account)| (SessionId(session), AccountId(account))))
}

pub(crate) async fn insert(
    transaction: &mut Transaction<'_, Sqlite>,
    token: &TokenHash,
    account: AccountId,
    now: UnixMillis,
) -> Result<SessionId, sqlx::Error> {
    let id = sqlx::query_scalar(
        "INSERT INTO web_sessions (token_hash, account_id, created_at, last_used_at) \
         VALUES ($1, $2, $3, $3) RETURNING id",
    )
    .bind(&token.0[..])
    .bind(account.0)
    .bind(now)
    .fetch_one(&mut **transaction)
    .await?;
    Ok(SessionId(id))
}

pub(crate) async fn end(
    transaction: &mut Transaction<'_, Sqlite>,
    session: SessionId,
) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM web_sessions WHERE id = $1")
        .bind(session.0)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}
