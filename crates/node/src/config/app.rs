//! The keys of `[[apps]]`, in the order in which `docs/options.md` shows them, and how a table of
//! the file becomes an [`App`].

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use rollcall_engine::{App, AppId};
use serde_json::Value as Json;

use super::error::{ConfigError, Duplicate, Place};
use super::setting::{Kind, NotAllowed, Preset, Reach, Setting};
use super::value::{Entry, Item, Value, unknown};

/// One record per key.
pub static APP: &[Setting<App>] = &[
    required("id", "The id in the paths of the HTTP API. Any text; digits suit every SDK.", ID),
    required(
        "keys",
        "The key pairs, oldest first. Each connects and signs.",
        Kind::Keys(|app, keys| app.keys = keys),
    ),
    in_file("name", r#""""#, "What people call the app. Without one it is called by its id.", NAME),
    switch("enabled", "true", "Whether it accepts connections and requests.", |app, on| {
        app.enabled = on;
    }),
    switch("client_events", "false", "Whether members may send client events.", |app, on| {
        app.client_events = on;
    }),
    switch(
        "member_updates",
        "true",
        "Whether what is known of a member can change while it is present.",
        |app, on| app.member_updates = on,
    ),
    switch(
        "mirror",
        "false",
        "Whether a changed member is announced again by member_added, for stock clients.",
        |app, on| app.mirror = on,
    ),
    switch(
        "bridge",
        "false",
        "Whether the status app takes client-status-update out and answers for it.",
        |app, on| app.bridge = on,
    ),
    switch(
        "strict_compat",
        "false",
        "Whether it keeps to the hosted service: no grace, nothing coalesced, its time limits.",
        |app, on| app.strict_compat = on,
    ),
    later("subscription_counting", "false", "Tells members how many subscribe."),
    later("watchlist_events", "false", "Tells a user which watched users come and go."),
    later("authorized_connections_seconds", "0", "Closes who has not signed in; 0 for never."),
    later("force_tls", "false", "Refuses connections without TLS."),
    later("webhooks", "[]", "Where to post what happens."),
    whole("max_connections", "0", "The most connections at once.", 0, u32::MAX as u64, |app, n| {
        app.max_connections = n as u32;
    })
    .zero_means("no limit"),
    in_file("allowed_origins", r#"["*"]"#, "Origins that browsers may connect from.", ORIGINS),
    whole(
        "activity_timeout_seconds",
        "30",
        "The silence after which a connection is probed.",
        1,
        3600,
        |app, n| app.activity_timeout = Duration::from_secs(n),
    ),
    whole(
        "pong_timeout_seconds",
        "10",
        "How long a probed connection may stay silent.",
        1,
        600,
        |app, n| app.pong_timeout = Duration::from_secs(n),
    ),
    whole(
        "max_pending_bytes",
        "1048576",
        "What a connection may owe before it is closed as a slow reader.",
        1024,
        1 << 30,
        |app, n| app.max_pending_bytes = n as usize,
    ),
    whole(
        "presence.max_members",
        "100",
        "The most users on one presence channel.",
        1,
        100_000,
        |app, n| app.presence.max_members = n as usize,
    ),
    whole(
        "presence.max_info_bytes",
        "1024",
        "The most bytes of what is told about one member, as JSON.",
        2,
        65_536,
        |app, n| app.presence.max_info_bytes = n as usize,
    ),
    whole(
        "presence.grace_seconds",
        "3",
        "How long a member whose connection was lost stays one.",
        0,
        120,
        |app, n| app.presence.grace = Duration::from_secs(n),
    ),
    whole(
        "limits.payload_bytes",
        "10240",
        "The most bytes of an event's data.",
        1,
        1 << 24,
        |app, n| app.limits.payload_bytes = n as usize,
    ),
    whole(
        "limits.channel_name",
        "164",
        "The most characters of a channel name.",
        1,
        1024,
        |app, n| app.limits.channel_name = n as usize,
    ),
    whole(
        "limits.event_name",
        "200",
        "The most characters of an event name.",
        1,
        1024,
        |app, n| app.limits.event_name = n as usize,
    ),
    whole(
        "limits.client_events_per_second",
        "10",
        "Client events that one connection may send in a second.",
        1,
        100_000,
        |app, n| app.limits.client_events_per_second = n as u32,
    ),
    whole(
        "limits.channels_per_publish",
        "100",
        "The most channels of one publish.",
        1,
        10_000,
        |app, n| app.limits.channels_per_publish = n as usize,
    ),
    whole("limits.batch", "10", "The most events of one batch.", 1, 10_000, |app, n| {
        app.limits.batch = n as usize;
    }),
];

/// Settings by their keys, with dots for nested tables, as JSON.
pub type Settings = BTreeMap<String, Json>;

/// Where the file declares an app, and what it sets there.
#[derive(Debug, Clone, PartialEq)]
pub struct Declared {
    /// The line on which it begins.
    pub place: Place,
    /// What it sets beside id, name and keys, where that is not the default.
    pub settings: Settings,
}

/// Whether no two apps share an id or a key.
pub fn check_unique<'a>(apps: impl IntoIterator<Item = &'a App>) -> Result<(), Duplicate> {
    let mut seen = Seen::default();
    apps.into_iter().try_for_each(|app| seen.add(app))
}

/// Reads `[[apps]]`. What is wrong with one key says nothing about the next, so all of it is told.
pub(super) fn read_all(
    item: &Item,
    place: &Place,
    errors: &mut Vec<ConfigError>,
) -> Vec<(App, Declared)> {
    let Value::List(items) = &item.value else {
        errors.push(not_apps(item, place));
        return Vec::new();
    };
    let mut seen = Seen::default();
    let mut apps = Vec::new();
    for item in items {
        let place = place.at(item.line);
        let Some((app, settings)) = read(item, &place, errors) else { continue };
        match seen.add(&app) {
            Ok(()) => apps.push((app, Declared { place, settings })),
            Err(duplicate) => errors.push(ConfigError::Duplicate { place, duplicate }),
        }
    }
    apps
}

fn read(item: &Item, place: &Place, errors: &mut Vec<ConfigError>) -> Option<(App, Settings)> {
    let Value::Table(entries) = &item.value else {
        errors.push(not_apps(item, place));
        return None;
    };
    let before = errors.len();
    let missing = ["id", "keys"].into_iter().filter(|key| !entries.iter().any(|e| e.key == *key));
    errors.extend(missing.map(|key| ConfigError::Missing {
        place: place.clone(),
        key,
        table: "[[apps]]",
    }));
    let mut app = App::new("", Vec::new());
    let leaves = leaves(entries);
    errors.extend(leaves.iter().filter_map(|leaf| leaf.apply(&mut app, place).err()));
    if app.name.is_empty() {
        app.name = app.id.to_string();
    }
    (errors.len() == before).then(|| (app, settings(&leaves)))
}

/// A key of an app with its value, and the table that it stands in.
#[derive(Debug)]
pub(super) struct Leaf<'a> {
    /// The name with its dot; empty for the app's own table.
    table: String,
    key: &'a str,
    item: &'a Item,
}

/// The keys of an app's table, and of the tables inside: `presence = { grace_seconds = 3 }`.
pub(super) fn leaves(entries: &[Entry]) -> Vec<Leaf<'_>> {
    let mut found = Vec::new();
    collect("", entries, &mut found);
    found
}

fn collect<'a>(table: &str, entries: &'a [Entry], found: &mut Vec<Leaf<'a>>) {
    for Entry { key, item } in entries {
        let inner = format!("{table}{key}.");
        match &item.value {
            Value::Table(entries) if known_in(&inner).next().is_some() => {
                collect(&inner, entries, found);
            }
            _ => found.push(Leaf { table: table.to_owned(), key, item }),
        }
    }
}

/// What apps set beside id, name and keys, where it is not the default.
pub(super) fn settings(leaves: &[Leaf<'_>]) -> Settings {
    let plain = App::new("", Vec::new());
    let differs = |leaf: &&Leaf<'_>| {
        let mut app = plain.clone();
        leaf.apply(&mut app, &Place::CommandLine).is_ok() && app != plain
    };
    let told = leaves.iter().filter(|leaf| !OWN_COLUMNS.contains(&leaf.dotted().as_str()));
    told.filter(differs).map(|leaf| (leaf.dotted(), leaf.item.value.to_json())).collect()
}

impl Leaf<'_> {
    /// Checks the value and sets it.
    pub(super) fn apply(&self, app: &mut App, place: &Place) -> Result<(), ConfigError> {
        let place = place.at(self.item.line);
        let dotted = self.dotted();
        if let Some(setting) = find(&dotted) {
            return setting.apply(app, &self.item.value, &place);
        }
        if known_in(&format!("{dotted}.")).next().is_some() {
            return Err(ConfigError::BadValue {
                place,
                key: if dotted == "presence" { "presence" } else { "limits" },
                allowed: "a table such as { … }".into(),
                given: self.item.value.to_string(),
            });
        }
        Err(unknown(self.key, table_name(&self.table), known_in(&self.table), &place))
    }

    fn dotted(&self) -> String {
        format!("{}{}", self.table, self.key)
    }
}

/// The record of a key, written with its table: `presence.grace_seconds`.
pub(super) fn find(dotted: &str) -> Option<&'static Setting<App>> {
    APP.iter().find(|setting| setting.key == dotted)
}

/// The keys of a table, whose name is given with its dot; those of an app for no name.
fn known_in(table: &str) -> impl Iterator<Item = &'static str> {
    let keys = APP.iter().filter_map(move |setting| setting.key.strip_prefix(table));
    keys.map(|key| key.split_once('.').map_or(key, |(first, _)| first))
}

fn table_name(table: &str) -> &str {
    table.strip_suffix('.').unwrap_or("[[apps]]")
}

fn not_apps(item: &Item, place: &Place) -> ConfigError {
    ConfigError::BadValue {
        place: place.at(item.line),
        key: "apps",
        allowed: "tables that each begin with [[apps]]".into(),
        given: item.value.to_string(),
    }
}

#[derive(Default)]
struct Seen {
    ids: HashSet<AppId>,
    keys: HashSet<String>,
}

impl Seen {
    fn add(&mut self, app: &App) -> Result<(), Duplicate> {
        if !self.ids.insert(app.id.clone()) {
            return Err(Duplicate::Id(app.id.to_string()));
        }
        let again = app.keys.iter().find(|key| !self.keys.insert(key.key.clone()));
        again.map_or(Ok(()), |key| Err(Duplicate::Key(key.key.clone())))
    }
}

const fn in_file(
    key: &'static str,
    default: &'static str,
    doc: &'static str,
    kind: Kind<App>,
) -> Setting<App> {
    Setting { key, reach: Reach::File, default: Preset::Written(default), doc, kind }
}

const fn required(key: &'static str, doc: &'static str, kind: Kind<App>) -> Setting<App> {
    Setting { key, reach: Reach::File, default: Preset::Required, doc, kind }
}

const fn later(key: &'static str, off: &'static str, doc: &'static str) -> Setting<App> {
    in_file(key, off, doc, Kind::Later)
}

const fn switch(
    key: &'static str,
    default: &'static str,
    doc: &'static str,
    set: fn(&mut App, bool),
) -> Setting<App> {
    in_file(key, default, doc, Kind::Switch(set))
}

const fn whole(
    key: &'static str,
    default: &'static str,
    doc: &'static str,
    least: u64,
    most: u64,
    set: fn(&mut App, u64),
) -> Setting<App> {
    in_file(key, default, doc, Kind::Whole { least, most, zero: None, set })
}

impl Setting<App> {
    const fn zero_means(self, meaning: &'static str) -> Self {
        match self.kind {
            Kind::Whole { least, most, set, .. } => {
                Self { kind: Kind::Whole { least, most, zero: Some(meaning), set }, ..self }
            }
            kind => Self { kind, ..self },
        }
    }
}

const ID: Kind<App> = Kind::Text {
    allowed: "a text of 1 to 128 characters, without slashes and control characters",
    set: |app, id| {
        let legal = |c: char| c != '/' && !c.is_control();
        let fits = (1..=128).contains(&id.chars().count()) && id.chars().all(legal);
        app.id = fits.then(|| AppId::new(id)).ok_or(NotAllowed)?;
        Ok(())
    },
};

const NAME: Kind<App> = Kind::Text {
    allowed: "a text of at most 128 characters, without control and bidi characters",
    set: |app, name| {
        let illegal = |c: char| c.is_control() || is_bidi_control(c);
        let fits = name.chars().count() <= 128 && !name.chars().any(illegal);
        app.name = fits.then(|| name.to_owned()).ok_or(NotAllowed)?;
        Ok(())
    },
};

/// What reorders the text around it, in lists and logs too: marks, embeddings, overrides, isolates.
fn is_bidi_control(c: char) -> bool {
    matches!(
        c,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

const ORIGINS: Kind<App> = Kind::Texts {
    allowed: "a list of origins such as \"https://example.com\", or [\"*\"] for all",
    set: |app, origins| {
        let legal = |origin: &&str| *origin == "*" || origin.contains("://");
        let fits = !origins.is_empty() && origins.iter().all(legal);
        let owned = || origins.iter().map(|&origin| origin.to_owned()).collect();
        app.allowed_origins = fits.then(owned).ok_or(NotAllowed)?;
        Ok(())
    },
};

/// What the store keeps beside the settings, and lists show by themselves.
const OWN_COLUMNS: [&str; 3] = ["id", "name", "keys"];
