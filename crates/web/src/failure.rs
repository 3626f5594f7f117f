//! How a request can fail, as both apps answer it: status, code and text in one table, and the
//! body that carries them (docs/status.md section 0 "Answers", S3, S17).
//!
//! An app has a table of its own for the rest. A handler's failure becomes a [`Refusal`], to which
//! `layers.rs` gives the request's id. The texts are for people who read an answer by hand: pages
//! show their own, in the reader's language, found by the code.

use std::borrow::Cow;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rollcall_store::StoreError;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::limits::Limited;

/// A failure as it is answered.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The status of the answer.
    pub status: StatusCode,
    /// What programs tell failures apart by.
    pub code: &'static str,
    /// A sentence for people.
    pub message: Cow<'static, str>,
    /// Which field of the body is at fault.
    pub field: Option<Cow<'static, str>>,
    /// In how many seconds the same would be allowed.
    pub retry_after: Option<u64>,
    /// What else the body says.
    pub more: Map<String, Value>,
}

/// Failures that are the same wherever they happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommonFailure {
    /// Not valid JSON, or not an object.
    MalformedJson,
    /// Not a valid form.
    MalformedForm,
    /// The body could not be read to its end.
    BrokenBody,
    /// Neither JSON nor a form.
    UnsupportedMediaType,
    /// More than the request takes.
    BodyTooLarge,
    /// A field is missing, of the wrong type or against its rules.
    Field(&'static str, FieldProblem),
    /// Another site sent the request.
    CrossSite,
    /// No session, or one that has ended.
    NotSignedIn,
    /// Nothing is at this path.
    NotFound,
    /// Something is, but not for this method.
    MethodNotAllowed,
    /// The program was built without its pages.
    NoPages,
    /// The store or the machine failed; the log has the details.
    Internal,
}

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldProblem {
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

impl Refusal {
    /// A refusal that says no more than these.
    pub fn new(
        status: StatusCode,
        code: &'static str,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        let message = message.into();
        Self { status, code, message, field: None, retry_after: None, more: Map::new() }
    }

    /// What happens too often; `what` is the sentence that says so.
    pub fn limited<L>(limited: &Limited<L>, what: &str) -> Self {
        let status = StatusCode::TOO_MANY_REQUESTS;
        let refusal = Self::new(status, "too_many_requests", limited.sentence(what));
        Self { retry_after: Some(limited.retry_after), ..refusal }
    }

    /// The same, of a field.
    pub fn of_field(self, field: impl Into<Cow<'static, str>>) -> Self {
        Self { field: Some(field.into()), ..self }
    }

    /// The answer's body, named by the request's id.
    pub(crate) fn body(&self, request_id: &str) -> String {
        let body = RefusalBody {
            success: false,
            error: self.code,
            message: &self.message,
            field: self.field.as_deref(),
            retry_after: self.retry_after,
            more: &self.more,
            request_id,
        };
        serde_json::to_string(&body).expect("texts and numbers always serialise")
    }
}

impl CommonFailure {
    /// The table.
    fn row(self) -> (StatusCode, &'static str, &'static str) {
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
            Self::BodyTooLarge => (
                S::PAYLOAD_TOO_LARGE,
                "body_too_large",
                "The body is larger than this request takes.",
            ),
            Self::Field(_, problem) => problem.row(),
            Self::CrossSite => (S::FORBIDDEN, "cross_site", "Another site sent this request."),
            Self::NotSignedIn => (S::UNAUTHORIZED, "not_signed_in", "Sign in first."),
            Self::NotFound => (S::NOT_FOUND, "not_found", "Nothing is here."),
            Self::MethodNotAllowed => {
                (S::METHOD_NOT_ALLOWED, "method_not_allowed", "Use another method here.")
            }
            Self::NoPages => {
                (S::NOT_IMPLEMENTED, "no_pages", "This program was built without its pages.")
            }
            Self::Internal => (S::INTERNAL_SERVER_ERROR, "internal", "Something failed here."),
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

/// The refusal travels as an extension to `layers.rs`, which knows the request's id.
impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl IntoResponse for CommonFailure {
    fn into_response(self) -> Response {
        Refusal::from(self).into_response()
    }
}

impl From<CommonFailure> for Refusal {
    fn from(failure: CommonFailure) -> Self {
        let (status, code, message) = failure.row();
        let refusal = Self::new(status, code, message);
        match failure {
            CommonFailure::Field(field, _) => refusal.of_field(field),
            _ => refusal,
        }
    }
}

impl From<StoreError> for CommonFailure {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the store failed");
        Self::Internal
    }
}

impl From<getrandom::Error> for CommonFailure {
    fn from(error: getrandom::Error) -> Self {
        tracing::error!(%error, "the random source failed");
        Self::Internal
    }
}

#[derive(Serialize)]
struct RefusalBody<'a> {
    success: bool,
    error: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u64>,
    #[serde(flatten)]
    more: &'a Map<String, Value>,
    request_id: &'a str,
}
