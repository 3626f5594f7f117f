//! Why there is no such app, or why one is not as it was asked for.

use std::fmt;

use rollcall_node::config::{Duplicate, Place};

use super::{Failure, Known};
use crate::catalogue::Source;

/// What is wrong with an app, or with what is asked of it.
#[derive(Debug)]
pub(crate) enum AppFailure {
    /// No app may have this id.
    BadId(String),
    /// There is an app with this id, and other settings than asked for.
    Exists(String),
    /// The file declares what the database has already, in the app `owner`.
    DeclaredTwice { source: Source, duplicate: Duplicate, owner: String },
    /// The file alone changes this app.
    Fixed { id: String, place: Place },
    /// Another app has this key.
    KeyTaken { key: String, owner: String },
    /// No app has this id.
    Unknown { id: String, known: Vec<String> },
}

impl AppFailure {
    pub(super) fn exit_code(&self) -> u8 {
        match self {
            Self::Unknown { .. } => 1,
            _ => 2,
        }
    }
}

impl fmt::Display for AppFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadId(id) => write!(
                f,
                "the id of an app must be 1 to 15 digits, which every server library takes, not \
                 {id:?}"
            ),
            Self::Exists(id) => write!(
                f,
                "there is an app {id} already, with other settings; change it with rollcall apps \
                 set {id}"
            ),
            Self::DeclaredTwice { source, duplicate, owner } => {
                declared_twice_sentence(f, source, duplicate, owner)
            }
            Self::Fixed { id, place } => write!(
                f,
                "the app {id} is fixed in {place}; change it there, and start the server anew"
            ),
            Self::KeyTaken { key, owner } => {
                write!(f, "the key \"{key}\" belongs to the app {owner}; each app needs its own")
            }
            Self::Unknown { id, known } => {
                write!(f, "there is no app with the id \"{id}\"; {}", Known(known))
            }
        }
    }
}

fn declared_twice_sentence(
    f: &mut fmt::Formatter<'_>,
    source: &Source,
    duplicate: &Duplicate,
    owner: &str,
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

impl From<AppFailure> for Failure {
    fn from(failure: AppFailure) -> Self {
        Self::App(failure)
    }
}
