//! What can go wrong when the store is opened or asked; refusals of one operation stand beside it.

use std::path::PathBuf;
use std::{fmt, io};

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
    Migration(PathBuf, sqlx::migrate::MigrateError),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directory(path, error) => {
                write!(f, "cannot use the data directory {}: {error}", path.display())
            }
            Self::InUse(path) => write!(
                f,
                "the data directory {} is in use by another Rollcall; stop that one, or choose \
                 another directory with --data",
                path.display()
            ),
            Self::File(path, error) => write!(f, "cannot create {}: {error}", path.display()),
            Self::Database(path, error) => write!(f, "cannot open {}: {error}", path.display()),
            Self::Migration(path, error) => {
                write!(f, "cannot bring {} up to date: {error}", path.display())
            }
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
        write!(f, "the store failed: {}", self.0)
    }
}

impl std::error::Error for StoreError {}
