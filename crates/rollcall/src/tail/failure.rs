//! Why `rollcall tail` ends, and why it has to connect anew.

use std::{fmt, io};

use reqwest::Url;
use rollcall_console::FilterError;

use super::record::escaped;
use crate::server::ServerError;

/// Why it ends.
#[derive(Debug)]
pub(crate) enum TailError {
    /// The filter means nothing.
    Filter { filter: String, error: FilterError },
    /// There is nobody to be asked.
    Server(ServerError),
    /// The first attempt failed.
    Unwatched { server: Url, lost: Lost },
    /// The app that was followed is there no more.
    Removed(String),
    /// The server does not know what this program wrote into the database.
    OtherDatabase(Url),
    /// Nothing can be printed.
    Output(io::Error),
}

impl TailError {
    /// Whether the mistake is in what was asked for.
    pub(crate) fn is_usage(&self) -> bool {
        match self {
            Self::Filter { .. } => true,
            Self::Server(error) => error.is_usage(),
            _ => false,
        }
    }
}

/// Why a connection came to nothing. Later ones are tried all the same.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Lost {
    /// A request could not be made, or broke off.
    Unreachable(String),
    /// Nothing came for too long.
    Silent,
    /// A request was answered with something else than it should be.
    Answered { path: &'static str, status: u16 },
    /// What comes is not Rollcall's.
    Strange,
    /// The server closed it.
    Closed(String),
    /// The stream ended.
    Ended,
    /// The server does not know the session any more.
    Forgotten,
    /// It may not listen.
    Refused(String),
}

impl fmt::Display for TailError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Filter { filter, error } => {
                let FilterError { at, length, .. } = error;
                let there: String = filter.chars().skip(*at).take((*length).min(40)).collect();
                write!(f, "the filter is wrong at character {}, {there:?}: {error}", at + 1)
            }
            Self::Server(error) => error.fmt(f),
            Self::Unwatched { server, lost: Lost::Unreachable(why) } => write!(
                f,
                "no server answers at {server}: {why}; start it, or say where it is with --url"
            ),
            Self::Unwatched { server, lost: lost @ Lost::Answered { .. } } => write!(
                f,
                "there is no console at {server}: {lost}; check --url, its path prefix included"
            ),
            Self::Unwatched { server, lost: lost @ (Lost::Silent | Lost::Strange) } => write!(
                f,
                "{server} cannot be followed: {lost}; rollcall doctor --url {server} says what is \
                 in the way"
            ),
            Self::Unwatched { server, lost } => {
                write!(f, "{server} cannot be followed: {lost}")
            }
            Self::Removed(app) => write!(f, "the app {app} was removed"),
            Self::OtherDatabase(server) => write!(
                f,
                "the server at {server} uses another database; name its directory with --data, or \
                 the server with --url"
            ),
            Self::Output(error) => write!(f, "nothing can be printed: {error}"),
        }
    }
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(why) => f.write_str(why),
            Self::Silent => f.write_str("nothing comes from it"),
            Self::Answered { path, status } => {
                write!(f, "{path} is answered with {status}")
            }
            Self::Strange => f.write_str("what comes from it is not Rollcall's"),
            Self::Closed(words) => write!(f, "it closed the connection: {}", escaped(words)),
            Self::Ended => f.write_str("the stream ended"),
            Self::Forgotten => f.write_str("it forgot the session"),
            Self::Refused(words) => write!(f, "it refuses: {}", escaped(words)),
        }
    }
}

impl From<ServerError> for TailError {
    fn from(error: ServerError) -> Self {
        Self::Server(error)
    }
}
