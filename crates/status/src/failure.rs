//! Every way a request can fail: status, code and text in one table (docs/status.md section 0
//! "Answers", S3, S17).
//!
//! A handler returns a [`Failure`]; `layers.rs` gives it its request id and turns it into the
//! JSON body. The texts are for people who read an answer by hand: the page shows its own, in the
//! reader's language, found by the code.

use std::borrow::Cow;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rollcall_store::{RegisterError, StatusRow, StoreError};
use serde::Serialize;

use crate::limits::{Limit, Limited};
use crate::name::NameError;
use crate::text::TextError;

/// Why a request failed.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    /// Not valid JSON, or not an object.
    MalformedJson,
    /// Not a valid form.
    MalformedForm,
    /// The body could not be read to its end.
    BrokenBody,
    /// Neither JSON nor a form.
    UnsupportedMediaType,
    /// More than 16 kB.
    BodyTooLarge,
    /// A field is missing, of the wrong type or against its rules.
    Field(&'static str, FieldProblem),
    /// Another site sent the request.
    CrossSite,
    /// No session, or one that has ended.
    NotSignedIn,
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
    /// Nothing is at this path.
    NotFound,
    /// Something is, but not for this method.
    MethodNotAllowed,
    /// The program was built without its pages.
    NoPages,
    /// The app of the status page does not exist or is disabled.
    AppUnavailable,
    /// The store or the machine failed; the log has the details.
    Internal,
}

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FieldProblem {
    /// It is not there.
    Missing,
    /// It is, but as something else.
    WrongType,
    /// It has no visible character.
    Empty,
    /// It is over its limit.
    TooLong,
    /// It has a character that is not allowed.
    IllegalCharacter,
    /// It is a word that nobody may have.
    ReservedName,
    /// It does not have its form.
    Malformed,
}

impl Failure {
    pub(crate) fn status(&self) -> StatusCode {
        self.row().0
    }

    pub(crate) fn code(&self) -> &'static str {
        self.row().1
    }

    /// The answer's body, named by the request's id.
    pub(crate) fn body(&self, request_id: &str) -> String {
        let (_, error, message) = self.row();
        let field = match self {
            Self::Field(field, _) => Some(*field),
            Self::NameTaken => Some("username"),
            _ => None,
        };
        let current = match self {
            Self::RevisionConflict(row) => Some(StatusBody::from(row)),
            _ => None,
        };
        let (message, retry_after) = match self {
            Self::TooManyRequests(limited) => {
                (limited.sentence().into(), Some(limited.retry_after))
            }
            _ => (Cow::Borrowed(message), None),
        };
        let body =
            FailureBody { success: false, error, message, field, retry_after, current, request_id };
        serde_json::to_string(&body).expect("texts and numbers always serialise")
    }

    /// The table.
    fn row(&self) -> (StatusCode, &'static str, &'static str) {
        use StatusCode as S;
        match self {
            Self::MalformedJson => {
                (S::BAD_REQUEST, "malformed_json", "The body is not a JSON object.")
            }
            Self::MalformedForm => (S::BAD_REQUEST, "malformed_form", "The body is not a form."),
            Self::BrokenBody => (S::BAD_REQUEST, "broken_body", "The body ended too early."),
            Self::UnsupportedMediaType => {
                (S::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", "Send JSON or a form.")
            }
            Self::BodyTooLarge => {
                (S::PAYLOAD_TOO_LARGE, "body_too_large", "The body is larger than 16 kB.")
            }
            Self::Field(_, problem) => problem.row(),
            Self::CrossSite => (S::FORBIDDEN, "cross_site", "Another site sent this request."),
            Self::NotSignedIn => (S::UNAUTHORIZED, "not_signed_in", "Sign in first."),
            Self::NameTaken => (S::CONFLICT, "name_taken", "This name is in use here."),
            Self::AlreadySignedIn => {
                (S::CONFLICT, "already_signed_in", "You are signed in under another name.")
            }
            Self::RevisionConflict(_) => {
                (S::CONFLICT, "revision_conflict", "The status has changed meanwhile.")
            }
            Self::ChannelForbidden => {
                (S::FORBIDDEN, "channel_forbidden", "You may not subscribe to this channel.")
            }
            Self::TooManyRequests(_) => (S::TOO_MANY_REQUESTS, "too_many_requests", "Too often."),
            Self::NotFound => (S::NOT_FOUND, "not_found", "Nothing is here."),
            Self::MethodNotAllowed => {
                (S::METHOD_NOT_ALLOWED, "method_not_allowed", "Use another method here.")
            }
            Self::NoPages => {
                (S::NOT_IMPLEMENTED, "no_pages", "This program was built without its pages.")
            }
            Self::AppUnavailable => (
                S::SERVICE_UNAVAILABLE,
                "app_unavailable",
                "The status page's app is not available.",
            ),
            Self::Internal => (S::INTERNAL_SERVER_ERROR, "internal", "Something failed here."),
        }
    }
}

impl Limited {
    /// What happened too often, and how long to wait.
    fn sentence(self) -> String {
        let what = match self.limit {
            Limit::SignIns => "There were too many tries with this name.",
            Limit::SignUps => "Too many people signed up from this address.",
            Limit::Statuses => "You're changing status too quickly.",
            Limit::Auths => "This browser asks too often.",
        };
        match self.retry_after {
            seconds if seconds < 120 => format!("{what} Try again in {seconds} s."),
            seconds => format!("{what} Try again in {} min.", seconds.div_ceil(60)),
        }
    }
}

impl FieldProblem {
    fn row(self) -> (StatusCode, &'static str, &'static str) {
        let (code, message) = match self {
            Self::Missing => ("missing", "The field is missing."),
            Self::WrongType => ("wrong_type", "The field has the wrong type."),
            Self::Empty => ("empty", "The field is empty."),
            Self::TooLong => ("too_long", "The text is too long."),
            Self::IllegalCharacter => {
                ("illegal_character", "The text has a character that is not allowed.")
            }
            Self::ReservedName => ("reserved_name", "Nobody can have this name."),
            Self::Malformed => ("malformed", "The field does not have its form."),
        };
        (StatusCode::UNPROCESSABLE_ENTITY, code, message)
    }
}

/// The failure travels as an extension to `layers.rs`, which knows the request's id.
impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
        if let Self::TooManyRequests(limited) = &self {
            response.headers_mut().insert(header::RETRY_AFTER, limited.retry_after.into());
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the store failed");
        Self::Internal
    }
}

impl From<getrandom::Error> for Failure {
    fn from(error: getrandom::Error) -> Self {
        tracing::error!(%error, "the random source failed");
        Self::Internal
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

#[derive(Serialize)]
struct FailureBody<'a> {
    success: bool,
    error: &'static str,
    message: Cow<'static, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    current: Option<StatusBody<'a>>,
    request_id: &'a str,
}
