//! Restoring: another database takes the place of the present one at the next start, and at no other
//! time. Until then it waits beside it as `rollcall.db.restore`.
//!
//! An [`Incoming`] file is checked and brought up to date before it is staged, so that what waits is
//! what the start will be able to open. [`DataDirectory::put_staged_in_place`] is the start's part;
//! only who holds the directory may do it, so programs beside a running server never see it happen.
//!
//! [`DataDirectory::put_staged_in_place`]: crate::DataDirectory::put_staged_in_place

mod error;
mod incoming;
mod swap;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use sqlx::{ConnectOptions, Connection, Sqlite, SqliteConnection, Transaction};

use crate::apps::{self, AppRow};
use crate::open::{FILE_NAME, at_rest, beside};
use crate::{Store, UnixMillis};

pub use error::RestoreError;
pub use incoming::Incoming;
pub(crate) use swap::checked_staged;

/// What a database holds that is to take the place of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// Its apps.
    pub apps: Vec<AppRow>,
    /// How many accounts of the status page it has.
    pub people: u64,
    /// When the newest change in its record was made, not counting restores.
    pub newest_change: Option<UnixMillis>,
    /// How large it is, in bytes.
    pub bytes: u64,
}

/// A database that takes the place of the present one at the next start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staged {
    /// When it was staged.
    pub at: UnixMillis,
    /// What is in it.
    pub contents: Contents,
}

impl Store {
    /// What is staged in `directory`, if anything is.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    pub async fn staged(directory: impl AsRef<Path>) -> Result<Option<Staged>, RestoreError> {
        let file = staged_file(directory.as_ref());
        let about = match fs::metadata(&file) {
            Ok(about) => about,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(RestoreError::File(file, error)),
        };
        let written = about.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        let at = written.map_or(0, |at| at.as_millis().try_into().unwrap_or(UnixMillis::MAX));
        let mut connection = at_rest(&file).connect().await?;
        let contents = contents(&mut connection, about.len()).await;
        connection.close().await?;
        Ok(Some(Staged { at, contents: contents? }))
    }

    /// Discards what is staged in `directory`; `false` if nothing is.
    ///
    /// # Errors
    ///
    /// If the file cannot be removed.
    pub fn discard_staged(directory: impl AsRef<Path>) -> Result<bool, RestoreError> {
        let file = staged_file(directory.as_ref());
        let removed = is_removed(&file).map_err(|error| RestoreError::File(file, error))?;
        if removed {
            sync(directory.as_ref())?;
        }
        Ok(removed)
    }
}

/// Reads what is in a database of this version.
async fn contents(connection: &mut SqliteConnection, bytes: u64) -> Result<Contents, sqlx::Error> {
    let mut snapshot = connection.begin().await?;
    let apps = apps::all(&mut snapshot).await?;
    let people: i64 = number(&mut snapshot, "SELECT count(*) FROM accounts").await?.unwrap_or(0);
    let newest = "SELECT max(at) FROM changes WHERE what <> 'restore'";
    let newest_change = number(&mut snapshot, newest).await?;
    Ok(Contents { apps, people: people.unsigned_abs(), newest_change, bytes })
}

async fn number(
    snapshot: &mut Transaction<'_, Sqlite>,
    query: &'static str,
) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar(query).fetch_one(&mut **snapshot).await
}

fn staged_file(directory: &Path) -> PathBuf {
    directory.join(format!("{FILE_NAME}.restore"))
}

/// Removes a file; `false` if it is not there.
fn is_removed(file: &Path) -> io::Result<bool> {
    match fs::remove_file(file) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Removes a database and all that is beside it.
fn remove_all(file: &Path) -> io::Result<()> {
    // The log first: a database without its log is an older one, and a log without its database
    // would be taken for that of the next.
    ["-wal", "-shm", "-journal", ""]
        .iter()
        .try_for_each(|suffix| is_removed(&beside(file, suffix)).map(drop))
}

/// Waits until what is in a directory, or in a file, is on disk.
fn sync(path: &Path) -> Result<(), RestoreError> {
    let synced = File::open(path).and_then(|opened| opened.sync_all());
    synced.map_err(|error| RestoreError::File(path.to_owned(), error))
}
