//! The one table of the kinds of errors: what went wrong, what to do about it, and which setting of
//! the app would cure it. `docs/errors.md` is generated from it.
//!
//! A kind is for operators, whom the console shows it. What a client or a back end is told is a
//! sentence of the protocol, which knows the case and which a kind does not change.

use std::fmt;

use crate::close::CloseCode;

mod of;
mod table;

pub use table::ErrorKind;

/// A setting of an app that would cure an error, and how it would have to be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cure {
    /// The key, with its table: `presence.max_members`.
    pub setting: &'static str,
    /// The value.
    pub to: Suggestion,
}

/// What a setting should be set to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suggestion {
    /// `true`.
    On,
    /// `false`.
    Off,
    /// Twice what it is, as far as that is allowed.
    Twice,
    /// Zero, which is no limit.
    NoLimit,
    /// What it is, and the origin that was refused.
    WithOrigin,
}

/// Whose doing an error is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// A client's, or of the page that it runs in.
    Client,
    /// A client's or a back end's.
    Either,
    /// A back end's.
    BackEnd,
    /// The server's.
    Server,
}

impl ErrorKind {
    /// Its name, in snake case. It stays the same for ever.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// What went wrong and what to do, in whole sentences.
    pub fn explanation(self) -> &'static str {
        self.row().explanation.trim_ascii()
    }

    /// What would cure it.
    pub fn cure(self) -> Option<Cure> {
        self.row().cure
    }

    /// Whose doing it is.
    pub fn side(self) -> Side {
        self.row().side
    }

    /// The code that clients are told with it, if there is one.
    pub fn code(self) -> Option<u16> {
        CloseCode::ALL.into_iter().find(|code| code.error() == Some(self)).map(CloseCode::code)
    }

    /// The kind of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One row of the table.
struct Row {
    name: &'static str,
    explanation: &'static str,
    side: Side,
    cure: Option<Cure>,
}

impl Side {
    fn heading(self) -> &'static str {
        match self {
            Self::Client => "Of clients",
            Self::Either => "Of clients and back ends",
            Self::BackEnd => "Of back ends",
            Self::Server => "Of the server",
        }
    }
}

/// The text of `docs/errors.md`.
pub fn errors_markdown() -> String {
    let mut text = String::from(INTRODUCTION);
    for side in [Side::Client, Side::Either, Side::BackEnd, Side::Server] {
        text += &format!("\n## {}\n\n{HEAD}", side.heading());
        for kind in ErrorKind::ALL.iter().filter(|kind| kind.side() == side) {
            let code = kind.code().map(|code| code.to_string()).unwrap_or_default();
            let cure = kind.cure().map(in_words).unwrap_or_default();
            text += &format!("| `{kind}` | {code} | {} | {cure} |\n", kind.explanation());
        }
    }
    text
}

fn in_words(Cure { setting, to }: Cure) -> String {
    match to {
        Suggestion::On => format!("`{setting} = true`"),
        Suggestion::Off => format!("`{setting} = false`"),
        Suggestion::Twice => format!("`{setting}`, twice as much"),
        Suggestion::NoLimit => format!("`{setting} = 0`"),
        Suggestion::WithOrigin => format!("`{setting}`, with that origin"),
    }
}

const INTRODUCTION: &str = "# Errors

This page is generated from `crates/wire/src/errors/table.rs`; `ROLLCALL_BLESS=1 cargo test -p rollcall-wire` writes it anew.
It lists every kind of error that the console shows, with the close code or error code that clients are told, if there is one.
Where a setting of the app would cure it, `rollcall apps set` and the console's settings change it without a restart.
";

const HEAD: &str =
    "| Kind | Code | What went wrong, and what to do | Setting |\n| --- | --- | --- | --- |\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_has_a_name_of_its_own_in_snake_case() {
        let mut names: Vec<_> = ErrorKind::ALL.iter().map(|kind| kind.name()).collect();
        let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        assert!(names.iter().all(|name| !name.is_empty() && name.chars().all(legal)), "{names:?}");
        assert!(ErrorKind::ALL.iter().all(|kind| ErrorKind::parse(kind.name()) == Some(*kind)));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ErrorKind::ALL.len());
    }

    #[test]
    fn an_explanation_says_what_went_wrong_and_what_to_do() {
        for kind in ErrorKind::ALL {
            let text = kind.explanation();
            assert!(text.ends_with('.') && text.matches(". ").count() >= 1, "{kind}: {text}");
            assert!(!text.contains("  ") && !text.contains('|'), "{kind}: {text}");
        }
    }

    #[test]
    fn a_kind_has_one_code_at_most() {
        for kind in ErrorKind::ALL {
            let codes = CloseCode::ALL.into_iter().filter(|code| code.error() == Some(*kind));
            assert!(codes.count() <= 1, "{kind}");
        }
    }

    #[test]
    fn the_document_is_fresh() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/errors.md");
        if std::env::var_os("ROLLCALL_BLESS").is_some() {
            std::fs::write(path, errors_markdown()).unwrap();
        }
        let found = std::fs::read_to_string(path).unwrap_or_default();
        assert_eq!(found, errors_markdown(), "stale: run with ROLLCALL_BLESS=1");
    }
}
