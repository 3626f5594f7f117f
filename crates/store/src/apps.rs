//! Tables `apps` and `app_keys`: apps made at run time, each with its keys, oldest first.
//!
//! Whoever changes apps reads and writes them in one [`AppsEdit`], so that what was checked is what
//! is written; whoever serves them follows the changes of other processes with an [`AppsWatch`].

use std::collections::HashMap;
use std::fmt;

use sqlx::{Sqlite, Transaction};

use crate::changes::{self, ChangeRow, NewChange};
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

/// A change of the apps: what it reads stays true until it is committed, and without that nothing
/// is written.
#[derive(Debug)]
pub struct AppsEdit(Transaction<'static, Sqlite>);

/// Why an app was not written.
#[derive(Debug)]
pub enum WriteAppError {
    /// Another app has this id or one of the keys.
    Taken,
    /// The database failed.
    Store(StoreError),
}

impl fmt::Display for WriteAppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Taken => write!(f, "the id or the key of the app is taken"),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for WriteAppError {}

impl Store {
    /// All apps, oldest first.
    pub async fn apps(&self) -> Result<Vec<AppRow>, StoreError> {
        Ok(all(&mut self.reads.begin().await?).await?)
    }

    /// When each app was made, by its id.
    pub async fn app_dates(&self) -> Result<HashMap<String, UnixMillis>, StoreError> {
        let rows = sqlx::query_as::<_, (String, i64)>("SELECT id, created_at FROM apps");
        Ok(rows.fetch_all(&self.reads).await?.into_iter().collect())
    }

    /// Adds an app and its keys, or neither.
    pub async fn insert_app(&self, app: &AppRow, now: UnixMillis) -> Result<(), WriteAppError> {
        let mut edit = self.edit_apps().await.map_err(WriteAppError::Store)?;
        edit.insert(app, now).await?;
        edit.commit().await.map_err(WriteAppError::Store)
    }

    /// Begins a change of the apps. Other writers wait until it ends.
    pub async fn edit_apps(&self) -> Result<AppsEdit, StoreError> {
        Ok(AppsEdit(self.write().await?))
    }
}

impl AppsEdit {
    /// All apps, oldest first.
    pub async fn apps(&mut self) -> Result<Vec<AppRow>, StoreError> {
        Ok(all(&mut self.0).await?)
    }

    /// Adds an app and its keys.
    pub async fn insert(&mut self, app: &AppRow, now: UnixMillis) -> Result<(), WriteAppError> {
        insert_app(&mut self.0, app, now).await?;
        Ok(insert_keys(&mut self.0, app).await?)
    }

    /// Writes the name, the settings and the keys of the app of that id anew.
    pub async fn update(&mut self, app: &AppRow) -> Result<(), WriteAppError> {
        sqlx::query("UPDATE apps SET name = $1, settings = $2 WHERE id = $3")
            .bind(&app.name)
            .bind(&app.settings_json)
            .bind(&app.id)
            .execute(&mut *self.0)
            .await?;
        sqlx::query("DELETE FROM app_keys WHERE app_id = $1")
            .bind(&app.id)
            .execute(&mut *self.0)
            .await?;
        Ok(insert_keys(&mut self.0, app).await?)
    }

    /// Records a change; it is there when this one lasts. Its number is given.
    pub async fn record(&mut self, change: &NewChange<'_>) -> Result<i64, StoreError> {
        Ok(changes::insert(&mut self.0, change).await?)
    }

    /// The change of that number.
    pub async fn change(&mut self, n: i64) -> Result<Option<ChangeRow>, StoreError> {
        Ok(changes::find(&mut *self.0, n).await?)
    }

    /// Takes out the app of that id, its keys and what was seen of it.
    pub async fn remove(&mut self, id: &str) -> Result<(), StoreError> {
        for statement in OF_AN_APP {
            sqlx::query(statement).bind(id).execute(&mut *self.0).await?;
        }
        Ok(())
    }

    /// Makes the change last.
    pub async fn commit(self) -> Result<(), StoreError> {
        Ok(self.0.commit().await?)
    }
}

impl From<sqlx::Error> for WriteAppError {
    fn from(error: sqlx::Error) -> Self {
        match error.as_database_error() {
            Some(refusal) if refusal.is_unique_violation() => Self::Taken,
            _ => Self::Store(error.into()),
        }
    }
}

/// All apps with their keys, as of one moment.
pub(crate) async fn all(
    snapshot: &mut Transaction<'_, Sqlite>,
) -> Result<Vec<AppRow>, sqlx::Error> {
    let mut keys = keys_by_app(snapshot).await?;
    let rows = sqlx::query_as::<_, (String, String, String)>(
        "SELECT id, name, settings FROM apps ORDER BY created_at, id",
    )
    .fetch_all(&mut **snapshot)
    .await?;
    let apps = rows.into_iter().map(|(id, name, settings_json)| {
        let keys = keys.remove(&id).unwrap_or_default();
        AppRow { id, name, settings_json, keys }
    });
    Ok(apps.collect())
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
    app: &AppRow,
    now: UnixMillis,
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO apps (id, name, settings, created_at) VALUES ($1, $2, $3, $4)")
        .bind(&app.id)
        .bind(&app.name)
        .bind(&app.settings_json)
        .bind(now)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

async fn insert_keys(
    transaction: &mut Transaction<'_, Sqlite>,
    app: &AppRow,
) -> Result<(), sqlx::Error> {
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

/// Another app may have the same id one day.
const OF_AN_APP: [&str; 5] = [
    "DELETE FROM apps WHERE id = $1",
    "DELETE FROM firsts WHERE app_id = $1",
    "DELETE FROM error_groups WHERE app_id = $1",
    "DELETE FROM error_minutes WHERE app_id = $1",
    "DELETE FROM stats WHERE app_id = $1",
];
