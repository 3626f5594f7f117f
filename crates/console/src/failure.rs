//! Every way a request of the console can fail beside what all web apps know: status, code and text
//! in one table (docs/console.md section 2).

use std::borrow::Cow;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use rollcall_node::config::{BadChange, ConfigError};
use rollcall_node::handle::{PublishAsError, PublishError, QueryError, TerminateError};
use rollcall_node::webhooks::TestSendError;
use rollcall_store::{RestoreError, StoreError, WriteAppError};
use rollcall_web::{CommonFailure, FieldProblem, Refusal};

use crate::judge::Objection;
use crate::limits::{Limit, Limited};

/// Why a request failed.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    /// For a reason that is no app's own.
    Common(CommonFailure),
    /// The one-time code is wrong, or was used or has expired.
    WrongCode,
    /// The name or the password is wrong; nobody learns which.
    WrongPassword,
    /// The password in this field is shorter than it has to be.
    ShortPassword(&'static str),
    /// The password in this field is one of those that everybody tries first.
    CommonPassword(&'static str),
    /// Too often (docs/console.md section 1).
    TooManyRequests(Limited),
    /// Too many wait for a password to be hashed.
    Busy,
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
    /// The server could not serve what the change makes.
    Objection(Objection),
    /// A setting does not take its value; the sentence is its record's.
    BadValue { key: Option<Cow<'static, str>>, sentence: String },
    /// No change has this number.
    NoChange,
    /// A change of this kind cannot be taken back.
    NotReversible,
    /// What a change made was changed again.
    ChangedSince,
    /// The app has no such connection.
    NoConnection,
    /// Nobody may subscribe to this channel of the live app.
    NoTopic,
    /// What was to be done on a channel or with an event cannot be; the field and why.
    Unfit(&'static str, Cow<'static, str>),
    /// The node has too much to do.
    NodeBusy,
    /// A copy of the database is being made or sent.
    BackupUnderWay,
    /// What is to be restored has to be sent as what it is.
    NoOctetStream,
    /// It is larger than this many bytes.
    RestoreTooLarge(u64),
    /// It cannot take the place of the database; the code and the sentence.
    NotRestored(StatusCode, &'static str, Cow<'static, str>),
    /// Nothing is staged.
    NothingStaged,
}

impl Failure {
    /// A field that is against its rules.
    pub(crate) fn of_field(field: &'static str, problem: FieldProblem) -> Self {
        CommonFailure::Field(field, problem).into()
    }

    /// The same of a password that the request calls otherwise.
    pub(crate) fn in_field(self, field: &'static str) -> Self {
        match self {
            Self::ShortPassword(_) => Self::ShortPassword(field),
            Self::CommonPassword(_) => Self::CommonPassword(field),
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

/// The table.
impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        use StatusCode as S;
        let (status, code, message): (_, _, Cow<'static, str>) = match failure {
            Failure::Common(failure) => return failure.into(),
            Failure::TooManyRequests(limited) => return too_often(&limited),
            Failure::ShortPassword(field) => {
                return of_password(field, "too_short", "The password must have at least 10 characters.");
            }
            Failure::CommonPassword(field) => {
                let message = "Everybody tries this password; take another.";
                return of_password(field, "common_password", message);
            }
            Failure::BadValue { key, sentence } => {
                let refusal = Self::new(S::UNPROCESSABLE_ENTITY, "bad_value", sentence);
                return Self { field: key, ..refusal };
            }
            Failure::NotConfirmed => {
                let message = "Type the name of the app to confirm.";
                return Self::new(S::UNPROCESSABLE_ENTITY, "not_confirmed", message)
                    .of_field("confirm");
            }
            Failure::WrongCode => (
                S::FORBIDDEN,
                "wrong_code",
                "The code is wrong, used or older than an hour; \"rollcall console code\" makes another."
                    .into(),
            ),
            Failure::WrongPassword => {
                (S::UNAUTHORIZED, "wrong_password", "The name or the password is wrong.".into())
            }
            Failure::Busy => {
                (S::SERVICE_UNAVAILABLE, "busy", "Too many sign in at once; try again.".into())
            }
            Failure::NoApp => (S::NOT_FOUND, "no_such_app", "No app has this id.".into()),
            Failure::NoKey => (S::NOT_FOUND, "no_key", "The app has no such key.".into()),
            Failure::LastKey => {
                (S::CONFLICT, "last_key", "An app needs a key; add another one first.".into())
            }
            Failure::TooManyKeys => {
                (S::CONFLICT, "too_many_keys", "Remove a key that nobody uses first.".into())
            }
            Failure::Objection(Objection::Fixed(sentence)) => {
                (S::CONFLICT, "fixed", sentence.into())
            }
            Failure::Objection(Objection::StatusApp(sentence)) => {
                (S::CONFLICT, "status_app", sentence.into())
            }
            Failure::Objection(Objection::Other(sentence)) => {
                (S::CONFLICT, "not_served", sentence.into())
            }
            Failure::Unfit(field, sentence) => {
                return Self::new(S::UNPROCESSABLE_ENTITY, "unfit", sentence).of_field(field);
            }
            Failure::NoConnection => {
                (S::NOT_FOUND, "no_connection", "The app has no such connection any more.".into())
            }
            Failure::NoTopic => {
                (S::FORBIDDEN, "no_topic", "There is no such live channel; see docs/console.md.".into())
            }
            Failure::NodeBusy => (
                S::SERVICE_UNAVAILABLE,
                "busy",
                "The server has more to do than it can hold; try again in a second.".into(),
            ),
            Failure::BackupUnderWay => (
                S::SERVICE_UNAVAILABLE,
                "busy",
                "Another backup is on its way; try again when it has arrived.".into(),
            ),
            Failure::NoOctetStream => (
                S::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "Send the database itself, as application/octet-stream.".into(),
            ),
            Failure::RestoreTooLarge(most) => (
                S::PAYLOAD_TOO_LARGE,
                "body_too_large",
                format!("The file is larger than {most} bytes, for which there is room.").into(),
            ),
            Failure::NotRestored(status, code, sentence) => (status, code, sentence),
            Failure::NothingStaged => {
                (S::NOT_FOUND, "nothing_staged", "No backup waits to be restored.".into())
            }
            Failure::NoChange => (S::NOT_FOUND, "no_change", "No change has this number.".into()),
            Failure::NotReversible => {
                (S::CONFLICT, "not_reversible", "Only changes of settings can be reverted.".into())
            }
            Failure::ChangedSince => (
                S::CONFLICT,
                "changed_since",
                "What it would restore was changed again; revert that first.".into(),
            ),
        };
        Self::new(status, code, message)
    }
}

fn of_password(field: &'static str, code: &'static str, message: &'static str) -> Refusal {
    Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, code, message).of_field(field)
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

impl From<BadChange> for Failure {
    fn from(BadChange { key, error }: BadChange) -> Self {
        Self::BadValue { key: key.map(|key| Cow::Owned(key.into())), sentence: error.to_string() }
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
        Self::NotRestored(status, code, sentence(&error))
    }
}

impl From<QueryError> for Failure {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::UnknownApp => Self::NoApp,
            QueryError::BadChannel => Self::Unfit("name", sentence(&error)),
            QueryError::Busy => Self::NodeBusy,
        }
    }
}

impl From<PublishError> for Failure {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::UnknownApp => Self::NoApp,
            PublishError::BadChannel => Self::Unfit("channel", sentence(&error)),
            PublishError::BadEvent => Self::Unfit("event", sentence(&error)),
            PublishError::BadSocketId => Self::Unfit("socket_id", sentence(&error)),
            PublishError::DataTooBig => Self::Unfit("data", sentence(&error)),
            PublishError::OverMessageQuota | PublishError::Busy => Self::NodeBusy,
        }
    }
}

impl From<PublishAsError> for Failure {
    fn from(error: PublishAsError) -> Self {
        match error {
            PublishAsError::UnknownApp => Self::NoApp,
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
            TerminateError::UnknownApp => Self::NoApp,
            TerminateError::Busy => Self::NodeBusy,
        }
    }
}

impl From<TestSendError> for Failure {
    fn from(error: TestSendError) -> Self {
        match error {
            TestSendError::UnknownApp => Self::NoApp,
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
