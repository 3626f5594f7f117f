//! The command line as it was written. What may be written is in `commands.rs`.
//!
//! clap reads the words; whether a value is good is for the records to say, so that a flag, a
//! variable and a key of the file are refused with the same sentence.

mod behind;

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Arg, ArgMatches};
use rollcall_node::config::{Given, SERVER};

use crate::commands::{
    APP, CHANNEL, DATA, EVENT, FILE, FILTER, ID, JSON, KEY, SECRET, SOCKET_ID, TAIL, URL, WEBHOOK,
    WORDS, command,
};

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
    /// Say what the server would serve, or everything that is wrong.
    CheckConfig,
    /// Publish an event.
    Trigger(Trigger),
    /// Try what clients do, and say what is in the way.
    Doctor(Doctor),
    /// Print what happens in an app.
    Tail(Tail),
    /// List the apps.
    ListApps(Format),
    /// Show one app.
    ShowApp { id: String, secrets: Secrets, format: Format },
    /// Add an app to the database.
    AddApp { id: String, words: Vec<String>, format: Format },
    /// Change an app of the database.
    SetApp { id: String, words: Vec<String> },
    /// Remove an app from the database.
    RemoveApp { id: String },
    /// List the webhooks that have not arrived.
    ListWebhooks { app: Option<String>, format: Format },
    /// Have webhooks sent again.
    ResendWebhooks(Resend),
    /// Draw a one-time code for the console.
    DrawCode,
    /// Open a session of the console for a program.
    OpenSession,
    /// Put a backup in the place of the database.
    Restore(PathBuf),
}

/// Which webhooks to send again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Resend {
    /// That of this id.
    One(String),
    /// All, or all of an app.
    All(Option<String>),
}

/// An event to publish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trigger {
    /// The app's id, where it is not the only one.
    pub(crate) app: Option<String>,
    /// Where the server is, where it is not on its own address.
    pub(crate) url: Option<String>,
    /// The connection that is left out.
    pub(crate) socket_id: Option<String>,
    pub(crate) channel: String,
    pub(crate) event: String,
    /// The data; `-` for what standard input says.
    pub(crate) data: String,
}

/// What to examine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Doctor {
    /// Where clients find the server, where that is not its own address.
    pub(crate) url: Option<String>,
    /// The app to connect to, where it is not the first one.
    pub(crate) app: Option<String>,
    /// The key to connect with, where the app is not known here.
    pub(crate) key: Option<String>,
    pub(crate) format: Format,
}

/// What to follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tail {
    /// The app's id.
    pub(crate) app: String,
    /// Where the server is, where it is not on its own address.
    pub(crate) url: Option<String>,
    /// Which events to print, in the language of docs/console.md 2.9.
    pub(crate) filter: String,
    pub(crate) format: Format,
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
    let (words, command) = (words.collect::<Vec<_>>(), command());
    let mut matches = command.clone().try_get_matches_from(&words)?;
    if let Some(words) = behind::put_before(&words, &matches, &command) {
        // Then what still looks like an option is none of its.
        let plain = |filter: Arg| filter.allow_hyphen_values(false);
        let command = command.mut_subcommand(TAIL, |tail| tail.mut_arg(FILTER, plain));
        matches = command.try_get_matches_from(words)?;
    }
    let mut flags = BTreeMap::new();
    let mut level = Some(&matches);
    while let Some(matches) = level {
        flags.extend(flags_of(matches));
        level = matches.subcommand().map(|(_, matches)| matches);
    }
    Ok(Invocation { task: task(&matches), given: Given { flags, variables: variables() } })
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
    match matches.subcommand() {
        Some(("apps", matches)) => apps_task(matches),
        Some(("check-config", _)) => Task::CheckConfig,
        Some(("trigger", matches)) => Task::Trigger(trigger(matches)),
        Some(("doctor", matches)) => Task::Doctor(doctor(matches)),
        Some((TAIL, matches)) => Task::Tail(tail(matches)),
        Some(("webhooks", matches)) => webhooks_task(matches),
        Some(("restore", matches)) => {
            Task::Restore(matches.get_one::<PathBuf>(FILE).cloned().unwrap_or_default())
        }
        Some(("console", matches)) if matches.subcommand_name() == Some("token") => {
            Task::OpenSession
        }
        Some(("console", _)) => Task::DrawCode,
        _ => Task::Serve,
    }
}

fn apps_task(matches: &ArgMatches) -> Task {
    let (name, matches) = matches.subcommand().unwrap_or(("list", matches));
    let format = || format(matches);
    let id = || text(matches, ID).unwrap_or_default();
    let words = || matches.get_many(WORDS).into_iter().flatten().cloned().collect();
    match name {
        "show" => {
            let secrets = if matches.get_flag(SECRET) { Secrets::Shown } else { Secrets::Hidden };
            Task::ShowApp { id: id(), secrets, format: format() }
        }
        "add" => Task::AddApp { id: id(), words: words(), format: format() },
        "set" => Task::SetApp { id: id(), words: words() },
        "remove" => Task::RemoveApp { id: id() },
        _ => Task::ListApps(format()),
    }
}

fn webhooks_task(matches: &ArgMatches) -> Task {
    match matches.subcommand() {
        Some(("resend", matches)) => Task::ResendWebhooks(match text(matches, WEBHOOK) {
            Some(id) => Resend::One(id),
            None => Resend::All(text(matches, APP)),
        }),
        Some((_, matches)) => {
            Task::ListWebhooks { app: text(matches, APP), format: format(matches) }
        }
        None => Task::ListWebhooks { app: None, format: Format::Table },
    }
}

fn trigger(matches: &ArgMatches) -> Trigger {
    let required = |name| text(matches, name).unwrap_or_default();
    Trigger {
        app: text(matches, APP),
        url: text(matches, URL),
        socket_id: text(matches, SOCKET_ID),
        channel: required(CHANNEL),
        event: required(EVENT),
        data: required(DATA),
    }
}

fn doctor(matches: &ArgMatches) -> Doctor {
    Doctor {
        url: text(matches, URL),
        app: text(matches, APP),
        key: text(matches, KEY),
        format: format(matches),
    }
}

fn tail(matches: &ArgMatches) -> Tail {
    let words = matches.get_many::<String>(FILTER).into_iter().flatten();
    let words: Vec<&str> = words.map(String::as_str).collect();
    Tail {
        app: text(matches, APP).unwrap_or_default(),
        url: text(matches, URL),
        filter: words.join(" "),
        format: format(matches),
    }
}

fn format(matches: &ArgMatches) -> Format {
    if matches.get_flag(JSON) { Format::Json } else { Format::Table }
}

fn text(matches: &ArgMatches, name: &str) -> Option<String> {
    matches.get_one::<String>(name).cloned()
}

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
        let show = |secrets| Task::ShowApp { id: "7".to_owned(), secrets, format: Format::Table };
        assert_eq!(read("apps show 7").task, show(Secrets::Hidden));
        assert_eq!(read("apps show 7 --secret").task, show(Secrets::Shown));
    }

    #[test]
    fn apps_are_added_changed_and_removed() {
        let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
        let id = || "7".to_owned();
        let added = Task::AddApp { id: id(), words: words(&["mirror=true"]), format: Format::Json };
        assert_eq!(read("apps add 7 mirror=true --json").task, added);
        let set = Task::SetApp { id: id(), words: words(&["a=1", "b="]) };
        assert_eq!(read("apps set 7 a=1 b= --data d").task, set);
        assert_eq!(read("apps remove 7").task, Task::RemoveApp { id: id() });
    }

    #[test]
    fn webhooks_are_listed_and_sent_again() {
        let list = |app: Option<&str>, format| {
            let app = app.map(str::to_owned);
            Task::ListWebhooks { app, format }
        };
        assert_eq!(read("webhooks list").task, list(None, Format::Table));
        assert_eq!(read("webhooks list --json --app 7").task, list(Some("7"), Format::Json));
        let resend = |words| match read(words).task {
            Task::ResendWebhooks(wish) => wish,
            other => panic!("{other:?}"),
        };
        assert_eq!(resend("webhooks resend x --data d"), Resend::One("x".to_owned()));
        assert_eq!(resend("webhooks resend --all"), Resend::All(None));
        assert_eq!(resend("webhooks resend --all --app 7"), Resend::All(Some("7".to_owned())));
    }

    #[test]
    fn a_code_for_the_console_is_drawn() {
        let drawn = read("console code --data d");
        assert_eq!((drawn.task, drawn.given.flags["data"].to_str()), (Task::DrawCode, Some("d")));
        assert_eq!(read("console token --data d").task, Task::OpenSession);
    }

    #[test]
    fn a_file_is_restored() {
        let restored = read("restore copy.db --data d");
        assert_eq!(restored.task, Task::Restore(PathBuf::from("copy.db")));
        assert_eq!(restored.given.flags["data"], "d");
    }

    #[test]
    fn events_are_triggered() {
        let Task::Trigger(trigger) = read("trigger --app 7 news headline -1 --socket-id 1.2").task
        else {
            panic!("not a trigger");
        };
        assert_eq!((trigger.app.as_deref(), trigger.url), (Some("7"), None));
        assert_eq!(trigger.socket_id.as_deref(), Some("1.2"));
        assert_eq!([trigger.channel, trigger.event, trigger.data], ["news", "headline", "-1"]);
        let Task::Trigger(trigger) = read("trigger news headline - --url http://h:1").task else {
            panic!("not a trigger");
        };
        assert_eq!((trigger.data.as_str(), trigger.url.as_deref()), ("-", Some("http://h:1")));
    }

    #[test]
    fn an_app_is_followed_with_options_on_either_side_of_the_filter() {
        let tail = |words| match read(words) {
            Invocation { task: Task::Tail(tail), given } => (tail, given),
            Invocation { task, .. } => panic!("{task:?}"),
        };
        let expected = |filter: &str, format| Tail {
            app: "7".to_owned(),
            url: Some("http://h".to_owned()),
            filter: filter.to_owned(),
            format,
        };
        for words in [
            "tail --json --data d --url http://h 7 type:error -news",
            "tail 7 type:error --json -news --data d --url=http://h",
            "tail 7 --url http://h type:error -news --data d --json",
            "tail --data=d 7 --url http://h --json -- type:error -news",
            "tail 7 --url http://h --json type:error --data d -- -news",
        ] {
            let (tail, given) = tail(words);
            assert_eq!(tail, expected("type:error -news", Format::Json), "{words}");
            assert_eq!(given.flags["data"], "d", "{words}");
        }
        for (words, filter) in [
            ("tail --url http://h 7", ""),
            ("tail --url http://h 7 -headline", "-headline"),
            ("tail --url http://h 7 -- --json", "--json"),
            ("tail 7 a --url http://h -- --json -h", "a --json -h"),
        ] {
            assert_eq!(tail(words).0, expected(filter, Format::Table), "{words}");
        }
        for words in ["tail 7 a --jsn", "tail 7 --jsn"] {
            let words = ["rollcall"].into_iter().chain(words.split(' ')).map(OsString::from);
            assert!(parse(words).is_err());
        }
    }

    fn read(words: &str) -> Invocation {
        let words = ["rollcall"].into_iter().chain(words.split_whitespace());
        parse(words.map(OsString::from)).expect("a valid command line")
    }
}
