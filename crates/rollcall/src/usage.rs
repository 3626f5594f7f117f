//! A mistake on the command line as one sentence; clap's own text runs over six lines.

use std::fmt;

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// What was wrong with the words of a command line.
#[derive(Debug)]
pub(crate) struct UsageError(clap::Error);

impl UsageError {
    pub(crate) fn new(error: clap::Error) -> Self {
        Self(error)
    }

    fn context(&self, kind: ContextKind) -> Option<String> {
        match self.0.get(kind)? {
            ContextValue::String(text) => Some(text.clone()),
            ContextValue::Strings(texts) => texts.first().cloned(),
            _ => None,
        }
    }
}

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let argument = self.context(ContextKind::InvalidArg).unwrap_or_default();
        // clap shows an option with its value: `--shards <N>`.
        let name = argument.split(' ').next().unwrap_or_default();
        match self.0.kind() {
            ErrorKind::UnknownArgument if !argument.starts_with('-') => {
                write!(f, "\"{argument}\" is one word too many; rollcall --help shows what goes")
            }
            ErrorKind::UnknownArgument => {
                write!(f, "there is no option {argument}")?;
                self.suggest(f, ContextKind::SuggestedArg)
            }
            ErrorKind::InvalidSubcommand => {
                let command = self.context(ContextKind::InvalidSubcommand).unwrap_or_default();
                write!(f, "there is no command \"{command}\"")?;
                self.suggest(f, ContextKind::SuggestedSubcommand)
            }
            ErrorKind::ArgumentConflict => write!(f, "{name} may be given only once"),
            ErrorKind::MissingRequiredArgument => write!(f, "{argument} is missing"),
            ErrorKind::MissingSubcommand => {
                write!(f, "a command is missing; rollcall apps --help lists them")
            }
            ErrorKind::InvalidValue => write!(f, "{name} needs a value"),
            _ => f.write_str(&first_line(&self.0)),
        }
    }
}

impl UsageError {
    fn suggest(&self, f: &mut fmt::Formatter<'_>, kind: ContextKind) -> fmt::Result {
        match self.context(kind) {
            Some(name) => write!(f, "; did you mean {name}?"),
            None => write!(f, "; rollcall --help lists them"),
        }
    }
}

fn first_line(error: &clap::Error) -> String {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    line.trim_start_matches("error: ").to_owned()
}
