//! Why no backup is made, or none restored.

use std::borrow::Cow;

use axum::http::StatusCode;
use rollcall_store::RestoreError;
use rollcall_web::{CommonFailure, Refusal};

use super::{Failure, sentence};

/// Why a request about a backup failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum BackupFailure {
    /// A copy of the database is being made or sent.
    UnderWay,
    /// What is to be restored has to be sent as what it is.
    NoOctetStream,
    /// It is larger than this many bytes.
    TooLarge(u64),
    /// It cannot take the place of the database; the code and the sentence.
    NotRestored(StatusCode, &'static str, Cow<'static, str>),
    /// Nothing is staged.
    NothingStaged,
}

impl From<BackupFailure> for Refusal {
    fn from(failure: BackupFailure) -> Self {
        use StatusCode as S;
        match failure {
            BackupFailure::UnderWay => Self::new(
                S::SERVICE_UNAVAILABLE,
                "busy",
                "Another backup is on its way; try again when it has arrived.",
            ),
            BackupFailure::NoOctetStream => Self::new(
                S::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "Send the database itself, as application/octet-stream.",
            ),
            BackupFailure::TooLarge(most) => Self::new(
                S::PAYLOAD_TOO_LARGE,
                "body_too_large",
                format!("The file is larger than {most} bytes, for which there is room."),
            ),
            BackupFailure::NotRestored(status, code, sentence) => Self::new(status, code, sentence),
            BackupFailure::NothingStaged => {
                Self::new(S::NOT_FOUND, "nothing_staged", "No backup waits to be restored.")
            }
        }
    }
}

impl From<BackupFailure> for Failure {
    fn from(failure: BackupFailure) -> Self {
        Self::Backup(failure)
    }
}

/// What the disk or SQLite says stays in the log.
impl From<RestoreError> for Failure {
    fn from(error: RestoreError) -> Self {
        use RestoreError as E;
        let (status, code) = match error {
            E::NoDatabase => (StatusCode::UNPROCESSABLE_ENTITY, "no_database"),
            E::NotRollcall => (StatusCode::UNPROCESSABLE_ENTITY, "not_rollcall"),
            E::Newer => (StatusCode::UNPROCESSABLE_ENTITY, "newer_version"),
            E::Corrupt => (StatusCode::UNPROCESSABLE_ENTITY, "damaged"),
            E::UnderWay => (StatusCode::CONFLICT, "restore_under_way"),
            E::NoRoom => (StatusCode::INSUFFICIENT_STORAGE, "no_room"),
            E::File(..) | E::Database(_) | E::Migration(_) => {
                tracing::error!(%error, "nothing is restored");
                return CommonFailure::Internal.into();
            }
        };
        BackupFailure::NotRestored(status, code, sentence(&error)).into()
    }
}
