//! Why a database is not restored.

use std::path::PathBuf;
use std::{fmt, io};

use sqlx::migrate::MigrateError;

use crate::error::kind_of;

/// Why a file cannot take the place of the database. Nothing was changed.
#[derive(Debug)]
pub enum RestoreError {
    /// The file is none of SQLite's.
    NoDatabase,
    /// It is a database, and not one of Rollcall.
    NotRollcall,
    /// A newer version has written it.
    Newer,
    /// Its pages do not fit together.
    Corrupt,
    /// Another file is being restored in this directory.
    UnderWay,
    /// The disk is full.
    NoRoom,
    /// A file could not be read or written.
    File(PathBuf, io::Error),
    /// SQLite failed.
    Database(sqlx::Error),
    /// Its tables cannot be brought to this version's form.
    Migration(MigrateError),
}

/// A sentence about "the file", for whoever knows which.
impl fmt::Display for RestoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoDatabase => {
                f.write_str("the file is no SQLite database; take one that was saved as a backup")
            }
            Self::NotRollcall => f.write_str(
                "the file is a database, but not one of Rollcall; take one that was saved as a \
                 backup",
            ),
            Self::Newer => f.write_str(
                "the file was made by a newer Rollcall; restore it with that version, or take an \
                 older backup",
            ),
            Self::Corrupt => f.write_str(
                "the file is damaged, perhaps by a copy that was cut off; copy it again, or take \
                 another backup",
            ),
            Self::UnderWay => f.write_str(
                "another file is being restored just now; try again when that one is done",
            ),
            Self::NoRoom => f.write_str(
                "the disk of the data directory has no room for the file; make some, and try again",
            ),
            Self::File(path, error) => write!(f, "{} cannot be used: {error}", path.display()),
            Self::Database(error) => write!(f, "the file cannot be read: {error}"),
            Self::Migration(error) => write!(f, "the file cannot be brought up to date: {error}"),
        }
    }
}

impl std::error::Error for RestoreError {}

impl RestoreError {
    /// Of reading or writing a file of the data directory.
    pub fn of_file(path: impl Into<PathBuf>, error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::NoRoom,
            _ => Self::File(path.into(), error),
        }
    }
}

impl From<sqlx::Error> for RestoreError {
    fn from(error: sqlx::Error) -> Self {
        match kind_of(&error) {
            Some(crate::error::CORRUPT | crate::error::NOTADB) => Self::Corrupt,
            Some(crate::error::FULL) => Self::NoRoom,
            _ => Self::Database(error),
        }
    }
}

impl From<MigrateError> for RestoreError {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::VersionMissing(_) => Self::Newer,
            MigrateError::VersionMismatch(_) | MigrateError::Dirty(_) => Self::NotRollcall,
            MigrateError::Execute(error) => error.into(),
            error => Self::Migration(error),
        }
    }
}
