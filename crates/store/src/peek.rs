//! Looking at the apps without leaving a trace: no file, no table and no lock is made.

use std::path::{Path, PathBuf};

use sqlx::migrate::MigrateError;
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use crate::apps::{self, AppRow};
use crate::error::OpenError;
use crate::migrations;
use crate::open::{FILE_NAME, Store, at_rest};
use crate::restore::{RestoreError, checked_staged};

/// What the next start serves from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextStart {
    /// The apps that it finds.
    pub apps: Vec<AppRow>,
    /// The file that takes the place of the database, if one is staged: they are in that one.
    pub staged: Option<PathBuf>,
}

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

    /// The same of the database that a server finds in `directory` when it starts: that which is
    /// staged, if one is.
    ///
    /// # Errors
    ///
    /// Where the start would fail too: beside those of [`Store::peek`], if what is staged cannot
    /// take the place of the database.
    pub async fn peek_next_start(directory: impl AsRef<Path>) -> Result<NextStart, OpenError> {
        let directory = directory.as_ref();
        let Some(staged) = checked_staged(directory).await? else {
            return Ok(NextStart { apps: Self::peek(directory).await?, staged: None });
        };
        let failed = |error: RestoreError| OpenError::Restore(staged.clone(), error);
        let peeked = peek(&staged).await.map_err(|error| failed(error.into()))?;
        let apps = peeked.map_err(|error| failed(error.into()))?;
        Ok(NextStart { apps, staged: Some(staged) })
    }
}

async fn peek(file: &Path) -> Result<Result<Vec<AppRow>, MigrateError>, sqlx::Error> {
    let mut connection = at_rest(file).connect().await?;
    let read = read(&mut connection).await;
    connection.close().await?;
    read
}

async fn read(
    connection: &mut SqliteConnection,
) -> Result<Result<Vec<AppRow>, MigrateError>, sqlx::Error> {
    let mut snapshot = connection.begin().await?;
    match migrations::verify(&mut snapshot).await? {
        Ok(true) => Ok(Ok(apps::all(&mut snapshot).await?)),
        // A start that was killed, or has only begun, leaves a file without tables.
        Ok(false) => Ok(Ok(Vec::new())),
        Err(error) => Ok(Err(error)),
    }
}
