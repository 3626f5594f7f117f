//! The apps as the console sees them: those of the database, which it changes, and those of the
//! file, which are fixed there.

use std::collections::HashMap;

use rollcall_node::KeyUse;
use rollcall_node::config::{self, Config, Declared, Place, Settings};
use rollcall_store::{AppRow, KeyRow, UnixMillis};
use serde::Serialize;

use crate::console::Console;
use crate::failure::{AppFailure, Failure};
use crate::network::network;

/// An app, wherever it comes from.
pub(crate) struct AnyApp {
    pub(crate) id: String,
    /// What it is called; nothing for one that is called by its id.
    pub(crate) name: String,
    /// What else it sets, where that is not the default.
    pub(crate) settings: Settings,
    pub(crate) keys: Vec<KeyPair>,
    /// Where the file fixes it; none for one of the database.
    pub(crate) fixed: Option<String>,
    pub(crate) created_at: Option<UnixMillis>,
}

/// A key and its secret; the file does not say since when.
pub(crate) struct KeyPair {
    pub(crate) key: String,
    pub(crate) secret: String,
    created_at: Option<UnixMillis>,
}

impl Console {
    /// All apps: those of the database in the order in which they were made, then those of the file.
    pub(crate) async fn apps(&self) -> Result<Vec<AnyApp>, Failure> {
        let (rows, dates) = (self.0.store.apps().await?, self.0.store.app_dates().await?);
        let stored = rows.iter().map(|row| {
            let created_at = dates.get(&row.id).copied();
            AnyApp { created_at, ..AnyApp::stored(row) }
        });
        Ok(stored.chain(declared(&self.0.settings.config)).collect())
    }

    /// The app of this id.
    pub(crate) async fn app(&self, id: &str) -> Result<AnyApp, Failure> {
        let mut apps = self.apps().await?.into_iter();
        Ok(apps.find(|app| app.id == id).ok_or(AppFailure::NoApp)?)
    }
}

impl Console {
    /// The cards of all apps, as they are now.
    pub(crate) async fn cards(&self) -> Result<Vec<BusyCard>, Failure> {
        let (apps, status_app) = (self.apps().await?, &self.0.settings.status_app);
        let errors = self.0.store.error_counts(self.now() - HOUR_MS).await?;
        let card = |app: &AnyApp| {
            let traffic = self.0.history.traffic(&app.id);
            BusyCard {
                id: app.id.clone(),
                name: app.shown_name().to_owned(),
                enabled: app.is_enabled(),
                is_status_app: app.id == *status_app,
                fixed: app.fixed.clone(),
                connections: traffic.connections,
                peak: traffic.peak,
                messages_per_second: of_late(&traffic.rates),
                rates: traffic.rates,
                errors_last_hour: errors.get(&app.id).copied().unwrap_or_default(),
            }
        };
        Ok(apps.iter().map(card).collect())
    }
}

/// The mean of the last five seconds, so that one busy second is no rate.
fn of_late(rates: &[u64]) -> f64 {
    let last = &rates[rates.len().saturating_sub(5)..];
    last.iter().sum::<u64>() as f64 / last.len().max(1) as f64
}

const HOUR_MS: i64 = 60 * 60 * 1000;

impl AnyApp {
    fn stored(row: &AppRow) -> Self {
        Self {
            id: row.id.clone(),
            name: row.name.clone(),
            // What cannot be read is shown as not set, so that it can be set right.
            settings: config::stored_settings(row).unwrap_or_default(),
            keys: row.keys.iter().map(KeyPair::from).collect(),
            fixed: None,
            created_at: None,
        }
    }

    /// What it is called.
    pub(crate) fn shown_name(&self) -> &str {
        shown_name(&self.id, &self.name)
    }

    fn is_enabled(&self) -> bool {
        self.settings.get("enabled").is_none_or(|enabled| enabled == true)
    }
}

/// An app without a name is called by its id.
pub(crate) fn shown_name<'a>(id: &'a str, name: &'a str) -> &'a str {
    if name.is_empty() { id } else { name }
}

fn declared(config: &Config) -> impl Iterator<Item = AnyApp> {
    config.apps.iter().filter_map(|app| {
        let Declared { place, settings } = config.declared.get(app.id.as_str())?;
        let pair = |(key, secret): (&String, &String)| {
            let (key, secret) = (key.clone(), secret.clone());
            KeyPair { key, secret, created_at: None }
        };
        Some(AnyApp {
            id: app.id.to_string(),
            name: app.name.clone(),
            settings: settings.clone(),
            keys: app.keys.iter().map(|key| pair((&key.key, &key.secret))).collect(),
            fixed: Some(in_short(place)),
            created_at: None,
        })
    })
}

/// A place as editors take it: `rollcall.toml:12`.
fn in_short(place: &Place) -> String {
    match place {
        Place::File { file, line } => format!("{}:{line}", file.display()),
        other => other.to_string(),
    }
}

impl From<&KeyRow> for KeyPair {
    fn from(row: &KeyRow) -> Self {
        let (key, secret) = (row.key.clone(), row.secret.clone());
        Self { key, secret, created_at: Some(row.created_at) }
    }
}

/// An app in the list.
#[derive(Serialize)]
pub(crate) struct Card<'a> {
    id: &'a str,
    name: &'a str,
    enabled: bool,
    is_status_app: bool,
    fixed: Option<&'a str>,
}

/// An app in the list, with what it does.
#[derive(Serialize)]
pub(crate) struct BusyCard {
    id: String,
    name: String,
    enabled: bool,
    is_status_app: bool,
    fixed: Option<String>,
    connections: u64,
    peak: u64,
    messages_per_second: f64,
    rates: Vec<u64>,
    errors_last_hour: u64,
}

/// What is known of the keys of an app beside the keys themselves.
pub(crate) struct KeyFacts {
    /// When and from where each was used last.
    pub(crate) uses: HashMap<String, KeyUse>,
    /// Who made each, as far as the record tells.
    pub(crate) makers: HashMap<String, String>,
}

/// An app on its own page.
#[derive(Serialize)]
pub(crate) struct AppBody<'a> {
    #[serde(flatten)]
    card: Card<'a>,
    created_at: Option<UnixMillis>,
    keys: Vec<KeyBody<'a>>,
}

/// A key, without its secret.
#[derive(Serialize)]
pub(crate) struct KeyBody<'a> {
    key: &'a str,
    created_at: Option<UnixMillis>,
    /// Who made it, if the record of changes tells.
    created_by: Option<&'a str>,
    /// When and from where it was used last, since the server started.
    last_used_at: Option<UnixMillis>,
    last_used_from: Option<String>,
    secret_masked: String,
}

impl<'a> Card<'a> {
    pub(crate) fn new(app: &'a AnyApp, status_app: &str) -> Self {
        Self {
            id: &app.id,
            name: app.shown_name(),
            enabled: app.is_enabled(),
            is_status_app: app.id == status_app,
            fixed: app.fixed.as_deref(),
        }
    }
}

impl<'a> AppBody<'a> {
    pub(crate) fn new(app: &'a AnyApp, status_app: &str, facts: &'a KeyFacts) -> Self {
        let keys = app.keys.iter().map(|pair| {
            let maker = facts.makers.get(&pair.key).map(String::as_str);
            KeyBody::new(pair, facts.uses.get(&pair.key), maker)
        });
        Self { card: Card::new(app, status_app), created_at: app.created_at, keys: keys.collect() }
    }
}

impl<'a> KeyBody<'a> {
    /// `last` is its last use, if there was any, and `created_by` who made it, if that is known.
    pub(crate) fn new(
        pair: &'a KeyPair,
        last: Option<&KeyUse>,
        created_by: Option<&'a str>,
    ) -> Self {
        Self {
            key: &pair.key,
            created_at: pair.created_at,
            created_by,
            last_used_at: last.map(|last| last.at),
            last_used_from: last.map(|last| network(last.from)),
            secret_masked: masked(&pair.secret),
        }
    }
}

/// The end of a secret, by which its owner knows it again; of a short one nothing.
fn masked(secret: &str) -> String {
    let letters = secret.chars().count();
    let shown = if letters >= LEAST_SHOWN { SHOWN } else { 0 };
    format!("…{}", secret.chars().skip(letters - shown).collect::<String>())
}

const SHOWN: usize = 4;
/// What is left of a shorter one could be guessed.
const LEAST_SHOWN: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_end_of_a_long_secret_is_shown() {
        assert_eq!(masked("0123456789abcdeff3a9"), "…f3a9");
        assert_eq!(masked("short-secret"), "…");
        assert_eq!(masked(""), "…");
    }
}
