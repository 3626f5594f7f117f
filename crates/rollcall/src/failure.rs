//! Why the program ends: one sentence for the operator, and an exit code.

use std::path::PathBuf;
use std::{fmt, io};

use rollcall_node::config::{ConfigError, Duplicate, ListenAddress, Place};
use rollcall_node::handle::QueueError;
use rollcall_node::tls::TlsError;
use rollcall_node::webhooks::WebhooksError;
use rollcall_node::{ServeError, StartError};
use rollcall_store::{OpenError, RestoreError, StoreError, WriteAppError};

use crate::catalogue::Source;
use crate::doctor::DoctorError;
use crate::first_start;
use crate::tail::TailError;
use crate::trigger::TriggerError;
use crate::unfit::Unfit;
use crate::usage::UsageError;

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
    /// A file is not restored.
    Restore { file: PathBuf, error: RestoreError },
    /// The server could not serve what is in it.
    RestoreUnfit { file: PathBuf, why: Box<Failure> },
    /// The server could not serve what takes the place of the database when it starts.
    StagedUnfit { file: PathBuf, why: Box<Failure> },
    /// The database failed.
    Store(StoreError),
    /// The system has no random numbers.
    Random(getrandom::Error),
    /// An app could not be written.
    Write(WriteAppError),
    /// No app may have this id.
    BadAppId(String),
    /// There is an app with this id, and other settings than asked for.
    AppExists(String),
    /// The file declares what the database has already, in the app `owner`.
    DeclaredTwice { source: Source, duplicate: Duplicate, owner: String },
    /// The file alone changes this app.
    FixedApp { id: String, place: Place },
    /// Another app has this key.
    KeyTaken { key: String, owner: String },
    /// The status page needs this app.
    StatusAppStays(String),
    /// The status page finds its app by its name.
    StatusAppName,
    /// No app has this id.
    NoApp { id: String, known: Vec<String> },
    /// The app that `status_app` names does not exist.
    NoStatusApp { id: String, known: Vec<String> },
    /// The app of the status page cannot carry it.
    UnfitStatusApp { id: String, unfit: Unfit },
    /// The app that the first start made is gone, and no other is named.
    NoDefaultApp,
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
    /// The status app cannot do its work.
    StatusApp(QueueError),
    /// The status app has a defect; the log has more.
    StatusAppPanicked,
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
            Self::NoPagesDirectory { .. } | Self::NoStatusApp { .. } => 2,
            Self::Tls(_) | Self::HalfOfTls { .. } => 2,
            Self::UnfitStatusApp { .. } | Self::DeclaredTwice { .. } => 2,
            Self::BadAppId(_) | Self::AppExists(_) | Self::FixedApp { .. } => 2,
            Self::KeyTaken { .. } | Self::StatusAppStays(_) | Self::StatusAppName => 2,
            Self::RestoreUnfit { why, .. } | Self::StagedUnfit { why, .. } => why.exit_code(),
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
            Self::Restore { file, error: RestoreError::File(path, error) } if path == file => {
                write!(f, "{} cannot be read: {error}", file.display())
            }
            Self::Restore { file, error } => {
                write!(f, "{} is not restored: {error}", file.display())
            }
            Self::RestoreUnfit { file, why } => {
                write!(
                    f,
                    "{} is not restored, for the server could not serve it: {why}",
                    file.display()
                )
            }
            Self::StagedUnfit { file, why } => {
                write!(f, "once {} is in the place of the database: {why}", file.display())
            }
            Self::Store(error) => error.fmt(f),
            Self::Write(error) => write!(f, "nothing was written: {error}"),
            Self::BadAppId(id) => write!(
                f,
                "the id of an app must be 1 to 15 digits, which every server library takes, not \
                 {id:?}"
            ),
            Self::AppExists(id) => write!(
                f,
                "there is an app {id} already, with other settings; change it with rollcall apps \
                 set {id}"
            ),
            Self::DeclaredTwice { source, duplicate, owner } => {
                declared_twice_sentence(f, source, duplicate, owner)
            }
            Self::FixedApp { id, place } => write!(
                f,
                "the app {id} is fixed in {place}; change it there, and start the server anew"
            ),
            Self::KeyTaken { key, owner } => {
                write!(f, "the key \"{key}\" belongs to the app {owner}; each app needs its own")
            }
            Self::StatusAppStays(id) => write!(
                f,
                "the status page uses the app {id}; start the server with another --status-app \
                 first, and name that here too"
            ),
            Self::StatusAppName => write!(
                f,
                "the status page finds its app by the name {}; name an app with --status-app to \
                 use another",
                first_start::NAME
            ),
            Self::Random(error) => write!(f, "the system has no random numbers: {error}"),
            Self::NoApp { id, known } => {
                write!(f, "there is no app with the id \"{id}\"; {}", Known(known))
            }
            Self::NoStatusApp { id, known } => {
                write!(f, "status_app names \"{id}\", which is no app; {}", Known(known))
            }
            Self::UnfitStatusApp { id, unfit } => {
                write!(f, "the app \"{id}\" cannot be that of the status page: its {unfit}")
            }
            Self::NoDefaultApp => write!(
                f,
                "the database has no app called rollcall; name the app for the status page with \
                 --status-app"
            ),
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
            Self::StatusApp(error) => write!(f, "the status app stopped: {error}"),
            Self::StatusAppPanicked => f.write_str("the status app stopped by a defect"),
            Self::NoDelivery(id) => write!(
                f,
                "no request {id} was given up; rollcall webhooks list shows what there is"
            ),
            Self::Webhooks(error) => error.fmt(f),
            Self::WebhooksPanicked => f.write_str("the delivery of webhooks stopped by a defect"),
        }
    }
}

fn declared_twice_sentence(
    f: &mut fmt::Formatter<'_>,
    source: &impl fmt::Display,
    duplicate: &Duplicate,
    owner: &impl fmt::Display,
) -> fmt::Result {
    match duplicate {
        Duplicate::Id(id) => write!(
            f,
            "{source}: the app {id} is in the database too; take it out of the file, or out of \
             the database with rollcall apps remove {id}, without --config"
        ),
        Duplicate::Key(key) => write!(
            f,
            "{source}: the key \"{key}\" belongs to the app {owner} of the database; change it \
             here, or there with rollcall apps set {owner} keys=…"
        ),
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
