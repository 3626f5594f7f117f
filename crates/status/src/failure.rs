//! Every way a request of the status app can fail beside what all web apps know: status, code and
//! text in one table (docs/status.md section 0 "Answers", S3, S17).

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use rollcall_store::{RegisterError, StatusRow, StoreError};
use rollcall_web::{CommonFailure, FieldProblem, Refusal};
use serde::Serialize;

use crate::limits::{Limit, Limited};
use crate::name::NameError;
use crate::text::TextError;

/// Why a request failed.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    /// For a reason that is no app's own.
    Common(CommonFailure),
    /// The name is somebody else's.
    NameTaken,
    /// Signed in under another name, and `confirm` is not true.
    AlreadySignedIn,
    /// `if_rev` is not the revision; the current status goes along.
    RevisionConflict(StatusRow),
    /// The user may not subscribe to this channel.
    ChannelForbidden,
    /// Too often (docs/status.md S14).
    TooManyRequests(Limited),
    /// The app of the status page does not exist or is disabled.
    AppUnavailable,
}

impl Failure {
    /// What is told of it, in a sentence.
    pub(crate) fn sentence(&self) -> String {
        Refusal::from(self.clone()).message.into_owned()
    }

    /// A field that is against its rules.
    pub(crate) fn of_field(field: &'static str, problem: impl Into<FieldProblem>) -> Self {
        CommonFailure::Field(field, problem.into()).into()
    }
}

/// The table.
impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        use StatusCode as S;
        match failure {
            Failure::Common(failure) => failure.into(),
            Failure::NameTaken => Self::new(S::CONFLICT, "name_taken", "This name is in use here.")
                .of_field("username"),
            Failure::AlreadySignedIn => {
                Self::new(S::CONFLICT, "already_signed_in", "You are signed in under another name.")
            }
            Failure::RevisionConflict(row) => revision_conflict(&row),
            Failure::ChannelForbidden => Self::new(
                S::FORBIDDEN,
                "channel_forbidden",
                "You may not subscribe to this channel.",
            ),
            Failure::TooManyRequests(limited) => {
                Self::limited(&limited, too_much_of(limited.limit))
            }
            Failure::AppUnavailable => Self::new(
                S::SERVICE_UNAVAILABLE,
                "app_unavailable",
                "The status page's app is not available.",
            ),
        }
    }
}

fn revision_conflict(row: &StatusRow) -> Refusal {
    let message = "The status has changed meanwhile.";
    let mut refusal = Refusal::new(StatusCode::CONFLICT, "revision_conflict", message);
    let current = serde_json::to_value(StatusBody::from(row));
    let current = current.expect("texts and numbers always serialise");
    refusal.more.insert("current".to_owned(), current);
    refusal
}

/// What happened too often.
fn too_much_of(limit: Limit) -> &'static str {
    match limit {
        Limit::SignIns => "There were too many tries with this name.",
        Limit::SignUps => "Too many people signed up from this address.",
        Limit::Statuses => "You're changing status too quickly.",
        Limit::Auths => "This browser asks too often.",
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        Refusal::from(self).into_response()
    }
}

impl From<CommonFailure> for Failure {
    fn from(failure: CommonFailure) -> Self {
        Self::Common(failure)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Common(error.into())
    }
}

impl From<getrandom::Error> for Failure {
    fn from(error: getrandom::Error) -> Self {
        Self::Common(error.into())
    }
}

impl From<RegisterError> for Failure {
    fn from(error: RegisterError) -> Self {
        match error {
            RegisterError::NameTaken => Self::NameTaken,
            RegisterError::AlreadySignedIn => Self::AlreadySignedIn,
            RegisterError::Store(error) => error.into(),
        }
    }
}

impl From<NameError> for FieldProblem {
    fn from(error: NameError) -> Self {
        match error {
            NameError::Empty => Self::Empty,
            NameError::TooLong => Self::TooLong,
            NameError::IllegalCharacter => Self::IllegalCharacter,
            NameError::Reserved => Self::ReservedName,
        }
    }
}

impl From<TextError> for FieldProblem {
    fn from(error: TextError) -> Self {
        match error {
            TextError::TooLong => Self::TooLong,
            TextError::IllegalCharacter => Self::IllegalCharacter,
        }
    }
}

/// A status as the page's own requests see it.
#[derive(Serialize)]
pub(crate) struct StatusBody<'a> {
    text: &'a str,
    rev: u64,
    updated_at: i64,
}

impl<'a> From<&'a StatusRow> for StatusBody<'a> {
    fn from(row: &'a StatusRow) -> Self {
        Self { text: &row.text, rev: row.rev, updated_at: row.updated_at }
    }
}
