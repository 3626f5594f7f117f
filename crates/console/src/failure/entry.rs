//! Why somebody does not come in, or gets no password.

use axum::http::StatusCode;
use rollcall_web::Refusal;

use super::Failure;

/// Why a request to come in failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EntryFailure {
    /// The one-time code is wrong, or was used or has expired.
    WrongCode,
    /// The name or the password is wrong; nobody learns which.
    WrongPassword,
    /// The password in this field is shorter than it has to be.
    ShortPassword(&'static str),
    /// The password in this field is one of those that everybody tries first.
    CommonPassword(&'static str),
    /// Too many wait for a password to be hashed.
    Busy,
}

impl EntryFailure {
    /// The same of a password that the request calls otherwise.
    pub(super) fn in_field(self, field: &'static str) -> Self {
        match self {
            Self::ShortPassword(_) => Self::ShortPassword(field),
            Self::CommonPassword(_) => Self::CommonPassword(field),
            other => other,
        }
    }

    fn row(self) -> (StatusCode, &'static str, &'static str) {
        use StatusCode as S;
        match self {
            Self::WrongCode => (
                S::FORBIDDEN,
                "wrong_code",
                "The code is wrong, used or older than an hour; \"rollcall console code\" makes \
                 another.",
            ),
            Self::WrongPassword => {
                (S::UNAUTHORIZED, "wrong_password", "The name or the password is wrong.")
            }
            Self::ShortPassword(_) => (
                S::UNPROCESSABLE_ENTITY,
                "too_short",
                "The password must have at least 10 characters.",
            ),
            Self::CommonPassword(_) => (
                S::UNPROCESSABLE_ENTITY,
                "common_password",
                "Everybody tries this password; take another.",
            ),
            Self::Busy => (S::SERVICE_UNAVAILABLE, "busy", "Too many sign in at once; try again."),
        }
    }
}

impl From<EntryFailure> for Refusal {
    fn from(failure: EntryFailure) -> Self {
        let (status, code, message) = failure.row();
        let refusal = Self::new(status, code, message);
        match failure {
            EntryFailure::ShortPassword(field) | EntryFailure::CommonPassword(field) => {
                refusal.of_field(field)
            }
            _ => refusal,
        }
    }
}

impl From<EntryFailure> for Failure {
    fn from(failure: EntryFailure) -> Self {
        Self::Entry(failure)
    }
}
