//! Opening the database: the private directory, the connections and their durability.
//!
//! Writes go through one connection, so that SQLite's single writer is never fought over inside
//! the process; two more serve reads, which in WAL mode do not wait for the writer.
//! `busy_timeout` covers the other processes that open the same file (`rollcall apps list`).
//!
//! Durability: WAL with `synchronous = NORMAL`. A commit is in the kernel's page cache before it
//! is answered, so killing the process, SIGKILL included, loses nothing (status.md R13, S11).
//! Only a power cut or a kernel crash may take back the last commits, and never leaves the file
//! damaged; `FULL` would add an fsync to each status change.

use std::fs;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::migrate::MigrateError;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Sqlite, Transaction};

use crate::directory;
use crate::error::{OpenError, StoreError};
use crate::migrations::migrator;

/// The open database. Clones share its connections.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) reads: SqlitePool,
    writes: SqlitePool,
}

impl Store {
    /// Opens `rollcall.db` in the data directory `directory`, making both where they are missing
    /// and bringing the tables up to date.
    ///
    /// A directory made here is 0700, and the database's own files are 0600 in any case. Only the
    /// server changes the mode of one that exists ([`crate::DataDirectory::make_private`]).
    pub async fn open(directory: impl AsRef<Path>) -> Result<Self, OpenError> {
        let directory = directory.as_ref();
        directory::create_private(directory)?;
        let file = directory.join(FILE_NAME);
        create_private_file(&file)?;
        let store =
            Self::connect(&file).await.map_err(|error| OpenError::Database(file.clone(), error))?;
        store.migrate().await.map_err(|error| OpenError::Migration(file, error))?;
        Ok(store)
    }

    /// Whether `directory` holds a database, without making one.
    ///
    /// # Errors
    ///
    /// Where nobody can tell: it is no directory, or none that this user may look into.
    pub fn exists(directory: impl AsRef<Path>) -> Result<bool, OpenError> {
        let directory = directory.as_ref();
        match fs::metadata(directory.join(FILE_NAME)) {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(OpenError::Directory(directory.to_owned(), error)),
        }
    }

    /// The files that the database in `directory` is made of, whether or not they are there.
    pub fn files(directory: impl AsRef<Path>) -> [PathBuf; 3] {
        let file = directory.as_ref().join(FILE_NAME);
        ["", "-wal", "-shm"].map(|suffix| beside(&file, suffix))
    }

    /// Writes a copy of the database as it is now into a file that is not there yet, which only this
    /// user may read. Others read and write meanwhile.
    ///
    /// # Errors
    ///
    /// If the file is there, or cannot be written.
    pub async fn copy_to(&self, file: &Path) -> Result<(), OpenError> {
        let failed = |error| OpenError::Database(file.to_owned(), error);
        if file.exists() {
            return Err(failed(sqlx::Error::Io(io::ErrorKind::AlreadyExists.into())));
        }
        create_private_file(file)?;
        let name = file
            .to_str()
            .ok_or_else(|| failed(sqlx::Error::Io(io::ErrorKind::InvalidInput.into())))?;
        let copied = sqlx::query("VACUUM INTO $1").bind(name).execute(&self.reads).await;
        copied.map(drop).map_err(failed)
    }

    /// Closes all connections, after which the write-ahead log is folded into the file.
    pub async fn close(&self) {
        self.reads.close().await;
        self.writes.close().await;
    }

    /// A transaction that holds the write lock from its start, so that what it reads first is
    /// still true when it writes.
    pub(crate) async fn write(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        Ok(self.writes.begin_with("BEGIN IMMEDIATE").await?)
    }

    /// Brings the tables up to date in one transaction: of several that open the file at once, the
    /// first does it, and nobody ever sees it half done.
    async fn migrate(&self) -> Result<(), MigrateError> {
        let mut transaction = self.writes.begin_with("BEGIN IMMEDIATE").await?;
        migrator().run_direct(None, &mut *transaction, false).await?;
        Ok(transaction.commit().await?)
    }

    async fn connect(file: &Path) -> Result<Self, sqlx::Error> {
        let options = options(file);
        let (writes, reads) = (pool().max_connections(1), pool().max_connections(READERS));
        Ok(Self {
            writes: writes.connect_with(options.clone()).await?,
            reads: reads.connect_with(options).await?,
        })
    }
}

/// A connection inside the process does not break by itself, so none is tested before use or
/// replaced for its age: a new one could find no descriptor left.
fn pool() -> SqlitePoolOptions {
    SqlitePoolOptions::new().test_before_acquire(false).idle_timeout(None).max_lifetime(None)
}

fn options(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
}

/// How a database is read that nobody else has open. Without a log beside it the file is complete;
/// said so, SQLite makes no log of its own, which it could not take away again.
pub(crate) fn at_rest(file: &Path) -> SqliteConnectOptions {
    let unused = !beside(file, "-wal").exists();
    SqliteConnectOptions::new().filename(file).read_only(true).immutable(unused)
}

/// A file that SQLite keeps beside a database while it is open, or after a crash.
pub(crate) fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// SQLite gives its -wal and -shm files the mode of the database file, so making that one private
/// is enough.
fn create_private_file(path: &Path) -> Result<(), OpenError> {
    private_file(path).map_err(|error| OpenError::File(PathBuf::from(path), error))
}

/// Makes an empty file that only this user may read, unless there is one.
pub(crate) fn private_file(path: &Path) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    match options.write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made.map(drop),
    }
}

pub(crate) const FILE_NAME: &str = "rollcall.db";
const READERS: u32 = 2;
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
