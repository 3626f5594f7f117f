//! A file that is to be restored: taken in, checked, brought up to date, and staged.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use super::{Contents, RestoreError, contents, remove_all, staged_file, sync};
use crate::changes::{self, NewChange};
use crate::directory::lock as lock_file;
use crate::migrations::{self, migrator};
use crate::open::{FILE_NAME, at_rest, beside, private_file};
use crate::{operator_codes, operator_sessions};

/// A file in the data directory that is being taken in, one at a time whoever does it. Dropped
/// before it is staged, it is gone.
#[derive(Debug)]
pub struct Incoming {
    directory: PathBuf,
    file: PathBuf,
    _alone: File,
}

impl Incoming {
    /// Begins with an empty file, which only this user may read.
    ///
    /// # Errors
    ///
    /// If another file is being taken in, or this one cannot be made.
    pub fn begin(directory: impl AsRef<Path>) -> Result<Self, RestoreError> {
        let directory = directory.as_ref().to_owned();
        let (file, lock) = (directory.join(format!("{FILE_NAME}.incoming")), directory.join(LOCK));
        let alone = lock_file(&lock).map_err(|error| RestoreError::of_file(&lock, error))?;
        let alone = alone.ok_or(RestoreError::UnderWay)?;
        let incoming = Self { directory, file, _alone: alone };
        // What an earlier run left behind.
        let emptied = remove_all(&incoming.file).and_then(|()| private_file(&incoming.file));
        emptied.map_err(|error| RestoreError::of_file(&incoming.file, error))?;
        Ok(incoming)
    }

    /// Copies a database from elsewhere, with its log where a kill has left one.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or there is no room.
    pub fn copy_from(&self, file: &Path) -> Result<(), RestoreError> {
        copy(file, &self.file).map_err(|error| RestoreError::of_file(file, error))?;
        let (log, own) = (beside(file, "-wal"), beside(&self.file, "-wal"));
        if !log.exists() {
            return Ok(());
        }
        let copied = private_file(&own).and_then(|()| copy(&log, &own));
        copied.map_err(|error| RestoreError::of_file(log, error))
    }

    /// Where the database is to be written.
    pub fn path(&self) -> &Path {
        &self.file
    }

    /// Checks what was written and brings it up to date; the sessions and the code of the console
    /// that it has end, since they may have been ended for a reason.
    ///
    /// # Errors
    ///
    /// If this version could not serve from it.
    pub async fn check(&self) -> Result<Contents, RestoreError> {
        check_header(&self.file)?;
        let mut connection = at_rest(&self.file).connect().await?;
        let checked = check_pages(&mut connection).await;
        connection.close().await?;
        checked?;
        let mut connection = self.open().await?;
        let updated = update(&mut connection).await;
        let bytes = fs::metadata(&self.file).map_or(0, |about| about.len());
        let read = contents(&mut connection, bytes).await;
        connection.close().await?;
        updated?;
        Ok(read?)
    }

    /// Stages what was checked, with a record of it in itself, in place of what was staged before.
    ///
    /// # Errors
    ///
    /// If the disk fails; what was staged before is then as it was.
    pub async fn stage(self, change: &NewChange<'_>) -> Result<(), RestoreError> {
        let mut connection = self.open().await?;
        let written = record(&mut connection, change).await;
        connection.close().await?;
        written?;
        sync(&self.file)?;
        let staged = staged_file(&self.directory);
        fs::rename(&self.file, &staged).map_err(|error| RestoreError::of_file(&staged, error))?;
        sync(&self.directory)
    }

    /// Opened so that the one file is all there is of it.
    async fn open(&self) -> Result<SqliteConnection, sqlx::Error> {
        let options = SqliteConnectOptions::new()
            .filename(&self.file)
            .journal_mode(SqliteJournalMode::Delete)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true);
        options.connect().await
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        let _ = remove_all(&self.file);
    }
}

/// Into a file that is there, so that its mode stays.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let mut read = File::open(from)?;
    io::copy(&mut read, &mut OpenOptions::new().write(true).open(to)?).map(drop)
}

/// An empty file would be a database to SQLite, and other files a reason to look for one.
fn check_header(file: &Path) -> Result<(), RestoreError> {
    let mut header = [0; HEADER.len()];
    let read = File::open(file).and_then(|mut opened| opened.read_exact(&mut header));
    match read {
        Ok(()) if header == *HEADER => Ok(()),
        Err(error) if error.kind() != ErrorKind::UnexpectedEof => {
            Err(RestoreError::of_file(file, error))
        }
        _ => Err(RestoreError::NoDatabase),
    }
}

async fn check_pages(connection: &mut SqliteConnection) -> Result<(), RestoreError> {
    if !migrations::verify(connection).await?? {
        return Err(RestoreError::NotRollcall);
    }
    let found: String =
        sqlx::query_scalar("PRAGMA integrity_check(1)").fetch_one(&mut *connection).await?;
    if found == "ok" { Ok(()) } else { Err(RestoreError::Corrupt) }
}

async fn update(connection: &mut SqliteConnection) -> Result<(), RestoreError> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    migrator().run_direct(None, &mut *transaction, false).await?;
    operator_sessions::end_everybodys(&mut transaction).await?;
    operator_codes::forget(&mut transaction).await?;
    Ok(transaction.commit().await?)
}

async fn record(
    connection: &mut SqliteConnection,
    change: &NewChange<'_>,
) -> Result<(), sqlx::Error> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    changes::insert(&mut transaction, change).await?;
    transaction.commit().await
}

/// Held by who takes a file in.
const LOCK: &str = "restore-lock";
/// <https://www.sqlite.org/fileformat2.html>
const HEADER: &[u8; 16] = b"SQLite format 3\0";
