//! How a table becomes an app: `[[apps]]` of the file, and the settings that the store keeps.

use std::collections::{BTreeMap, HashSet};

use rollcall_engine::{App, AppId};
use serde_json::Value as Json;

use super::app::{APP, find};
use super::error::{ConfigError, Duplicate, Place};
use super::value::{Entry, Item, Value, unknown};

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

/// What the store keeps beside the settings, and lists show by themselves.
const OWN_COLUMNS: [&str; 3] = ["id", "name", "keys"];
