//! What can go wrong when the store is opened or asked; refusals of one operation stand beside it.

use std::path::PathBuf;
use std::{fmt, io};

use sqlx::migrate::MigrateError;

use crate::restore::RestoreError;

/// The data directory or the database in it could not be used: the server does not start.
#[derive(Debug)]
pub enum OpenError {
    /// The directory could not be made or is not one.
    Directory(PathBuf, io::Error),
    /// Another server holds the directory.
    InUse(PathBuf),
    /// The database file or the lock could not be created with its private mode, or locked.
    File(PathBuf, io::Error),
    /// SQLite refused the file.
    Database(PathBuf, sqlx::Error),
    /// The tables could not be brought to this version's form.
    Migration(PathBuf, MigrateError),
    /// The database that is staged could not take the place of the present one.
    Restore(PathBuf, RestoreError),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directory(path, error) => {
                write!(f, "cannot use the data directory {}: {error}", path.display())?;
                f.write_str(advice_on(error))
            }
            Self::InUse(path) => write!(
                f,
                "the data directory {} is in use by another Rollcall; stop that one, or choose \
                 another directory with --data",
                path.display()
            ),
            Self::File(path, error) => {
                write!(f, "cannot create {}: {error}", path.display())?;
                f.write_str(advice_on(error))
            }
            Self::Database(path, error) => {
                write!(f, "cannot open {}: {error}", path.display())?;
                f.write_str(advice(error))
            }
            Self::Migration(path, MigrateError::VersionMissing(_)) => write!(
                f,
                "{} was made by a newer Rollcall; use that one, or choose another directory with \
                 --data",
                path.display()
            ),
            Self::Migration(path, error) => {
                write!(f, "cannot bring {} up to date: {error}", path.display())?;
                f.write_str(cause(error).map_or("", advice))
            }
            Self::Restore(path, error) => write!(
                f,
                "{} cannot take the place of the database: {error}; without that file the server \
                 starts with the present one",
                path.display()
            ),
        }
    }
}

impl std::error::Error for OpenError {}

/// The database failed while it was asked; nothing was written.
#[derive(Debug)]
pub struct StoreError(sqlx::Error);

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self(error)
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the store failed: {}{}", self.0, advice(&self.0))
    }
}

impl std::error::Error for StoreError {}

fn cause(error: &MigrateError) -> Option<&sqlx::Error> {
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => Some(error),
        _ => None,
    }
}

/// What the operator can do about what SQLite says, to be read after it.
fn advice(error: &sqlx::Error) -> &'static str {
    match kind_of(error) {
        Some(BUSY) => "; another program holds it, so try again when that one is done",
        Some(READONLY | CANTOPEN) => OTHER_USER,
        Some(CORRUPT | NOTADB) => {
            "; put a copy from before in its place, or choose another directory with --data"
        }
        Some(FULL) => "; make room on its disk",
        _ => "",
    }
}

/// What kind of error SQLite reports, if it is one of SQLite's.
pub(crate) fn kind_of(error: &sqlx::Error) -> Option<u32> {
    let code = error.as_database_error().and_then(|error| error.code()?.parse().ok());
    // The lowest byte is the kind, which the rest makes finer.
    code.map(|code: u32| code & 0xff)
}

fn advice_on(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::PermissionDenied => OTHER_USER,
        _ => "",
    }
}

const OTHER_USER: &str = "; run this as the user whom the data directory belongs to";

// <https://www.sqlite.org/rescode.html>
const BUSY: u32 = 5;
const READONLY: u32 = 8;
pub(crate) const CORRUPT: u32 = 11;
pub(crate) const FULL: u32 = 13;
const CANTOPEN: u32 = 14;
pub(crate) const NOTADB: u32 = 26;
