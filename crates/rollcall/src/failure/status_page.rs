//! Why the status page has no app to work with, or why it stopped.

use std::fmt;

use rollcall_node::handle::QueueError;

use super::{Failure, Known};
use crate::first_start;
use crate::unfit::Unfit;

/// What is wrong with the status page or its app.
#[derive(Debug)]
pub(crate) enum StatusPageFailure {
    /// It needs this app.
    AppStays(String),
    /// It finds its app by its name.
    AppName,
    /// The app that `status_app` names does not exist.
    NoApp { id: String, known: Vec<String> },
    /// The app cannot carry it.
    UnfitApp { id: String, unfit: Unfit },
    /// The app that the first start made is gone, and no other is named.
    NoDefaultApp,
    /// It cannot do its work.
    Stopped(QueueError),
    /// It has a defect; the log has more.
    Panicked,
}

impl StatusPageFailure {
    pub(super) fn exit_code(&self) -> u8 {
        match self {
            Self::AppStays(_) | Self::AppName | Self::NoApp { .. } | Self::UnfitApp { .. } => 2,
            Self::NoDefaultApp | Self::Stopped(_) | Self::Panicked => 1,
        }
    }
}

impl fmt::Display for StatusPageFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AppStays(id) => write!(
                f,
                "the status page uses the app {id}; start the server with another --status-app \
                 first, and name that here too"
            ),
            Self::AppName => write!(
                f,
                "the status page finds its app by the name {}; name an app with --status-app to \
                 use another",
                first_start::NAME
            ),
            Self::NoApp { id, known } => {
                write!(f, "status_app names \"{id}\", which is no app; {}", Known(known))
            }
            Self::UnfitApp { id, unfit } => {
                write!(f, "the app \"{id}\" cannot be that of the status page: its {unfit}")
            }
            Self::NoDefaultApp => f.write_str(
                "the database has no app called rollcall; name the app for the status page with \
                 --status-app",
            ),
            Self::Stopped(error) => write!(f, "the status app stopped: {error}"),
            Self::Panicked => f.write_str("the status app stopped by a defect"),
        }
    }
}

impl From<StatusPageFailure> for Failure {
    fn from(failure: StatusPageFailure) -> Self {
        Self::StatusPage(failure)
    }
}
