//! What may be written on the command line, made from the records of the configuration. Help and
//! `docs/commands.md` come from here.

use clap::builder::ValueParser;
use clap::{Arg, ArgAction, Command};
use rollcall_node::config::{Config, Preset, SERVER, Setting};

/// The whole command line, for parsing and for help.
pub(crate) fn command() -> Command {
    Command::new("rollcall")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Tells people, in real time, who is here and what they are up to.")
        .long_about(ABOUT)
        .after_help("Try --help for more about each, or see docs/options.md.")
        .after_long_help(EXAMPLES)
        .args(options())
        .subcommand(serve_command())
        .subcommand(apps_command())
        .subcommand(check_command())
        .subcommand(trigger_command())
        .subcommand(webhooks_command())
        .subcommand(doctor_command())
        .subcommand(tail_command())
        .subcommand(console_command())
        .subcommand(restore_command())
}

fn serve_command() -> Command {
    Command::new("serve")
        .about("Run the server; this is also what rollcall does without a command")
        .args(options())
}

fn check_command() -> Command {
    Command::new("check-config")
        .about("Say what the server would serve, or everything that is wrong")
        .long_about(
            "Reads flags, variables, the file and the database as the server would, starts \
             nothing and writes nothing. If a backup is staged it reads that one, which takes the \
             place of the database when the server starts the next time.\nSays what would \
             be served, or everything that is wrong, with the file and the line.",
        )
        .args(options())
}

fn apps_command() -> Command {
    let secret = Arg::new(SECRET).long(SECRET).action(ArgAction::SetTrue);
    Command::new("apps")
        .about("Look at the apps and change them")
        .long_about(
            "Looks at the apps, those of the database and those of the file, and changes those \
             of the database.\nA server that runs obeys a change within a second, and other \
             apps do not notice. A change that it cannot honour, because its own file or options \
             say otherwise, is told in its log.\nGive it the server's --data, --config and \
             --status-app, and run it as the server's user: an app that the file has too would \
             keep the server from starting again.",
        )
        .subcommand_required(true)
        .args(options_named(&["data", "config", "status_app"]))
        .subcommand(Command::new("list").about("List the apps").arg(json()))
        .subcommand(
            Command::new("show")
                .about("Show an app: its keys, and the settings that differ from the default")
                .args([id(), secret.help("Print the secrets too"), json()]),
        )
        .subcommand(add_command())
        .subcommand(
            Command::new("set")
                .about("Change settings of an app; KEY= alone sets the default again")
                .args([id(), words(1)])
                .after_help(WORDS_HELP),
        )
        .subcommand(
            Command::new("remove")
                .about("Remove an app: its connections are closed, its requests answered with 404")
                .arg(id()),
        )
        .mut_args(|argument| argument.global(true))
}

fn add_command() -> Command {
    Command::new("add")
        .about("Add an app, with a key and a secret drawn unless some are given")
        .args([id().help("The id of the app: 1 to 15 digits"), words(0), json()])
        .after_help(WORDS_HELP)
}

fn trigger_command() -> Command {
    let option = |name, value, help| Arg::new(name).long(name).value_name(value).help(help);
    let word = |name, value, help| Arg::new(name).value_name(value).required(true).help(help);
    Command::new("trigger")
        .about("Publish an event through a running server's HTTP API")
        .args([
            option(APP, "ID", "The app; needed where there are several"),
            option(URL, "URL", "Where the server is, without a path; its own address without"),
            option(SOCKET_ID, "ID", "A connection that does not get the event"),
            word(CHANNEL, "CHANNEL", "The channel"),
            word(EVENT, "EVENT", "The name of the event"),
            word(DATA, "DATA", "The data, as it is; - for what standard input says")
                .allow_hyphen_values(true),
        ])
        .args(options_named(&["listen", "data", "config"]))
}

fn webhooks_command() -> Command {
    let app = || Arg::new(APP).long(APP).value_name("ID").help("Those of one app");
    let all = Arg::new(ALL).long(ALL).action(ArgAction::SetTrue);
    Command::new("webhooks")
        .about("Look at the webhooks that have not arrived, and have them sent again")
        .long_about(
            "Looks at the requests that endpoints of apps have not taken yet, or were given up \
             after five minutes of attempts, and has those sent again.\nIt works beside a running \
             server, which obeys within a second, and without one: the next one then does it. \
             What was given up is kept for seven days, the last 1000 requests of each app.",
        )
        .subcommand_required(true)
        .args(options_named(&["data", "config"]))
        .subcommand(
            Command::new("list")
                .about("List the webhooks that have not arrived, the newest first")
                .args([app(), json()]),
        )
        .subcommand(
            Command::new("resend").about("Send again what was given up").args([
                Arg::new(WEBHOOK)
                    .value_name("ID")
                    .required_unless_present(ALL)
                    .help("The id of the request"),
                all.conflicts_with(WEBHOOK).help("All that were given up"),
                app().conflicts_with(WEBHOOK),
            ]),
        )
        .mut_args(|argument| argument.global(true))
}

fn doctor_command() -> Command {
    let option = |name, value, help| Arg::new(name).long(name).value_name(value).help(help);
    Command::new("doctor")
        .about("Try what browsers and back ends do, and say what is in the way and what to change")
        .long_about(
            "Tries what browsers and back ends do, from where it runs: a WebSocket, both HTTP \
             transports, a request of a page of another origin, a signed request; and looks at \
             the certificate, the clocks, the path prefix and the limit on open files.\nGive it \
             the URL that clients use to examine what is in front of the server, and run it as \
             the server's user, with the server's options. It changes nothing. It ends with 1 if \
             something is wrong.",
        )
        .args([
            option(
                URL,
                "URL",
                "Where clients find the server, its prefix included; its own address without",
            ),
            option(APP, "ID", "The app to connect to; the first one without"),
            option(KEY, "KEY", "The key to connect with, where the app is not known here")
                .conflicts_with(APP),
            json(),
        ])
        .args(options_named(&["listen", "data", "config", "path_prefix", "tls_cert", "tls_key"]))
}

fn tail_command() -> Command {
    let app = Arg::new(APP).value_name("APP").required(true);
    let url = Arg::new(URL).long(URL).value_name("URL");
    let filter = Arg::new(FILTER).value_name("FILTER").num_args(0..).allow_hyphen_values(true);
    Command::new(TAIL)
        .about("Print live what happens in an app, as the console's debug page shows it")
        .long_about(
            "Prints live what the debug page of the console shows of an app: connections, \
             subscriptions, members, events, webhooks, and each error with its reason and the \
             setting that would cure it. Ctrl-C ends it, and so does the removal of the app.\n\
             It runs beside the server's data directory, as the server's user: it lets itself in \
             with a session that it writes into the database, and takes out at its end. When the \
             server starts anew it comes back by itself.\nEvents go to standard output, a line each; that the server is lost, or that \
             more than 200 events a second are told as a sample, to standard error. With --json \
             each event is an object on a line of its own, as docs/console.md has it, and notices \
             are objects of the type notice among them.",
        )
        .args([
            app.help("The id of the app"),
            filter.help("Which events to print: words that all have to hold"),
            url.help("Where the server is, its prefix included; its own address without"),
            json(),
        ])
        .args(options_named(&["listen", "data", "config", "path_prefix", "tls_cert", "tls_key"]))
        .after_help(FILTER_HELP)
}

fn console_command() -> Command {
    Command::new("console")
        .about("Get into the console")
        .long_about(
            "Gets its operator into the console, which every server has at /console.\nIt works \
             beside a running server and without one.",
        )
        .subcommand_required(true)
        .args(options_named(&["listen", "data", "config", "public_url", "path_prefix", "tls_cert"]))
        .subcommand(
            Command::new("code")
                .about("Make a new one-time code, which ends the one before")
                .long_about(
                    "Makes a new one-time code for the console, good for 60 minutes and one use; \
                     it ends the one before.\nWhoever enters it chooses a name and a password. If \
                     there was an operator, these take the place of the old ones, and all \
                     sessions of the console end.",
                ),
        )
        .subcommand(
            Command::new("token")
                .about("Open a session of the console for a program, and print its token")
                .long_about(
                    "Opens a session of the console for a program of this machine, which lasts for \
                     twelve hours, and prints its token. Requests carry it as \
                     \"Authorization: Bearer TOKEN\" and may do what the operator may; what they \
                     change is recorded as the command line's. The console shows such requests \
                     where it says how to do the same by hand.",
                ),
        )
        .mut_args(|argument| argument.global(true))
}

fn restore_command() -> Command {
    let file =
        Arg::new(FILE).value_name("FILE").required(true).value_parser(ValueParser::path_buf());
    Command::new("restore")
        .about("Put a backup in the place of the database")
        .long_about(
            "Checks that the file is a whole database of Rollcall that this version, with these \
             options, could serve from, and puts a copy of it in the place of the database. Where \
             no server runs on the data directory that happens at once; beside a running one it \
             is staged, and happens when the server starts the next time.\nThe database before is \
             kept as rollcall.db.before-restore beside it, in place of an older one of that name; \
             restoring that file takes the restore back. Who was signed in to the console signs \
             in again, with the password of the backup.\nGive it the server's --data, --config \
             and --status-app, and run it as the server's user. The file stays as it is.",
        )
        .arg(file.help("The backup, as the System page of the console saves it"))
        .args(options_named(&["data", "config", "status_app"]))
}

fn id() -> Arg {
    Arg::new(ID).value_name("ID").required(true).help("The id of the app")
}

fn json() -> Arg {
    Arg::new(JSON).long(JSON).action(ArgAction::SetTrue).help("Print JSON")
}

fn words(least: usize) -> Arg {
    Arg::new(WORDS)
        .value_name("KEY=VALUE")
        .num_args(least..)
        .required(least > 0)
        .help("A setting and its value, with the keys of [[apps]]")
}

fn options_named(names: &'static [&str]) -> impl Iterator<Item = Arg> {
    options().filter(|option| names.contains(&option.get_id().as_str()))
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

const ABOUT: &str = "\
Rollcall tells people, in real time, who is here and what they are up to.

It is one program: a server that speaks the Pusher Channels protocol, so that the client and server \
libraries you have work with it, and a status page on top of it. Without a command it serves.

The first start creates the data directory and an app, rollcall, for the status page; it prints \
where the page is, the app's key, how to see its secret, and a one-time code for the console.

Each option can be given as a flag, as a variable or in the file that --config names. A flag beats \
a variable, a variable the file, the file the default.";

const EXAMPLES: &str = "\
Examples:
  rollcall                                 serve on http://127.0.0.1:9000, data in ./data
  rollcall --listen 0.0.0.0:80 --data /var/lib/rollcall
  rollcall --config rollcall.toml          settings and further apps from a file
  rollcall apps list                       which apps there are
  rollcall apps add 1001 client_events=true
  rollcall apps show 1001 --secret         what a server library needs to publish
  rollcall trigger --app 1001 news headline '{\"text\":\"Hello\"}'
  rollcall tail 1001 type:error            what goes wrong in an app, live
  rollcall restore rollcall-backup.db      a backup in the place of the database

A file that declares an app:
  [[apps]]
  id = \"1001\"
  name = \"Demo\"
  keys = [{ key = \"app-key\", secret = \"app-secret\" }]

Every option and every key of an app is described in docs/options.md.";

/// How a record writes that there is no default.
const NONE: Preset = Preset::Written(r#""""#);
pub(crate) const ID: &str = "id";
pub(crate) const JSON: &str = "json";
pub(crate) const SECRET: &str = "secret";
pub(crate) const WORDS: &str = "words";
pub(crate) const APP: &str = "app";
pub(crate) const ALL: &str = "all";
pub(crate) const WEBHOOK: &str = "webhook";
pub(crate) const KEY: &str = "key";
pub(crate) const URL: &str = "url";
pub(crate) const SOCKET_ID: &str = "socket-id";
pub(crate) const CHANNEL: &str = "channel";
pub(crate) const EVENT: &str = "event";
pub(crate) const TAIL: &str = "tail";
pub(crate) const FILTER: &str = "filter";
pub(crate) const FILE: &str = "file";
pub(crate) const DATA: &str = "data-text";

const FILTER_HELP: &str = "\
The filter is that of the debug page: type:error, channel:presence-*, user:42, socket:1.2, event:client-*, or a text that is looked for everywhere.
A minus before a word turns it round, as in -type:subscribed, and commas stand between alternatives: type:error,rate_limit. type:error stands for all kinds of errors, type:presence for the three of members.
In quotation marks everything stands for itself; a shell wants other quotes around them: '\"to be\"'.
Options may stand before the filter and behind it; what follows a lone -- is the filter.";

const WORDS_HELP: &str = "\
The keys and what they take are those of [[apps]] in docs/options.md, with dots for nested tables: presence.grace_seconds=5.
A list is written as in the file, or with commas: allowed_origins=https://a.example,https://b.example.
Key pairs may be written keys=KEY:SECRET,KEY:SECRET; others on this machine can see what a command line says, so leave them out to have some drawn.
Nothing is written unless everything is right.";
