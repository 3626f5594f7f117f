//! Tables `apps` and `app_keys`: apps made at run time, each with its keys, oldest first.

use std::collections::HashMap;
use std::fmt;

use sqlx::{Sqlite, Transaction};

use crate::error::StoreError;
use crate::{Store, UnixMillis};

/// An app as stored. What its settings mean is the node's business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppRow {
    /// The app's id, any text; the ones that Rollcall makes are digits.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The settings as a JSON object's text.
    pub settings_json: String,
    /// Every active key, oldest first.
    pub keys: Vec<KeyRow>,
}

/// A key of an app, with its secret.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyRow {
    /// The public half, which clients name.
    pub key: String,
    /// The secret half, which signs.
    pub secret: String,
    /// When it was made.
    pub created_at: UnixMillis,
}

/// The secret stays out of logs.
impl fmt::Debug for KeyRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRow")
            .field("key", &self.key)
            .field("created_at", &self.created_at)
            .finish_non_exhaustive()
    }
}

/// An app to be added, with its first key.
#[derive(Clone, Debug)]
pub struct NewApp {
    /// The app's id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The settings as a JSON object's text.
    pub settings_json: String,
    /// Its keys, oldest first.
    pub keys: Vec<KeyRow>,
}

/// Why an app was not added.
#[derive(Debug)]
pub enum InsertAppError {
    /// An app with this id, or a key with this text, exists.
    Taken,
    /// The database failed.
    Store(StoreError),
}

impl fmt::Display for InsertAppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Taken => write!(f, "the id or the key of the app is taken"),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for InsertAppError {}

impl Store {
    /// All apps, oldest first.
    pub async fn apps(&self) -> Result<Vec<AppRow>, StoreError> {
        let mut snapshot = self.reads.begin().await?;
        let mut keys = keys_by_app(&mut snapshot).await?;
        let rows = sqlx::query_as::<_, (String, String, String)>(
            "SELECT id, name, settings FROM apps ORDER BY created_at, id",
        )
        .fetch_all(&mut *snapshot)
        .await?;
        let apps = rows.into_iter().map(|(id, name, settings_json)| {
            let keys = keys.remove(&id).unwrap_or_default();
            AppRow { id, name, settings_json, keys }
        });
        Ok(apps.collect())
    }

    /// Adds an app and its keys, or neither.
    pub async fn insert_app(&self, app: &NewApp, now: UnixMillis) -> Result<(), InsertAppError> {
        let mut transaction = self.write().await.map_err(InsertAppError::Store)?;
        insert_app(&mut transaction, app, now).await?;
        Ok(transaction.commit().await?)
    }
}

impl From<sqlx::Error> for InsertAppError {
    fn from(error: sqlx::Error) -> Self {
        match error.as_database_error() {
            Some(refusal) if refusal.is_unique_violation() => Self::Taken,
            _ => Self::Store(error.into()),
        }
    }
}

async fn keys_by_app(
    snapshot: &mut Transaction<'_, Sqlite>,
) -> Result<HashMap<String, Vec<KeyRow>>, sqlx::Error> {
    let rows = sqlx::query_as::<_, (String, String, String, i64)>(
        "SELECT app_id, key, secret, created_at FROM app_keys ORDER BY app_id, position",
    )
    .fetch_all(&mut **snapshot)
    .await?;
    let mut keys: HashMap<String, Vec<KeyRow>> = HashMap::new();
    for (app_id, key, secret, created_at) in rows {
        let of_app = keys.entry(app_id).or_default();
        of_app.push(KeyRow { key, secret, created_at });
    }
    Ok(keys)
}

async fn insert_app(
    transaction: &mut Transaction<'_, Sqlite>,
    app: &NewApp,
    now: UnixMillis,
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO apps (id, name, settings, created_at) VALUES ($1, $2, $3, $4)")
        .bind(&app.id)
        .bind(&app.name)
        .bind(&app.settings_json)
        .bind(now)
        .execute(&mut **transaction)
        .await?;
    for (position, key) in (0_i64..).zip(&app.keys) {
        insert_key(transaction, &app.id, key, position).await?;
    }
    Ok(())
}

async fn insert_key(
    transaction: &mut Transaction<'_, Sqlite>,
    app_id: &str,
    key: &KeyRow,
    position: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO app_keys (key, app_id, secret, position, created_at) \
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(&key.key)
    .bind(app_id)
    .bind(&key.secret)
    .bind(position)
    .bind(key.created_at)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}
