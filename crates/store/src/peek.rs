//! Looking at the apps without leaving a trace: no file, no table and no lock is made.

use std::path::Path;

use sqlx::migrate::MigrateError;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use crate::apps::{self, AppRow};
use crate::error::OpenError;
use crate::migrations::migrator;
use crate::open::{FILE_NAME, Store};

impl Store {
    /// The apps of the database in `directory`; none where there is no database yet.
    ///
    /// # Errors
    ///
    /// Where [`Store::open`] would fail too: if the file is no database, or a newer version's.
    pub async fn peek(directory: impl AsRef<Path>) -> Result<Vec<AppRow>, OpenError> {
        if !Self::exists(&directory)? {
            return Ok(Vec::new());
        }
        let file = directory.as_ref().join(FILE_NAME);
        let peeked = peek(&file).await.map_err(|error| OpenError::Database(file.clone(), error))?;
        peeked.map_err(|error| OpenError::Migration(file, error))
    }
}

async fn peek(file: &Path) -> Result<Result<Vec<AppRow>, MigrateError>, sqlx::Error> {
    // Without a log beside it the file is complete, and nobody has it open. Said so, SQLite makes
    // no log of its own, which it could not take away again.
    let mut log = file.as_os_str().to_owned();
    log.push("-wal");
    let unused = !Path::new(&log).exists();
    let options = SqliteConnectOptions::new().filename(file).read_only(true).immutable(unused);
    let mut connection = options.connect().await?;
    let read = read(&mut connection).await;
    connection.close().await?;
    read
}

async fn read(
    connection: &mut SqliteConnection,
) -> Result<Result<Vec<AppRow>, MigrateError>, sqlx::Error> {
    let mut snapshot = connection.begin().await?;
    // A start that was killed, or has only begun, leaves a file without tables.
    let made: i64 =
        sqlx::query_scalar("SELECT count(*) FROM sqlite_schema WHERE name = '_sqlx_migrations'")
            .fetch_one(&mut *snapshot)
            .await?;
    if made == 0 {
        return Ok(Ok(Vec::new()));
    }
    let newest: Option<i64> = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations")
        .fetch_one(&mut *snapshot)
        .await?;
    let known = migrator().iter().map(|migration| migration.version).max();
    if newest > known {
        return Ok(Err(MigrateError::VersionMissing(newest.unwrap_or_default())));
    }
    Ok(Ok(apps::all(&mut snapshot).await?))
}
