//! Table `operator_sessions`: who has come into the console. Browsers have sessions like those of
//! the status page; a program of this machine writes itself one, which is short (docs/console.md
//! section 1). Only the SHA-256 of a token is stored, so a copy of the database lets nobody in.

use std::collections::HashSet;

use sqlx::{Sqlite, Transaction};

use crate::error::StoreError;
use crate::operators::OperatorId;
use crate::sessions::{SESSION_ABSOLUTE_MS, SESSION_IDLE_MS, SESSION_TOUCH_MS};
use crate::{Store, TokenHash, UnixMillis};

/// A program's session lives for so long: 12 hours.
pub const PROGRAM_SESSION_MS: i64 = 12 * 60 * 60 * 1000;

/// A session's number. It never names another session, even after its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OperatorSessionId(pub i64);

/// A session that has not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperatorSession {
    /// Its number.
    pub id: OperatorSessionId,
    /// Whose it is.
    pub who: SignedInAs,
}

/// Whose a session is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignedInAs {
    /// The operator, by this name.
    Operator(OperatorId, String),
    /// A program of this machine.
    Program,
}

/// The tokens of a browser that signs in: the new one, and the one that it had.
#[derive(Clone, Copy, Debug)]
pub struct Browsing {
    /// Opens the session.
    pub new: TokenHash,
    /// Ends with it, so that nobody who planted it is signed in.
    pub old: Option<TokenHash>,
}

impl Store {
    /// Opens a browser's session of the operator.
    pub async fn open_operator_session(
        &self,
        operator: OperatorId,
        browsing: Browsing,
        now: UnixMillis,
    ) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        if let Some(old) = browsing.old {
            end(&mut transaction, &old).await?;
        }
        insert(&mut transaction, &browsing.new, operator, now).await?;
        Ok(transaction.commit().await?)
    }

    /// Opens a session for a program of this machine, which can write the database.
    pub async fn open_program_session(
        &self,
        token: &TokenHash,
        now: UnixMillis,
    ) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        insert_kind(&mut transaction, token, PROGRAM, None, now).await?;
        Ok(transaction.commit().await?)
    }

    /// The browser's session with this token, if it has not ended. Its use is noted.
    pub async fn operator_session(
        &self,
        token: &TokenHash,
        now: UnixMillis,
    ) -> Result<Option<OperatorSession>, StoreError> {
        let row = sqlx::query_as::<_, (i64, i64, String, i64)>(
            "SELECT s.id, o.id, o.name, s.last_used_at \
             FROM operator_sessions s JOIN operators o ON o.id = s.operator_id \
             WHERE s.token_hash = $1 AND s.kind = $2 AND s.last_used_at > $3 AND s.created_at > $4",
        )
        .bind(&token.0[..])
        .bind(BROWSER)
        .bind(now - SESSION_IDLE_MS)
        .bind(now - SESSION_ABSOLUTE_MS)
        .fetch_optional(&self.reads)
        .await?;
        let Some((id, operator, name, used)) = row else { return Ok(None) };
        if now - used >= SESSION_TOUCH_MS {
            self.touch_operator_session(id, now).await?;
        }
        let who = SignedInAs::Operator(OperatorId(operator), name);
        Ok(Some(OperatorSession { id: OperatorSessionId(id), who }))
    }

    /// The program's session with this token, if it has not ended.
    pub async fn program_session(
        &self,
        token: &TokenHash,
        now: UnixMillis,
    ) -> Result<Option<OperatorSession>, StoreError> {
        let id: Option<i64> = sqlx::query_scalar(
            "SELECT id FROM operator_sessions \
             WHERE token_hash = $1 AND kind = $2 AND created_at > $3",
        )
        .bind(&token.0[..])
        .bind(PROGRAM)
        .bind(now - PROGRAM_SESSION_MS)
        .fetch_optional(&self.reads)
        .await?;
        let of = |id| OperatorSession { id: OperatorSessionId(id), who: SignedInAs::Program };
        Ok(id.map(of))
    }

    /// All sessions that have not ended, of browsers and of programs.
    pub async fn operator_sessions_in_force(
        &self,
        now: UnixMillis,
    ) -> Result<HashSet<OperatorSessionId>, StoreError> {
        let ids: Vec<i64> = sqlx::query_scalar(
            "SELECT id FROM operator_sessions \
             WHERE (kind = $1 AND last_used_at > $2 AND created_at > $3) \
             OR (kind = $4 AND created_at > $5)",
        )
        .bind(BROWSER)
        .bind(now - SESSION_IDLE_MS)
        .bind(now - SESSION_ABSOLUTE_MS)
        .bind(PROGRAM)
        .bind(now - PROGRAM_SESSION_MS)
        .fetch_all(&self.reads)
        .await?;
        Ok(ids.into_iter().map(OperatorSessionId).collect())
    }

    /// Ends the session with this token; one that is over already is no error.
    pub async fn end_operator_session(&self, token: &TokenHash) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        end(&mut transaction, token).await?;
        Ok(transaction.commit().await?)
    }

    async fn touch_operator_session(&self, id: i64, now: UnixMillis) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        sqlx::query("UPDATE operator_sessions SET last_used_at = $2 WHERE id = $1")
            .bind(id)
            .bind(now)
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }
}

pub(crate) async fn insert(
    transaction: &mut Transaction<'_, Sqlite>,
    token: &TokenHash,
    operator: OperatorId,
    now: UnixMillis,
) -> Result<(), sqlx::Error> {
    insert_kind(transaction, token, BROWSER, Some(operator), now).await
}

/// Ends the sessions of an operator, but for one.
pub(crate) async fn end_all(
    transaction: &mut Transaction<'_, Sqlite>,
    operator: OperatorId,
    keep: Option<OperatorSessionId>,
) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM operator_sessions WHERE operator_id = $1 AND id IS NOT $2")
        .bind(operator.0)
        .bind(keep.map(|keep| keep.0))
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// Ends all sessions, also those of programs.
pub(crate) async fn end_everybodys(
    transaction: &mut Transaction<'_, Sqlite>,
) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM operator_sessions").execute(&mut **transaction).await?;
    Ok(())
}

async fn insert_kind(
    transaction: &mut Transaction<'_, Sqlite>,
    token: &TokenHash,
    kind: i64,
    operator: Option<OperatorId>,
    now: UnixMillis,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO operator_sessions (token_hash, kind, operator_id, created_at, last_used_at) \
         VALUES ($1, $2, $3, $4, $4)",
    )
    .bind(&token.0[..])
    .bind(kind)
    .bind(operator.map(|operator| operator.0))
    .bind(now)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

async fn end(
    transaction: &mut Transaction<'_, Sqlite>,
    token: &TokenHash,
) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM operator_sessions WHERE token_hash = $1")
        .bind(&token.0[..])
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

const BROWSER: i64 = 0;
const PROGRAM: i64 = 1;
