//! One line of a transcript, word by word.

use std::fmt;

/// What is left of a line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words<'a> {
    line: &'a str,
    rest: &'a str,
}

/// A line that is no command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    line: String,
    expected: &'static str,
}

impl<'a> Words<'a> {
    pub(crate) fn of(line: &'a str) -> Self {
        Self { line, rest: line.trim() }
    }

    /// The next word.
    pub(crate) fn next(&mut self, expected: &'static str) -> Result<&'a str, ParseError> {
        let (word, rest) = self.rest.split_once(' ').unwrap_or((self.rest, ""));
        if word.is_empty() {
            return Err(self.error(expected));
        }
        self.rest = rest.trim_start();
        Ok(word)
    }

    /// The next word as a number or other value.
    pub(crate) fn value<T: std::str::FromStr>(
        &mut self,
        expected: &'static str,
    ) -> Result<T, ParseError> {
        self.next(expected)?.parse().map_err(|_| self.error(expected))
    }

    /// Takes `words` if they come next.
    pub(crate) fn eat(&mut self, words: &str) -> bool {
        match self.rest.strip_prefix(words) {
            Some(rest) if rest.is_empty() || rest.starts_with(' ') => {
                self.rest = rest.trim_start();
                true
            }
            _ => false,
        }
    }

    /// Takes `words`, which have to come next.
    pub(crate) fn expect(&mut self, words: &'static str) -> Result<(), ParseError> {
        if self.eat(words) { Ok(()) } else { Err(self.error(words)) }
    }

    /// All that is left, if there is anything.
    pub(crate) fn rest(&mut self) -> Option<&'a str> {
        let rest = std::mem::take(&mut self.rest);
        (!rest.is_empty()).then_some(rest)
    }

    /// Everything was understood.
    pub(crate) fn end(&self) -> Result<(), ParseError> {
        if self.rest.is_empty() { Ok(()) } else { Err(self.error("the end of the line")) }
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn error(&self, expected: &'static str) -> ParseError {
        ParseError { line: self.line.trim().to_owned(), expected }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {} in {:?}", self.expected, self.line)
    }
}

impl std::error::Error for ParseError {}
