//! Table `changes`: who changed what, and when (docs/console.md 2.4).
//!
//! A change of an app is recorded in the [`AppsEdit`](crate::AppsEdit) that makes it, so that what is
//! not recorded did not happen. Rows are never changed, and the last [`MOST_CHANGES`] are kept.

use std::collections::HashMap;

use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, Row, Sqlite, SqliteExecutor, Transaction};

use crate::error::StoreError;
use crate::{Store, UnixMillis};

/// What kind of change it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// Settings of an app.
    Settings,
    /// A key pair came.
    KeyAdded,
    /// A key pair went.
    KeyRemoved,
    /// A secret was looked at.
    KeyRevealed,
    /// An app was made.
    AppCreated,
    /// An app was taken out.
    AppRemoved,
    /// The operator's account: made, or given another password.
    Operator,
    /// Webhooks were sent again.
    Webhook,
    /// An event was published from the console.
    Event,
    /// A connection was closed.
    Disconnect,
    /// A user was sent away.
    Terminate,
    /// The server was told to send everybody elsewhere.
    Drain,
    /// A copy of the database was taken.
    Backup,
    /// A database was staged to take the place of this one, or discarded again.
    Restore,
}

/// A change that is to be recorded.
#[derive(Clone, Copy, Debug)]
pub struct NewChange<'a> {
    /// When it is made.
    pub at: UnixMillis,
    /// Who makes it: an operator's name, or what else acts.
    pub actor: &'a str,
    /// Where the request came from.
    pub address: Option<&'a str>,
    /// The app's id.
    pub app: Option<&'a str>,
    /// Its kind.
    pub kind: ChangeKind,
    /// What was so before, as the text of a JSON object.
    pub before: Option<&'a str>,
    /// What is so after it, as the text of a JSON object.
    pub after: Option<&'a str>,
    /// The number of the change that it takes back.
    pub reverts: Option<i64>,
}

/// A change as recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeRow {
    /// Its number. Later changes have higher ones.
    pub n: i64,
    /// When it was made.
    pub at: UnixMillis,
    /// Who made it.
    pub actor: String,
    /// Where the request came from.
    pub address: Option<String>,
    /// The app's id.
    pub app: Option<String>,
    /// Its kind.
    pub kind: ChangeKind,
    /// What was so before, as the text of a JSON object.
    pub before: Option<String>,
    /// What was so after it, as the text of a JSON object.
    pub after: Option<String>,
    /// The number of the change that it took back.
    pub reverts: Option<i64>,
}

impl Store {
    /// Records a change that is none of an app's settings or keys.
    pub async fn record(&self, change: &NewChange<'_>) -> Result<i64, StoreError> {
        let mut transaction = self.write().await?;
        let n = insert(&mut transaction, change).await?;
        transaction.commit().await?;
        Ok(n)
    }

    /// The newest changes of an app, so many at most; those before a number, if one is given.
    pub async fn changes_of_app(
        &self,
        app: &str,
        before: Option<i64>,
        most: u32,
    ) -> Result<Vec<ChangeRow>, StoreError> {
        let rows = sqlx::query_as::<_, ChangeRow>(
            "SELECT * FROM changes WHERE app_id = $1 AND n < $2 ORDER BY n DESC LIMIT $3",
        )
        .bind(app)
        .bind(before.unwrap_or(i64::MAX))
        .bind(most)
        .fetch_all(&self.reads)
        .await?;
        Ok(rows)
    }

    /// Who made each key that an app has now, by the key: who added it, or made the app with it, the
    /// last time. What was made before there was a record, or longer ago than it reaches, is left
    /// out.
    pub async fn key_makers(&self, app: &str) -> Result<HashMap<String, String>, StoreError> {
        let rows = sqlx::query_as::<_, (String, String, i64)>(KEY_MAKERS);
        let rows = rows.bind(app).fetch_all(&self.reads).await?;
        Ok(rows.into_iter().map(|(key, actor, _)| (key, actor)).collect())
    }

    /// The change of that number.
    pub async fn change(&self, n: i64) -> Result<Option<ChangeRow>, StoreError> {
        Ok(find(&self.reads, n).await?)
    }
}

impl ChangeKind {
    /// Its name, in the table and for programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Settings => "settings",
            Self::KeyAdded => "key_added",
            Self::KeyRemoved => "key_removed",
            Self::KeyRevealed => "key_revealed",
            Self::AppCreated => "app_created",
            Self::AppRemoved => "app_removed",
            Self::Operator => "operator",
            Self::Webhook => "webhook",
            Self::Event => "event",
            Self::Disconnect => "disconnect",
            Self::Terminate => "terminate",
            Self::Drain => "drain",
            Self::Backup => "backup",
            Self::Restore => "restore",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl FromRow<'_, SqliteRow> for ChangeRow {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        let what: String = row.try_get("what")?;
        let unknown = || sqlx::Error::Decode(format!("no change is called {what:?}").into());
        Ok(Self {
            n: row.try_get("n")?,
            at: row.try_get("at")?,
            actor: row.try_get("actor")?,
            address: row.try_get("address")?,
            app: row.try_get("app_id")?,
            kind: ChangeKind::parse(&what).ok_or_else(unknown)?,
            before: row.try_get("before")?,
            after: row.try_get("after")?,
            reverts: row.try_get("reverts")?,
        })
    }
}

pub(crate) async fn insert(
    transaction: &mut Transaction<'_, Sqlite>,
    change: &NewChange<'_>,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar(
        "INSERT INTO changes (at, actor, address, app_id, what, before, after, reverts) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING n",
    )
    .bind(change.at)
    .bind(change.actor)
    .bind(change.address)
    .bind(change.app)
    .bind(change.kind.name())
    .bind(change.before)
    .bind(change.after)
    .bind(change.reverts)
    .fetch_one(&mut **transaction)
    .await
}

pub(crate) async fn find(
    executor: impl SqliteExecutor<'_>,
    n: i64,
) -> Result<Option<ChangeRow>, sqlx::Error> {
    sqlx::query_as("SELECT * FROM changes WHERE n = $1").bind(n).fetch_optional(executor).await
}

/// In a group with one `max`, SQLite takes the other columns from the row that has it.
const KEY_MAKERS: &str = "WITH made AS (\
     SELECT n, actor, after ->> '$.key' AS key FROM changes \
     WHERE app_id = $1 AND what = 'key_added' \
     UNION ALL \
     SELECT n, actor, each.value FROM changes, json_each(changes.after, '$.keys') AS each \
     WHERE app_id = $1 AND what = 'app_created') \
     SELECT key, actor, max(n) FROM app_keys JOIN made USING (key) \
     WHERE app_id = $1 GROUP BY key";

/// So many changes are kept, some 50 MB at most: the record is for people, who read it by pages.
pub(crate) const MOST_CHANGES: i64 = 100_000;

const ALL: [ChangeKind; 14] = [
    ChangeKind::Settings,
    ChangeKind::KeyAdded,
    ChangeKind::KeyRemoved,
    ChangeKind::KeyRevealed,
    ChangeKind::AppCreated,
    ChangeKind::AppRemoved,
    ChangeKind::Operator,
    ChangeKind::Webhook,
    ChangeKind::Event,
    ChangeKind::Disconnect,
    ChangeKind::Terminate,
    ChangeKind::Drain,
    ChangeKind::Backup,
    ChangeKind::Restore,
];
