//! `docs/commands.md`, written from the command line's own definition so that it cannot disagree
//! with `--help`. Only the test at the end writes it.

use std::fmt::Write as _;

use clap::{Arg, Command};
use rollcall_node::config::SERVER;

use crate::commands::command;

/// The whole page.
fn commands_markdown() -> String {
    let mut root = command();
    root.build();
    let mut page = String::from(INTRODUCTION);
    section(&mut page, &root, "rollcall");
    page.push_str(EXIT_CODES);
    page
}

/// A command and the commands below it.
fn section(page: &mut String, command: &Command, name: &str) {
    write_section(page, command, name).expect("writing to a String cannot fail");
    let below = command.get_subcommands().filter(|below| below.get_name() != "help");
    below.for_each(|below| section(page, below, &format!("{name} {}", below.get_name())));
}

fn write_section(page: &mut String, command: &Command, name: &str) -> std::fmt::Result {
    let own: Vec<_> = command.get_arguments().filter(|argument| is_told(argument)).collect();
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ");
    writeln!(page, "\n## `{name}`\n")?;
    let about = command.get_long_about().or(command.get_about());
    for line in about.map(ToString::to_string).unwrap_or_default().lines() {
        writeln!(page, "{}", with_a_stop(line))?;
    }
    writeln!(page, "\n```\n{usage}\n```")?;
    if !own.is_empty() {
        writeln!(page, "\n| Argument | What it does |\n|---|---|")?;
        own.iter().try_for_each(|argument| row(page, argument))?;
    }
    let options = command.get_arguments().filter(|argument| argument.get_long().is_some());
    let known: Vec<_> = options.filter_map(of_the_server).collect();
    let all = SERVER.iter().filter(|setting| setting.flag().is_some()).count();
    match known.len() {
        0 => {}
        some if some == all => writeln!(page, "\nIt takes all options of the program.")?,
        _ => writeln!(page, "\nOptions of the program that it takes: {}.", known.join(", "))?,
    }
    let more = command.get_after_help().filter(|_| name != "rollcall");
    more.map_or(Ok(()), |more| writeln!(page, "\n{more}"))
}

fn row(page: &mut String, argument: &Arg) -> std::fmt::Result {
    let value = argument.get_value_names().and_then(<[_]>::first).map(ToString::to_string);
    let name = match (argument.get_long(), argument.get_action().takes_values(), value) {
        (Some(long), true, Some(value)) => format!("--{long} {value}"),
        (Some(long), ..) => format!("--{long}"),
        (None, _, value) => value.unwrap_or_default(),
    };
    let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
    writeln!(page, "| `{name}` | {} |", with_a_stop(&help))
}

/// What stands in docs/options.md is not told again for each command.
fn is_told(argument: &Arg) -> bool {
    let id = argument.get_id().as_str();
    of_the_server(argument).is_none() && !["help", "version"].contains(&id)
}

fn of_the_server(argument: &Arg) -> Option<String> {
    let setting = SERVER.iter().find(|setting| setting.key == argument.get_id().as_str())?;
    Some(format!("`--{}`", setting.flag()?))
}

fn with_a_stop(sentence: &str) -> String {
    match sentence.is_empty() || sentence.ends_with('.') {
        true => sentence.to_owned(),
        false => format!("{sentence}."),
    }
}

const INTRODUCTION: &str = "\
# Commands

This page is generated from the definition of the command line in `crates/rollcall/src/commands.rs`; a test fails when it is stale, and `ROLLCALL_BLESS=1 cargo test -p rollcall` rewrites it.

Every command has `--help`.
The options of the program are in [options.md](options.md); each can also be a variable, and most can stand in the file.
";

const EXIT_CODES: &str = "
## Exit codes

| Code | Meaning |
|---|---|
| 0 | It is done. That includes what was so already: `apps set` to a value that an app has, and `apps add` of an app that is there as wanted. |
| 1 | It could not be done: the database, the network or the server said no, or there is no such app. |
| 2 | It was not asked for rightly: a word, an option, a key or a value is wrong, or the change would be refused. |

A failure is one sentence on standard error; `check-config` prints one for each thing that is wrong.
";

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_page_of_commands_is_fresh() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/commands.md");
        let fresh = commands_markdown();
        if std::env::var_os("ROLLCALL_BLESS").is_some() {
            std::fs::write(&path, &fresh).expect("docs/ is writable");
        }
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(written, fresh, "ROLLCALL_BLESS=1 cargo test -p rollcall rewrites the page");
    }
}
