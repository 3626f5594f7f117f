//! Options behind a filter: its words may begin with a minus, so clap takes everything behind the
//! first of them for one more. Two of them make an option all the same, wherever it stands.

use std::ffi::{OsStr, OsString};

use clap::{ArgMatches, Command};

use crate::commands::{FILTER, TAIL};

/// The command line with those options in front of the filter; none if it is right already.
pub(super) fn put_before(
    words: &[OsString],
    matches: &ArgMatches,
    command: &Command,
) -> Option<Vec<OsString>> {
    let (TAIL, tail) = matches.subcommand()? else { return None };
    let count = tail.get_raw(FILTER).map_or(0, Iterator::count);
    let (before, behind) = words.split_at(words.len().checked_sub(count)?);
    // Whoever has said where options end means it.
    if before.iter().any(|word| word == END) || !behind.iter().any(is_option) {
        return None;
    }
    let command = command.find_subcommand(TAIL)?;
    let (mut options, mut filter) = (before.to_vec(), vec![OsString::from(END)]);
    let mut behind = behind.iter();
    while let Some(word) = behind.next() {
        match is_option(word) {
            _ if word == END => filter.extend(behind.by_ref().cloned()),
            true => {
                options.push(word.clone());
                if wants_value(command, word) {
                    options.extend(behind.next().cloned());
                }
            }
            false => filter.push(word.clone()),
        }
    }
    options.extend(filter);
    Some(options)
}

fn is_option(word: impl AsRef<OsStr>) -> bool {
    word.as_ref().as_encoded_bytes().starts_with(END.as_bytes())
}

/// Whether the word behind an option is its value.
fn wants_value(command: &Command, option: &OsStr) -> bool {
    let name = option.to_str().and_then(|option| option.strip_prefix(END));
    let known = command.get_arguments().find(|known| known.get_long() == name && name.is_some());
    known.is_some_and(|known| known.get_action().takes_values())
}

/// What begins an option, and alone says that none follows.
const END: &str = "--";
