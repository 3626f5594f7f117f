//! What can be wrong with a configuration, each as one sentence for the operator.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why a configuration was refused. `Display` is one sentence that names the place, the key and
/// what is allowed.
#[derive(Debug)]
pub enum ConfigError {
    /// The file cannot be read.
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The file is not TOML.
    NotToml {
        /// Where it stops being TOML.
        place: Place,
        /// What the parser says.
        message: String,
    },
    /// Nothing has this name.
    UnknownKey {
        /// Where it stands.
        place: Place,
        /// The name.
        key: String,
        /// The table it stands in; empty for the top of the file.
        table: String,
        /// What was probably meant.
        nearest: Option<String>,
    },
    /// The option does not take this value.
    BadValue {
        /// Where it stands.
        place: Place,
        /// The option.
        key: &'static str,
        /// What it takes.
        allowed: Cow<'static, str>,
        /// What was given.
        given: String,
    },
    /// Two endpoints of an app have one URL.
    SameEndpoint {
        /// Where the second stands.
        place: Place,
        /// The URL, as a value.
        given: String,
    },
    /// Like a bad value, where repeating the value could show a secret.
    BadSecret {
        /// Where it stands.
        place: Place,
        /// The option.
        key: &'static str,
        /// What it takes.
        allowed: &'static str,
    },
    /// A key that a table must have.
    Missing {
        /// Where the table stands.
        place: Place,
        /// The key.
        key: &'static str,
        /// The table.
        table: &'static str,
    },
    /// A word of the command line that sets nothing.
    NotAnAssignment {
        /// The word.
        word: String,
    },
    /// One command sets the same twice.
    Repeated {
        /// What it sets.
        key: &'static str,
    },
    /// The id of an app that there is.
    IdIsFixed,
    /// What makes an app the one that it is, where a setting is asked for.
    NoSetting {
        /// The key.
        key: &'static str,
    },
    /// Two apps share what must tell them apart.
    Duplicate {
        /// Where the second stands.
        place: Place,
        /// What they share.
        duplicate: Duplicate,
    },
}

/// Why a value is refused, for programs that tell it in words of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason<'a> {
    /// What is wrong: `not_allowed`, `not_unique`, `missing`, `unknown` or `no_setting`.
    pub code: &'static str,
    /// Of which key, which may be one inside of the value, such as `webhooks.url`.
    pub key: Cow<'a, str>,
}

/// Where a value was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A flag, by its name without dashes.
    Flag(String),
    /// A variable.
    Variable(String),
    /// A line of the file, counted from 1.
    File {
        /// The file.
        file: PathBuf,
        /// The line.
        line: usize,
    },
    /// A `KEY=VALUE` of the command line.
    CommandLine,
    /// A request of the console.
    Request,
    /// The settings of an app of the store.
    Stored {
        /// Its id.
        app: String,
    },
}

/// What two apps share.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Duplicate {
    /// The id.
    Id(String),
    /// A key.
    Key(String),
}

impl ConfigError {
    /// What it is that is refused, where that is one value.
    pub fn reason(&self) -> Option<Reason<'_>> {
        let (code, key) = match self {
            Self::BadValue { key, .. } | Self::BadSecret { key, .. } => ("not_allowed", *key),
            Self::SameEndpoint { .. } => ("not_unique", ENDPOINT_URL),
            Self::UnknownKey { key, .. } => ("unknown", key.as_str()),
            Self::NoSetting { key } => ("no_setting", *key),
            Self::Missing { key, table, .. } => {
                return Some(Reason { code: "missing", key: format!("{table}.{key}").into() });
            }
            _ => return None,
        };
        Some(Reason { code, key: key.into() })
    }
}

impl Place {
    /// Another line of the same file; other places have no lines.
    pub(super) fn at(&self, line: usize) -> Self {
        match self {
            Self::File { file, .. } => Self::File { file: file.clone(), line },
            other => other.clone(),
        }
    }

    pub(super) fn line(file: &Path, line: usize) -> Self {
        Self::File { file: file.to_owned(), line }
    }

    /// The beginning of a sentence about `key`: the name by which it was given.
    pub(super) fn subject(&self, key: &str) -> String {
        match self {
            Self::Flag(name) => format!("--{name}"),
            Self::Variable(name) => format!("the variable {name}"),
            Self::CommandLine | Self::Request => key.to_owned(),
            Self::File { .. } | Self::Stored { .. } => format!("{self}: {key}"),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) => write!(f, "--{name}"),
            Self::Variable(name) => write!(f, "{name}"),
            Self::File { file, line } => write!(f, "{}, line {line}", file.display()),
            Self::CommandLine => f.write_str("the command line"),
            Self::Request => f.write_str("the request"),
            Self::Stored { app } => write!(f, "the stored app {app}"),
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { file, error } => {
                write!(f, "the configuration file {} cannot be read: {error}", file.display())
            }
            Self::NotToml { place, message } => write!(f, "{place}: not valid TOML: {message}"),
            Self::UnknownKey { place, key, table, nearest } => {
                write!(f, "{place}: there is no key \"{key}\"{}", InTable(table))?;
                nearest.iter().try_for_each(|name| write!(f, "; did you mean \"{name}\"?"))
            }
            Self::BadValue { place, key, allowed, given } => {
                write!(f, "{} must be {allowed}, not {given}", place.subject(key))
            }
            Self::SameEndpoint { place, given } => {
                let subject = place.subject(ENDPOINT_URL);
                write!(f, "{subject} must be another one for each endpoint, not {given}")
            }
            Self::BadSecret { place, key, allowed } => {
                write!(f, "{} must be {allowed}", place.subject(key))
            }
            Self::Missing { place, key, table } => {
                write!(f, "{place}: {key} is missing{}", InTable(table))
            }
            Self::NotAnAssignment { word } => {
                write!(f, "\"{word}\" sets nothing; write KEY=VALUE, such as client_events=true")
            }
            Self::Repeated { key } => write!(f, "{key} may be given only once"),
            Self::IdIsFixed => f.write_str(
                "the id of an app cannot be changed; add another app, and remove this one when \
                 nobody uses it any longer",
            ),
            Self::NoSetting { key } => {
                write!(f, "{key} is no setting; apps and keys have requests of their own")
            }
            Self::Duplicate { place, duplicate } => write!(f, "{place}: {duplicate}"),
        }
    }
}

impl fmt::Display for Duplicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => write!(f, "two apps have the id \"{id}\"; each needs its own"),
            Self::Key(key) => write!(f, "the key \"{key}\" occurs twice; each may occur once"),
        }
    }
}

impl std::error::Error for ConfigError {}

/// The key of an endpoint's address.
pub(super) const ENDPOINT_URL: &str = "webhooks.url";

struct InTable<'a>(&'a str);

impl fmt::Display for InTable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            "" => Ok(()),
            table => write!(f, " in {table}"),
        }
    }
}
