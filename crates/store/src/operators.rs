//! Table `operators`: who may run the console. There is one at most (docs/console.md section 1).

use std::fmt;

use sqlx::{Sqlite, Transaction};

use crate::changes::{self, ChangeKind, NewChange};
use crate::error::StoreError;
use crate::operator_sessions::{self, OperatorSessionId};
use crate::{Store, TokenHash, UnixMillis, operator_codes};

/// An operator's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OperatorId(pub i64);

/// An operator as stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Operator {
    /// The number.
    pub id: OperatorId,
    /// The name to sign in with.
    pub name: String,
    /// The password, hashed with its parameters.
    pub password_hash: String,
}

/// What an operator is set up with.
#[derive(Clone)]
pub struct SetUp {
    /// The one-time code.
    pub code: TokenHash,
    /// The operator's name.
    pub name: String,
    /// The password, hashed.
    pub password_hash: String,
    /// The session that is opened.
    pub session: TokenHash,
    /// Where the request came from.
    pub address: String,
}

/// Why an operator was not set up.
#[derive(Debug)]
pub enum SetUpError {
    /// The code is none, or was used or has expired.
    WrongCode,
    /// The database failed.
    Store(StoreError),
}

impl fmt::Display for SetUpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongCode => f.write_str("the code is not the one that is in force"),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for SetUpError {}

impl From<StoreError> for SetUpError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<sqlx::Error> for SetUpError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// The hash of a password stays out of logs too.
impl fmt::Debug for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operator").field("id", &self.id).field("name", &self.name).finish()
    }
}

impl Store {
    /// The operator, if one was set up.
    pub async fn operator(&self) -> Result<Option<Operator>, StoreError> {
        let row = sqlx::query_as::<_, (i64, String, String)>(
            "SELECT id, name, password_hash FROM operators ORDER BY id LIMIT 1",
        )
        .fetch_optional(&self.reads)
        .await?;
        Ok(row.map(|(id, name, password_hash)| Operator {
            id: OperatorId(id),
            name,
            password_hash,
        }))
    }

    /// Uses the code up for an operator: makes the one, or gives it this name and password and ends
    /// all of its sessions. A session is opened, and the change is recorded.
    ///
    /// # Errors
    ///
    /// With a code that is not in force nothing happens.
    pub async fn set_up(&self, set_up: &SetUp, now: UnixMillis) -> Result<(), SetUpError> {
        let mut transaction = self.write().await?;
        if !operator_codes::take(&mut transaction, &set_up.code, now).await? {
            return Err(SetUpError::WrongCode);
        }
        let operator = write(&mut transaction, set_up, now).await?;
        operator_sessions::end_all(&mut transaction, operator, None).await?;
        operator_sessions::insert(&mut transaction, &set_up.session, operator, now).await?;
        let change = of_operator(&set_up.name, &set_up.address, now);
        changes::insert(&mut transaction, &change).await?;
        Ok(transaction.commit().await?)
    }

    /// Gives an operator another password, ends its other sessions and records that.
    pub async fn change_password(
        &self,
        operator: &Operator,
        password_hash: &str,
        keep: OperatorSessionId,
        address: &str,
        now: UnixMillis,
    ) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        sqlx::query("UPDATE operators SET password_hash = $2 WHERE id = $1")
            .bind(operator.id.0)
            .bind(password_hash)
            .execute(&mut *transaction)
            .await?;
        operator_sessions::end_all(&mut transaction, operator.id, Some(keep)).await?;
        changes::insert(&mut transaction, &of_operator(&operator.name, address, now)).await?;
        Ok(transaction.commit().await?)
    }
}

fn of_operator<'a>(name: &'a str, address: &'a str, now: UnixMillis) -> NewChange<'a> {
    NewChange {
        at: now,
        actor: name,
        address: Some(address),
        app: None,
        kind: ChangeKind::Operator,
        before: None,
        after: None,
        reverts: None,
    }
}

/// Makes the operator, or changes the one there is.
async fn write(
    transaction: &mut Transaction<'_, Sqlite>,
    set_up: &SetUp,
    now: UnixMillis,
) -> Result<OperatorId, sqlx::Error> {
    let known: Option<i64> =
        sqlx::query_scalar("UPDATE operators SET name = $1, password_hash = $2 RETURNING id")
            .bind(&set_up.name)
            .bind(&set_up.password_hash)
            .fetch_optional(&mut **transaction)
            .await?;
    if let Some(id) = known {
        return Ok(OperatorId(id));
    }
    let id = sqlx::query_scalar(
        "INSERT INTO operators (name, password_hash, created_at) VALUES ($1, $2, $3) RETURNING id",
    )
    .bind(&set_up.name)
    .bind(&set_up.password_hash)
    .bind(now)
    .fetch_one(&mut **transaction)
    .await?;
    Ok(OperatorId(id))
}
