//! Why something of an app is not looked at or changed.

use axum::http::StatusCode;
use rollcall_web::Refusal;

use super::Failure;

/// Why a request about an app failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AppFailure {
    /// No app has this id.
    NoApp,
    /// The app has no such key.
    NoKey,
    /// The only key of an app stays.
    LastKey,
    /// The app has as many keys as it may.
    TooManyKeys,
    /// What was typed is not the app's name.
    NotConfirmed,
    /// The app has no such connection.
    NoConnection,
    /// Nobody may subscribe to this channel of the live app.
    NoTopic,
    /// No change has this number.
    NoChange,
    /// A change of this kind cannot be taken back.
    NotReversible,
    /// What a change made was changed again.
    ChangedSince,
}

impl AppFailure {
    fn row(self) -> (StatusCode, &'static str, &'static str) {
        use StatusCode as S;
        match self {
            Self::NoApp => (S::NOT_FOUND, "no_such_app", "No app has this id."),
            Self::NoKey => (S::NOT_FOUND, "no_key", "The app has no such key."),
            Self::LastKey => {
                (S::CONFLICT, "last_key", "An app needs a key; add another one first.")
            }
            Self::TooManyKeys => {
                (S::CONFLICT, "too_many_keys", "Remove a key that nobody uses first.")
            }
            Self::NotConfirmed => {
                (S::UNPROCESSABLE_ENTITY, "not_confirmed", "Type the name of the app to confirm.")
            }
            Self::NoConnection => {
                (S::NOT_FOUND, "no_connection", "The app has no such connection any more.")
            }
            Self::NoTopic => {
                (S::FORBIDDEN, "no_topic", "There is no such live channel; see docs/console.md.")
            }
            Self::NoChange => (S::NOT_FOUND, "no_change", "No change has this number."),
            Self::NotReversible => {
                (S::CONFLICT, "not_reversible", "Only changes of settings can be reverted.")
            }
            Self::ChangedSince => (
                S::CONFLICT,
                "changed_since",
                "What it would restore was changed again; revert that first.",
            ),
        }
    }
}

impl From<AppFailure> for Refusal {
    fn from(failure: AppFailure) -> Self {
        let (status, code, message) = failure.row();
        let refusal = Self::new(status, code, message);
        match failure {
            AppFailure::NotConfirmed => refusal.of_field("confirm"),
            _ => refusal,
        }
    }
}

impl From<AppFailure> for Failure {
    fn from(failure: AppFailure) -> Self {
        Self::App(failure)
    }
}
