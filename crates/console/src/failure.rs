//! Every way a request of the console can fail beside what all web apps know: status, code and text
//! in one table for each group (docs/console.md section 2).

mod app;
mod backup;
mod entry;

use std::borrow::Cow;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use rollcall_node::config::{BadChange, ConfigError, Reason};
use rollcall_node::handle::{PublishAsError, PublishError, QueryError, TerminateError};
use rollcall_node::http::EventBodyError;
use rollcall_node::webhooks::TestSendError;
use rollcall_store::{StoreError, WriteAppError};
use rollcall_web::{CommonFailure, FieldProblem, Refusal};
use serde_json::{Value, json as object};

use crate::judge::Objection;
use crate::limits::{Limit, Limited};

pub(crate) use app::AppFailure;
pub(crate) use backup::BackupFailure;
pub(crate) use entry::EntryFailure;

/// Why a request failed.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    /// For a reason that is no app's own.
    Common(CommonFailure),
    /// Somebody does not come in.
    Entry(EntryFailure),
    /// Something of an app is not there, or stays as it is.
    App(AppFailure),
    /// A backup is not made, or not restored.
    Backup(BackupFailure),
    /// Too often (docs/console.md section 1).
    TooManyRequests(Limited),
    /// The server could not serve what the change makes.
    Objection(Objection),
    /// A setting does not take its value; the sentence is its record's, and the reason is for programs.
    BadValue { key: Option<Cow<'static, str>>, sentence: String, reason: Option<Value> },
    /// What was to be done on a channel or with an event cannot be; the field and why.
    Unfit(&'static str, Cow<'static, str>),
    /// The node has too much to do.
    NodeBusy,
}

impl Failure {
    /// A field that is against its rules.
    pub(crate) fn of_field(field: &'static str, problem: FieldProblem) -> Self {
        CommonFailure::Field(field, problem).into()
    }

    /// The same of a password that the request calls otherwise.
    pub(crate) fn in_field(self, field: &'static str) -> Self {
        match self {
            Self::Entry(failure) => failure.in_field(field).into(),
            Self::Common(CommonFailure::Field(_, problem)) => Self::of_field(field, problem),
            other => other,
        }
    }

    /// What programs tell failures apart by.
    #[cfg(test)]
    pub(crate) fn code(self) -> &'static str {
        Refusal::from(self).code
    }
}

/// The table, with those of the groups.
impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        use StatusCode as S;
        match failure {
            Failure::Common(failure) => failure.into(),
            Failure::Entry(failure) => failure.into(),
            Failure::App(failure) => failure.into(),
            Failure::Backup(failure) => failure.into(),
            Failure::TooManyRequests(limited) => too_often(&limited),
            Failure::Objection(objection) => objected(objection),
            Failure::BadValue { key, sentence, reason } => {
                let refusal = Self::new(S::UNPROCESSABLE_ENTITY, "bad_value", sentence);
                because(Self { field: key, ..refusal }, reason)
            }
            Failure::Unfit(field, sentence) => {
                Self::new(S::UNPROCESSABLE_ENTITY, "unfit", sentence).of_field(field)
            }
            Failure::NodeBusy => Self::new(
                S::SERVICE_UNAVAILABLE,
                "busy",
                "The server has more to do than it can hold; try again in a second.",
            ),
        }
    }
}

fn objected(objection: Objection) -> Refusal {
    let (code, needs, sentence) = match objection {
        Objection::Fixed(sentence) => ("fixed", None, sentence),
        Objection::StatusApp(needs, sentence) => ("status_app", needs, sentence),
        Objection::Other(sentence) => ("not_served", None, sentence),
    };
    let reason = needs.map(|key| object!({ "code": "needed", "key": key }));
    let refusal = Refusal::new(StatusCode::CONFLICT, code, sentence);
    because(Refusal { field: needs.map(Cow::Borrowed), ..refusal }, reason)
}

/// The same refusal, with what programs may tell in words of their own.
fn because(mut refusal: Refusal, reason: Option<Value>) -> Refusal {
    refusal.more.extend(reason.map(|reason| ("reason".to_owned(), reason)));
    refusal
}

fn too_often(limited: &Limited) -> Refusal {
    let what = match limited.limit {
        Limit::SetUps => "There were too many tries with codes.",
        Limit::SignIns => "There were too many tries with wrong passwords.",
    };
    Refusal::limited(limited, what)
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

impl From<Limited> for Failure {
    fn from(limited: Limited) -> Self {
        Self::TooManyRequests(limited)
    }
}

impl From<Objection> for Failure {
    fn from(objection: Objection) -> Self {
        Self::Objection(objection)
    }
}

/// Without a key something is wrong that no change of a setting made, so there is nothing to tell of one.
impl From<BadChange> for Failure {
    fn from(BadChange { key, error }: BadChange) -> Self {
        let reason = key.as_ref().and(error.reason());
        let reason = reason.map(|Reason { code, key }| object!({ "code": code, "key": key }));
        let key = key.map(|key| Cow::Owned(key.into()));
        Self::BadValue { key, sentence: error.to_string(), reason }
    }
}

/// A stored app that cannot be read: another version wrote it, or somebody by hand.
impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::Objection(Objection::Other(error.to_string()))
    }
}

/// What the judge has looked at is not taken, so this is a defect or the database's failure.
impl From<WriteAppError> for Failure {
    fn from(error: WriteAppError) -> Self {
        match error {
            WriteAppError::Store(error) => error.into(),
            WriteAppError::Taken => Self::Objection(Objection::Other(error.to_string())),
        }
    }
}

impl From<QueryError> for Failure {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::UnknownApp => AppFailure::NoApp.into(),
            QueryError::BadChannel => Self::Unfit("name", sentence(&error)),
            QueryError::Busy => Self::NodeBusy,
        }
    }
}

impl From<PublishError> for Failure {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::UnknownApp => AppFailure::NoApp.into(),
            PublishError::BadChannel => Self::Unfit("channel", sentence(&error)),
            PublishError::BadEvent => Self::Unfit("event", sentence(&error)),
            PublishError::BadSocketId => Self::Unfit("socket_id", sentence(&error)),
            PublishError::DataTooBig => Self::Unfit("data", sentence(&error)),
            PublishError::OverMessageQuota | PublishError::Busy => Self::NodeBusy,
        }
    }
}

/// A body with more than the data that an app takes is refused as the data itself is.
impl From<EventBodyError> for Failure {
    fn from(error: EventBodyError) -> Self {
        match error {
            EventBodyError::UnknownApp => AppFailure::NoApp.into(),
            EventBodyError::TooBig => PublishError::DataTooBig.into(),
            EventBodyError::Busy => Self::NodeBusy,
            EventBodyError::Broken => CommonFailure::BrokenBody.into(),
        }
    }
}

impl From<PublishAsError> for Failure {
    fn from(error: PublishAsError) -> Self {
        match error {
            PublishAsError::UnknownApp => AppFailure::NoApp.into(),
            PublishAsError::NoClientEvents => Self::Unfit("channel", sentence(&error)),
            PublishAsError::BadEvent => Self::Unfit("event", sentence(&error)),
            PublishAsError::DataTooBig => Self::Unfit("data", sentence(&error)),
            PublishAsError::BadUser => Self::Unfit("as_user", sentence(&error)),
            PublishAsError::Busy => Self::NodeBusy,
        }
    }
}

impl From<TerminateError> for Failure {
    fn from(error: TerminateError) -> Self {
        match error {
            TerminateError::UnknownApp => AppFailure::NoApp.into(),
            TerminateError::Busy => Self::NodeBusy,
        }
    }
}

impl From<TestSendError> for Failure {
    fn from(error: TestSendError) -> Self {
        match error {
            TestSendError::UnknownApp => AppFailure::NoApp.into(),
            TestSendError::BadUrl => Self::Unfit("url", sentence(&error)),
            TestSendError::Busy | TestSendError::NotDelivering => Self::NodeBusy,
        }
    }
}

/// What the node says, as a sentence.
fn sentence(error: &dyn std::fmt::Display) -> Cow<'static, str> {
    let text = error.to_string();
    let (first, rest) = text.split_at(text.ceil_char_boundary(1));
    format!("{}{rest}.", first.to_uppercase()).into()
}
