//! What is wrong with a filter: where, and what would be right.

use std::fmt;

use rollcall_node::observe::EventType;

/// What is wrong with a filter. Its text is a sentence that says what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterError {
    /// What is wrong.
    pub problem: FilterProblem,
    /// Where it begins, in characters from 0.
    pub at: usize,
    /// How many characters are concerned.
    pub length: usize,
    /// What the sentence names: a word, a type, or nothing.
    pub what: String,
}

/// What can be wrong with a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilterProblem {
    /// A name before a colon is none.
    UnknownWord,
    /// No event is of this type.
    UnknownType,
    /// Nothing stands behind a colon.
    MissingValue,
    /// Nothing stands on one side of a comma.
    MissingAlternative,
    /// A quotation mark is not closed.
    OpenQuote,
    /// Nothing stands between quotation marks.
    EmptyQuote,
    /// Something stands right behind a closing quotation mark.
    AfterQuote,
    /// A minus stands alone.
    LoneMinus,
    /// There are too many characters.
    TooLong,
}

impl FilterError {
    pub(super) fn new(problem: FilterProblem, at: usize, length: usize) -> Self {
        Self { problem, at, length, what: String::new() }
    }

    /// The same, naming something.
    pub(super) fn naming(self, what: String) -> Self {
        Self { what, ..self }
    }
}

impl FilterProblem {
    /// What programs tell problems apart by.
    pub fn code(self) -> &'static str {
        match self {
            Self::UnknownWord => "unknown_word",
            Self::UnknownType => "unknown_type",
            Self::MissingValue => "missing_value",
            Self::MissingAlternative => "missing_alternative",
            Self::OpenQuote => "open_quote",
            Self::EmptyQuote => "empty_quote",
            Self::AfterQuote => "after_quote",
            Self::LoneMinus => "lone_minus",
            Self::TooLong => "too_long",
        }
    }
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = &self.what;
        match self.problem {
            FilterProblem::UnknownWord => write!(
                f,
                "There is no word “{what}”: the words are type:, channel:, user:, socket: and \
                 event:. To look for this text, put it in quotes."
            ),
            FilterProblem::UnknownType => write!(
                f,
                "No type of event is “{what}”: there are {}; and presence for the three of members.",
                EventType::ALL.map(EventType::name).join(", ")
            ),
            FilterProblem::MissingValue => write!(
                f,
                "Something has to stand right after “{what}”, or a star for anything."
            ),
            FilterProblem::MissingAlternative => {
                f.write_str("Something has to stand on both sides of a comma.")
            }
            FilterProblem::OpenQuote => f.write_str(
                "This quotation mark has no partner: add one where the text ends.",
            ),
            FilterProblem::EmptyQuote => {
                f.write_str("Something has to stand between the quotation marks.")
            }
            FilterProblem::AfterQuote => {
                f.write_str("A space or a comma has to follow a closing quotation mark.")
            }
            FilterProblem::LoneMinus => f.write_str(
                "A minus has to stand right before the word that it turns round, as in -type:error.",
            ),
            FilterProblem::TooLong => {
                write!(f, "A filter has {} characters at most.", super::MOST_CHARACTERS)
            }
        }
    }
}

impl std::error::Error for FilterError {}
