//! The command line: what may be written there, made from the records of the configuration, and
//! what was written.
//!
//! clap reads the words; whether a value is good is for the records to say, so that a flag, a
//! variable and a key of the file are refused with the same sentence.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;

use clap::builder::ValueParser;
use clap::{Arg, ArgAction, ArgMatches, Command};
use rollcall_node::config::{Config, Given, Preset, SERVER, Setting};

/// What the operator asks for.
#[derive(Debug)]
pub(crate) struct Invocation {
    /// What to do.
    pub(crate) task: Task,
    /// The options given for it, from flags and variables.
    pub(crate) given: Given,
}

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Task {
    /// Run the server.
    Serve,
    /// List the apps.
    ListApps(Format),
    /// Show one app.
    ShowApp { id: String, secrets: Secrets },
}

/// How to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// A table for people.
    Table,
    /// JSON for programs.
    Json,
}

/// Whether to print secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Secrets {
    /// Yes.
    Shown,
    /// No.
    Hidden,
}

/// Reads the command line and the environment.
pub(crate) fn parse(words: impl Iterator<Item = OsString>) -> Result<Invocation, clap::Error> {
    let matches = command().try_get_matches_from(words)?;
    let mut flags = BTreeMap::new();
    let mut level = Some(&matches);
    while let Some(matches) = level {
        flags.extend(flags_of(matches));
        level = matches.subcommand().map(|(_, matches)| matches);
    }
    Ok(Invocation { task: task(&matches), given: Given { flags, variables: variables() } })
}

/// The whole command line, for parsing and for help.
fn command() -> Command {
    Command::new("rollcall")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Tells people, in real time, who is here and what they are up to.")
        .long_about(ABOUT)
        .after_help("Try --help for more about each, or see docs/options.md.")
        .after_long_help(EXAMPLES)
        .args(options())
        .subcommand(serve_command())
        .subcommand(apps_command())
}

fn serve_command() -> Command {
    Command::new("serve")
        .about("Run the server; this is also what rollcall does without a command")
        .args(options())
}

fn apps_command() -> Command {
    let id = Arg::new(ID).value_name("ID").required(true).help("The id of the app");
    let json = Arg::new(JSON).long(JSON).action(ArgAction::SetTrue).help("Print JSON");
    let secret = Arg::new(SECRET).long(SECRET).action(ArgAction::SetTrue);
    let show = Command::new("show").about("Show an app: its keys and what it allows");
    Command::new("apps")
        .about("Look at the apps, those of the database and those of the file")
        .subcommand_required(true)
        .args(options().filter(|option| APPS_OPTIONS.contains(&option.get_id().as_str())))
        .subcommand(Command::new("list").about("List the apps").arg(json))
        .subcommand(show.arg(id).arg(secret.help("Print the secrets too")))
        .mut_args(|argument| argument.global(true))
}

fn options() -> impl Iterator<Item = Arg> {
    SERVER.iter().filter_map(|setting| Some(option(setting, setting.flag()?)))
}

fn option(setting: &'static Setting<Config>, flag: String) -> Arg {
    let short = setting.doc.split_once(". ").map_or(setting.doc, |(first, _)| first);
    Arg::new(setting.key)
        .long(flag)
        .value_name(setting.value_name())
        .value_parser(ValueParser::os_string())
        .help(short.trim_end_matches('.'))
        .long_help(long_help(setting))
}

fn long_help(setting: &Setting<Config>) -> String {
    let mut notes = Vec::new();
    if setting.default != NONE {
        notes.push(format!("default: {}", setting.default.as_str().trim_matches('"')));
    }
    notes.extend(setting.variable().map(|name| format!("variable: {name}")));
    if setting.is_in_file() {
        notes.push(format!("key of the file: {}", setting.key));
    }
    format!("{}\n[{}]", setting.doc, notes.join("; "))
}

fn flags_of(matches: &ArgMatches) -> impl Iterator<Item = (&'static str, OsString)> {
    SERVER.iter().filter_map(|setting| {
        // A subcommand need not know every option.
        let value = matches.try_get_one::<OsString>(setting.key).ok()??;
        Some((setting.key, value.clone()))
    })
}

fn variables() -> BTreeMap<String, OsString> {
    let named = |(name, value): (OsString, _)| Some((name.into_string().ok()?, value));
    env::vars_os().filter_map(named).filter(|(name, _)| name.starts_with("ROLLCALL_")).collect()
}

fn task(matches: &ArgMatches) -> Task {
    let apps = matches.subcommand_matches("apps").and_then(ArgMatches::subcommand);
    match apps {
        Some(("show", matches)) => {
            let id = matches.get_one::<String>(ID).cloned().unwrap_or_default();
            let secrets = if matches.get_flag(SECRET) { Secrets::Shown } else { Secrets::Hidden };
            Task::ShowApp { id, secrets }
        }
        Some((_, matches)) => {
            let format = if matches.get_flag(JSON) { Format::Json } else { Format::Table };
            Task::ListApps(format)
        }
        None => Task::Serve,
    }
}

const ABOUT: &str = "\
Rollcall tells people, in real time, who is here and what they are up to.

It is one program: a server that speaks the Pusher Channels protocol, so that the client and server \
libraries you have work with it, and a status page on top of it. Without a command it serves.

The first start creates the data directory and an app, rollcall, for the status page; it prints \
where the page is, the app's key, and how to see its secret.

Each option can be given as a flag, as a variable or in the file that --config names. A flag beats \
a variable, a variable the file, the file the default.";

const EXAMPLES: &str = "\
Examples:
  rollcall                                 serve on http://127.0.0.1:9000, data in ./data
  rollcall --listen 0.0.0.0:80 --data /var/lib/rollcall
  rollcall --config rollcall.toml          settings and further apps from a file
  rollcall apps list                       which apps there are
  rollcall apps show 1001 --secret         what a server library needs to publish

A file that declares an app:
  [[apps]]
  id = \"1001\"
  name = \"Demo\"
  keys = [{ key = \"app-key\", secret = \"app-secret\" }]

Every option and every key of an app is described in docs/options.md.";

/// How a record writes that there is no default.
const NONE: Preset = Preset::Written(r#""""#);
const ID: &str = "id";
const JSON: &str = "json";
const SECRET: &str = "secret";

/// The options that decide which apps there are.
const APPS_OPTIONS: [&str; 2] = ["data", "config"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        command().debug_assert();
    }

    #[test]
    fn no_command_serves() {
        assert_eq!(read("").task, Task::Serve);
        assert_eq!(read("serve").task, Task::Serve);
    }

    #[test]
    fn options_count_before_and_after_the_command() {
        for words in
            ["--data d serve", "serve --data d", "apps --data d list", "apps list --data d"]
        {
            assert_eq!(read(words).given.flags["data"], "d", "{words}");
        }
        let both = read("--data outer serve --data inner");
        assert_eq!(both.given.flags["data"], "inner");
    }

    #[test]
    fn apps_are_listed_and_shown() {
        assert_eq!(read("apps list").task, Task::ListApps(Format::Table));
        assert_eq!(read("apps list --json").task, Task::ListApps(Format::Json));
        let show = |secrets| Task::ShowApp { id: "7".to_owned(), secrets };
        assert_eq!(read("apps show 7").task, show(Secrets::Hidden));
        assert_eq!(read("apps show 7 --secret").task, show(Secrets::Shown));
    }

    fn read(words: &str) -> Invocation {
        let words = ["rollcall"].into_iter().chain(words.split_whitespace());
        parse(words.map(OsString::from)).expect("a valid command line")
    }
}
