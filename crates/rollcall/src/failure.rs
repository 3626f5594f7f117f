//! Why the program ends: one sentence for the operator, and an exit code. What an app, the status
//! page or a restore can fail of has files of its own.

mod app;
mod restore;
mod status_page;

use std::path::PathBuf;
use std::{fmt, io};

use rollcall_node::config::{ConfigError, Duplicate, ListenAddress};
use rollcall_node::tls::TlsError;
use rollcall_node::webhooks::WebhooksError;
use rollcall_node::{ServeError, StartError};
use rollcall_store::{OpenError, StoreError, WriteAppError};

use crate::doctor::DoctorError;
use crate::tail::TailError;
use crate::trigger::TriggerError;
use crate::usage::UsageError;

pub(crate) use app::AppFailure;
pub(crate) use restore::RestoreFailure;
pub(crate) use status_page::StatusPageFailure;

/// Why the program ends.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line makes no sense.
    Usage(UsageError),
    /// An option is wrong.
    Config(ConfigError),
    /// Two apps cannot be told apart.
    Duplicate(Duplicate),
    /// What `pages` names is no directory; `subject` says where it was given.
    NoPagesDirectory { subject: String, path: PathBuf },
    /// The certificate cannot be used.
    Tls(TlsError),
    /// A certificate without a key, or the other way round; `subject` says where it was given.
    HalfOfTls { subject: String, missing: &'static str },
    /// Nothing is to be listed, because the server never started here.
    NoDatabase(PathBuf),
    /// The address cannot be listened on.
    Listen { address: ListenAddress, error: io::Error },
    /// The data directory or the database in it cannot be used.
    Open(OpenError),
    /// A file does not take the place of the database.
    Restore(RestoreFailure),
    /// The database failed.
    Store(StoreError),
    /// The system has no random numbers.
    Random(getrandom::Error),
    /// An app could not be written.
    Write(WriteAppError),
    /// An app is not there, or not as it was asked for.
    App(AppFailure),
    /// The status page cannot work, or not as it was asked for.
    StatusPage(StatusPageFailure),
    /// The event was not published.
    Trigger(TriggerError),
    /// The doctor found something, or could not look.
    Doctor(DoctorError),
    /// An app cannot be followed.
    Tail(TailError),
    /// Everything that is wrong.
    Several(Vec<Failure>),
    /// The threads could not be started.
    Runtime(io::Error),
    /// The node could not be started.
    Start(StartError),
    /// The node stopped by itself.
    Serve(ServeError),
    /// No webhook of this id was given up.
    NoDelivery(String),
    /// Webhooks cannot be delivered.
    Webhooks(WebhooksError),
    /// The delivery of webhooks has a defect; the log has more.
    WebhooksPanicked,
}

impl Failure {
    /// 2 for what the operator asked, as other programs do; 1 for what happened.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) | Self::Config(_) | Self::Duplicate(_) => 2,
            Self::NoPagesDirectory { .. } | Self::Tls(_) | Self::HalfOfTls { .. } => 2,
            Self::App(failure) => failure.exit_code(),
            Self::StatusPage(failure) => failure.exit_code(),
            Self::Restore(failure) => failure.exit_code(),
            Self::Trigger(error) if error.is_usage() => 2,
            Self::Doctor(error) if error.is_usage() => 2,
            Self::Tail(error) if error.is_usage() => 2,
            Self::Several(failures) => failures.iter().map(Self::exit_code).max().unwrap_or(1),
            _ => 1,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(error) => error.fmt(f),
            Self::Config(error) => error.fmt(f),
            Self::Duplicate(duplicate) => duplicate.fmt(f),
            Self::NoPagesDirectory { subject, path } => {
                write!(f, "{subject} must be a directory, and {} is none", path.display())
            }
            Self::Tls(error) => error.fmt(f),
            Self::HalfOfTls { subject, missing } => {
                write!(f, "{subject} is given, and {missing} is not; TLS needs both")
            }
            Self::NoDatabase(path) => write!(
                f,
                "there is no database in {}; the first start of the server makes one, or name \
                 another directory with --data",
                path.display()
            ),
            Self::Listen { address, error } => listen_sentence(f, address, error),
            Self::Open(error) => error.fmt(f),
            Self::Restore(failure) => failure.fmt(f),
            Self::Store(error) => error.fmt(f),
            Self::Write(error) => write!(f, "nothing was written: {error}"),
            Self::App(failure) => failure.fmt(f),
            Self::StatusPage(failure) => failure.fmt(f),
            Self::Random(error) => write!(f, "the system has no random numbers: {error}"),
            Self::Trigger(error) => error.fmt(f),
            Self::Doctor(error) => error.fmt(f),
            Self::Tail(error) => error.fmt(f),
            Self::Several(failures) => {
                let told: Vec<_> = failures.iter().map(ToString::to_string).collect();
                f.write_str(&told.join("\nrollcall: "))
            }
            Self::Runtime(error) => write!(f, "the threads cannot be started: {error}"),
            Self::Start(error) => error.fmt(f),
            Self::Serve(error) => error.fmt(f),
            Self::NoDelivery(id) => write!(
                f,
                "no request {id} was given up; rollcall webhooks list shows what there is"
            ),
            Self::Webhooks(error) => error.fmt(f),
            Self::WebhooksPanicked => f.write_str("the delivery of webhooks stopped by a defect"),
        }
    }
}

fn listen_sentence(
    f: &mut fmt::Formatter<'_>,
    address: &ListenAddress,
    error: &io::Error,
) -> fmt::Result {
    match error.kind() {
        io::ErrorKind::AddrInUse => write!(
            f,
            "{address} is in use by another program; stop that one, or choose another port with \
             --listen"
        ),
        io::ErrorKind::PermissionDenied => write!(
            f,
            "{address} may not be listened on; ports below 1024 need a privilege, so choose \
             another with --listen"
        ),
        _ => write!(f, "{address} cannot be listened on: {error}"),
    }
}

/// The ids of the apps there are.
struct Known<'a>(&'a [String]);

impl fmt::Display for Known<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            [] => f.write_str("there is none before the first start of the server"),
            ids => write!(f, "there are {}", ids.join(", ")),
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::Config(error)
    }
}

impl From<Duplicate> for Failure {
    fn from(duplicate: Duplicate) -> Self {
        Self::Duplicate(duplicate)
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        Self::Open(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        Self::Start(error)
    }
}

impl From<ServeError> for Failure {
    fn from(error: ServeError) -> Self {
        Self::Serve(error)
    }
}

impl From<WebhooksError> for Failure {
    fn from(error: WebhooksError) -> Self {
        Self::Webhooks(error)
    }
}

impl From<TriggerError> for Failure {
    fn from(error: TriggerError) -> Self {
        Self::Trigger(error)
    }
}

impl From<DoctorError> for Failure {
    fn from(error: DoctorError) -> Self {
        Self::Doctor(error)
    }
}

impl From<TailError> for Failure {
    fn from(error: TailError) -> Self {
        Self::Tail(error)
    }
}
