//! Why a file does not take the place of the database.

use std::fmt;
use std::path::PathBuf;

use rollcall_store::RestoreError;

use super::Failure;

/// What is wrong with the file.
#[derive(Debug)]
pub(crate) enum RestoreFailure {
    /// It is not restored.
    Refused { file: PathBuf, error: RestoreError },
    /// The server could not serve what is in it.
    Unfit { file: PathBuf, why: Box<Failure> },
    /// The same of one that takes the place of the database when the server starts.
    StagedUnfit { file: PathBuf, why: Box<Failure> },
}

impl RestoreFailure {
    pub(super) fn exit_code(&self) -> u8 {
        match self {
            Self::Refused { .. } => 1,
            Self::Unfit { why, .. } | Self::StagedUnfit { why, .. } => why.exit_code(),
        }
    }
}

impl fmt::Display for RestoreFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { file, error: RestoreError::File(path, error) } if path == file => {
                write!(f, "{} cannot be read: {error}", file.display())
            }
            Self::Refused { file, error } => {
                write!(f, "{} is not restored: {error}", file.display())
            }
            Self::Unfit { file, why } => write!(
                f,
                "{} is not restored, for the server could not serve it: {why}",
                file.display()
            ),
            Self::StagedUnfit { file, why } => {
                write!(f, "once {} is in the place of the database: {why}", file.display())
            }
        }
    }
}

impl From<RestoreFailure> for Failure {
    fn from(failure: RestoreFailure) -> Self {
        Self::Restore(failure)
    }
}
