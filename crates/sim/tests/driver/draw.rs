//! Which lists of commands are drawn.

use std::fmt;
use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::select;
use rollcall_engine::HttpTransport;
use rollcall_sim::{Action, Claim, Command, Except, Setting, Staging};

/// A staging and what is performed on it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Play {
    pub(crate) staging: Staging,
    pub(crate) commands: Vec<Command>,
}

const CLIENTS: [&str; 6] = ["a1", "a2", "b1", "b2", "c1", "c2"];
const PRESENCE: [&str; 3] = ["presence-x", "presence-y", "presence-cache-y"];
const CHANNELS: [&str; 6] =
    ["presence-x", "presence-y", "presence-cache-y", "private-z", "news", "cache-news"];
/// What back ends send to one user.
const OWN: [&str; 3] = ["#server-to-user-ana", "#server-to-user-bo", "#server-to-user-cy"];
const USERS: [&str; 3] = ["ana", "bo", "cy"];

/// All lists.
pub(crate) fn plays() -> impl Strategy<Value = Play> {
    let staging = (1..=3usize, proptest::option::of(0..1000u64))
        .prop_map(|(edges, shuffle)| Staging { edges, shuffle });
    let commands = proptest::collection::vec(command(), 1..50);
    let connects = proptest::collection::vec(connects(), CLIENTS.len());
    (staging, app(), connects, commands).prop_map(|(staging, app, connects, drawn)| {
        let mut commands = vec![app];
        commands.extend(CLIENTS.iter().zip(connects).map(|(c, action)| client(c, action)));
        commands.extend(drawn);
        Play { staging, commands }
    })
}

fn app() -> impl Strategy<Value = Command> {
    let mirror = 0..=1u64;
    let (grace, members) = (select(&[0, 3, 3][..]), select(&[2, 100, 100][..]));
    let (cache, counting, webhooks) = (select(&[1, 4][..]), 0..=1u64, 0..=1u64);
    let pending = select(&[200, 4000][..]);
    (mirror, 0..=3u64, grace, cache, counting, webhooks, members, pending).prop_map(
        |(mirror, updates, grace, cache, counting, webhooks, members, pending)| {
            let settings = [
                ("client-events", 1),
                ("event-rate", 1000),
                ("watchlist-events", 1),
                ("max-pending", pending),
                ("mirror", mirror),
                ("member-updates", updates.min(1)),
                ("counting", counting),
                ("webhooks", webhooks),
                ("grace", grace),
                ("cache", cache),
                ("max-members", members),
            ];
            let settings = settings
                .map(|(name, value)| Setting::new(name, value).expect("the setting exists"));
            Command::App(settings.to_vec())
        },
    )
}

fn command() -> impl Strategy<Value = Command> {
    prop_oneof![
        60 => by_client(),
        12 => publish(),
        8 => update(),
        12 => select(&[100, 500, 1000, 2000, 3000][..]).prop_map(|ms| {
            Command::Wait(Duration::from_millis(ms))
        }),
        6 => Just(Command::Hold),
        6 => (1..8usize).prop_map(Command::Deliver),
        6 => Just(Command::Release),
        8 => Just(Command::Turn),
        6 => Just(Command::End),
        4 => Just(Command::JournalWaits),
        6 => (1..5usize).prop_map(Command::JournalWrites),
        4 => Just(Command::JournalGoesOn),
        1 => Just(Command::Drain),
        1 => Just(Command::Restart),
        4 => (select(&["webhooks", "counting", "watchlist-events"][..]), 0..=1u64)
            .prop_map(setting),
        1 => select(&USERS[..]).prop_map(|user| Command::Terminate { user: user.to_owned() }),
        2 => (select(&CLIENTS[..]), select(&[4009, 4200][..])).prop_map(|(client, code)| {
            Command::Disconnect { client: client.to_owned(), code }
        }),
        2 => (select(&CLIENTS[..]), select(&USERS[..]), select(&PRESENCE[..])).prop_map(
            |(client, user, channel)| Command::DisconnectMember {
                client: client.to_owned(),
                user: user.to_owned(),
                channel: channel.to_owned(),
            }
        ),
    ]
}

/// A setting that changes while everybody is there.
fn setting((name, value): (&str, u64)) -> Command {
    Command::App(vec![Setting::new(name, value).expect("the setting exists")])
}

fn by_client() -> impl Strategy<Value = Command> {
    (select(&CLIENTS[..]), action()).prop_map(|(name, action)| client(name, action))
}

fn action() -> impl Strategy<Value = Action> {
    let channel = || select(&CHANNELS[..]).prop_map(str::to_owned);
    prop_oneof![
        8 => connects(),
        16 => joins(),
        4 => joins_as_user(),
        6 => channel().prop_map(Action::Leaves),
        1 => select(&OWN[..]).prop_map(|channel| Action::Leaves(channel.to_owned())),
        5 => signs_in(),
        6 => (select(&CHANNELS[..4]), 0..100u32).prop_map(|(channel, n)| {
            Action::Triggers("client-x".to_owned(), channel.to_owned(), Some(n.to_string()))
        }),
        2 => select(&[None, Some(1000), Some(1001)][..]).prop_map(Action::Closes),
        1 => Just(Action::Ends),
        3 => Just(Action::Drops),
        3 => select(&[0, 1, 100, 700][..]).prop_map(Action::StopsReading),
        3 => select(&[None, None, Some(1), Some(50)][..]).prop_map(Action::Reads),
        1 => Just(Action::Pings("p".to_owned())),
        2 => Just(Action::LosesRequest),
        3 => Just(Action::AsksAgain),
    ]
}

fn connects() -> impl Strategy<Value = Action> {
    prop_oneof![
        4 => Just(Action::Connects(7)),
        1 => select(&[HttpTransport::Streaming, HttpTransport::Polling][..])
            .prop_map(Action::ConnectsOverHttp),
    ]
}

fn joins() -> impl Strategy<Value = Action> {
    (select(&CHANNELS[..]), select(&USERS[..]), info()).prop_map(|(channel, user, info)| {
        let is_presence = channel.starts_with("presence-");
        let claim = Claim {
            user: is_presence.then(|| user.to_owned()),
            info: info.filter(|_| is_presence),
            ..Claim::default()
        };
        Action::Joins(channel.to_owned(), claim)
    })
}

/// With nothing to say who it is but how it signed in, if it did.
fn joins_as_user() -> impl Strategy<Value = Action> {
    let channel = prop_oneof![select(&PRESENCE[..]), select(&OWN[..])];
    channel.prop_map(|channel| Action::Joins(channel.to_owned(), Claim::default()))
}

fn signs_in() -> impl Strategy<Value = Action> {
    let watched = proptest::sample::subsequence(&USERS[..], 0..=USERS.len());
    (watched, select(&USERS[..])).prop_map(|(watched, user)| {
        let watched = watched.into_iter().map(str::to_owned).collect();
        Action::SignsIn(watched, Claim { user: Some(user.to_owned()), ..Claim::default() })
    })
}

fn info() -> impl Strategy<Value = Option<String>> {
    prop_oneof![
        Just(None),
        (0..3u32).prop_map(|n| Some(format!("{{\"n\":{n}}}"))),
        (0..5u32).prop_map(|rev| Some(format!("{{\"rev\":{rev}}}"))),
    ]
}

fn publish() -> impl Strategy<Value = Command> {
    let except = prop_oneof![
        3 => Just(Except::Nobody),
        1 => select(&CLIENTS[..]).prop_map(|c| Except::Client(c.to_owned())),
        1 => select(&USERS[..]).prop_map(|u| Except::User(u.to_owned())),
    ];
    let size = prop_oneof![4 => Just(0usize), 1 => Just(700usize)];
    let channel = prop_oneof![6 => select(&CHANNELS[..]), 1 => select(&OWN[..])];
    (channel, except, 0..1000u32, size).prop_map(|(channel, except, n, size)| {
        let (event, channel) = ("e".to_owned(), channel.to_owned());
        Command::Publish { event, channel, except, data: format!("{n}{}", "x".repeat(size)) }
    })
}

fn update() -> impl Strategy<Value = Command> {
    let rev = proptest::option::weighted(0.7, 0..6u64);
    (select(&USERS[..]), select(&PRESENCE[..]), rev, info()).prop_map(
        |(user, channel, rev, info)| Command::Update {
            user: user.to_owned(),
            channel: channel.to_owned(),
            rev,
            info,
        },
    )
}

fn client(name: &str, action: Action) -> Command {
    Command::Client(name.to_owned(), action)
}

impl fmt::Display for Play {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "    check(\n        r#\"\n        {}", self.staging)?;
        self.commands.iter().try_for_each(|command| writeln!(f, "        {command}"))?;
        writeln!(f, "        \"#,\n    );")
    }
}
