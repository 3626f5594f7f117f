//! The data directory: made private, and held by one server at a time.

use std::fs::{self, File, Permissions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::error::OpenError;

/// A data directory that this process alone serves from, until this is dropped or the process
/// ends in whatever way. Programs that only read the database need none.
#[derive(Debug)]
pub struct DataDirectory {
    path: PathBuf,
    _lock: File,
    announcement: Option<File>,
}

impl DataDirectory {
    /// Makes the directory where it is missing, and locks the file `lock` in it.
    pub fn claim(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        let path = path.as_ref();
        create_private(path)?;
        let file = path.join(LOCK_NAME);
        match lock(&file).map_err(|error| OpenError::File(file, error))? {
            Some(lock) => Ok(Self { path: path.to_owned(), _lock: lock, announcement: None }),
            None => Err(OpenError::InUse(path.to_owned())),
        }
    }

    /// Writes down what programs beside the server want to know of it, in place of what was written
    /// before. They read it with [`Self::announcement`] until this is dropped.
    ///
    /// # Errors
    ///
    /// If the disk fails; what was written before then counts.
    pub fn announce(&mut self, text: &str) -> io::Result<()> {
        // Locked before it has its name, so that nobody ever finds it unlocked while it counts.
        let written = self.path.join(format!("{ANNOUNCEMENT}.new"));
        let mut file = lock(&written)?.ok_or(io::ErrorKind::WouldBlock)?;
        file.set_len(0)?;
        file.write_all(text.as_bytes())?;
        fs::rename(written, self.path.join(ANNOUNCEMENT))?;
        self.announcement = Some(file);
        Ok(())
    }

    /// What the server that holds the directory `path` has written down; `None` if none does, or if it
    /// has not said anything yet.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn announcement(path: impl AsRef<Path>) -> io::Result<Option<String>> {
        let mut file = match File::open(path.as_ref().join(ANNOUNCEMENT)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => opened?,
        };
        match file.try_lock_shared() {
            // It was left behind.
            Ok(()) => return Ok(None),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        Ok(Some(text))
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Takes the directory's access away from everybody but its owner: 0700.
    ///
    /// One with the sticky bit, such as `/tmp`, belongs to all and is left as it is.
    pub fn make_private(&self) -> io::Result<()> {
        let mode = fs::metadata(&self.path)?.permissions().mode();
        if mode & OF_OTHERS == 0 {
            return Ok(());
        }
        if mode & STICKY != 0 {
            return Err(io::Error::other("it is a directory for everybody"));
        }
        fs::set_permissions(&self.path, Permissions::from_mode(0o700))
    }
}

/// Locks a file, which is made where it is missing, until what is returned is dropped; `None` if
/// another has it.
pub(crate) fn lock(file: &Path) -> io::Result<Option<File>> {
    let mut options = fs::OpenOptions::new();
    let lock = options.write(true).create(true).truncate(false).mode(0o600).open(file)?;
    match lock.try_lock() {
        Ok(()) => Ok(Some(lock)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Makes the directory, 0700, if it is missing.
pub(crate) fn create_private(path: &Path) -> Result<(), OpenError> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|error| OpenError::Directory(PathBuf::from(path), error))
}

const LOCK_NAME: &str = "lock";
/// What a server says of itself; it counts while somebody has it locked.
const ANNOUNCEMENT: &str = "rollcall.server";
const OF_OTHERS: u32 = 0o077;
const STICKY: u32 = 0o1000;
