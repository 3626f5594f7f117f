//! The start's part: what is staged takes the place of the database.
//!
//! At each step the database is whole and in its place, the old one until the rename and the new one
//! from then on, so whoever is killed here starts again from the beginning: the old one is folded
//! into one file, gets a second name, and only then the staged one gets the first.

use std::path::{Path, PathBuf};
use std::{fs, io};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use super::{RestoreError, is_removed, remove_all, staged_file, sync};
use crate::directory::DataDirectory;
use crate::error::{CORRUPT, NOTADB, OpenError, kind_of};
use crate::migrations;
use crate::open::{BUSY_TIMEOUT, FILE_NAME, at_rest, beside};

impl DataDirectory {
    /// Puts the database that is staged, if one is, in the place of the present one, and returns
    /// where that one is kept from now on. For the time before the database is opened.
    ///
    /// # Errors
    ///
    /// If another program has the present one open, if this version cannot serve from the staged
    /// one, or if the disk fails. The present one is then in its place.
    pub async fn put_staged_in_place(&self) -> Result<Option<PathBuf>, OpenError> {
        let Some(staged) = checked_staged(self.path()).await? else { return Ok(None) };
        let file = self.path().join(FILE_NAME);
        if file.exists() {
            fold(&file).await?;
        }
        let kept = self.path().join(format!("{FILE_NAME}.before-restore"));
        swap(&staged, &file, &kept).map_err(|error| OpenError::Restore(staged, error))?;
        Ok(Some(kept))
    }
}

/// The file that is staged in `directory`, if one is and this version can serve from it.
pub(crate) async fn checked_staged(directory: &Path) -> Result<Option<PathBuf>, OpenError> {
    let staged = staged_file(directory);
    if !staged.exists() {
        return Ok(None);
    }
    check(&staged).await?;
    Ok(Some(staged))
}

/// It was checked when it was staged, perhaps by another version.
async fn check(staged: &Path) -> Result<(), OpenError> {
    let failed = |error| OpenError::Restore(staged.to_owned(), RestoreError::from(error));
    let mut connection = at_rest(staged).connect().await.map_err(failed)?;
    let verified = migrations::verify(&mut connection).await;
    connection.close().await.map_err(failed)?;
    let refused = |error| Err(OpenError::Restore(staged.to_owned(), error));
    match verified.map_err(failed)? {
        Ok(true) => Ok(()),
        Ok(false) => refused(RestoreError::NotRollcall),
        Err(error) => refused(error.into()),
    }
}

/// Brings what is in the log into the database and ends the log, which SQLite does only if nobody
/// else has it open. One that is damaged is left as it is: it may be why another is restored.
async fn fold(file: &Path) -> Result<(), OpenError> {
    let failed = |error| OpenError::Database(file.to_owned(), error);
    let options = SqliteConnectOptions::new().filename(file).busy_timeout(BUSY_TIMEOUT);
    let folded = async {
        let mut connection = options.connect().await?;
        let folded =
            sqlx::query("PRAGMA journal_mode = DELETE").execute(&mut connection).await.map(drop);
        connection.close().await?;
        folded
    };
    match folded.await {
        Err(error) if !matches!(kind_of(&error), Some(CORRUPT | NOTADB)) => Err(failed(error)),
        _ => Ok(()),
    }
}

fn swap(staged: &Path, file: &Path, kept: &Path) -> Result<(), RestoreError> {
    let directory = file.parent().unwrap_or(Path::new("."));
    let of_file = |error| RestoreError::of_file(file, error);
    remove_all(kept).map_err(of_file)?;
    for suffix in ["-wal", "-journal", ""] {
        keep(&beside(file, suffix), &beside(kept, suffix)).map_err(of_file)?;
    }
    sync(directory)?;
    // There are none, unless the database is damaged: with the new one they would be its damage.
    for suffix in ["-wal", "-shm", "-journal"] {
        is_removed(&beside(file, suffix)).map_err(of_file)?;
    }
    sync(directory)?;
    fs::rename(staged, file).map_err(of_file)?;
    sync(directory)
}

/// Gives a file, if it is there, a second name; where a file system has no such thing, a copy.
fn keep(file: &Path, kept: &Path) -> io::Result<()> {
    match fs::hard_link(file, kept) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(_) => fs::copy(file, kept).map(drop),
        Ok(()) => Ok(()),
    }
}
