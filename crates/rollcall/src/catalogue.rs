//! All apps there are: those of the database and those that the file declares.

use std::fmt;

use rollcall_engine::App;
use rollcall_node::config::{self, Config, Duplicate, Place, Settings};
use rollcall_store::AppRow;
use rollcall_wire::auth::Key;

use crate::failure::{AppFailure, Failure, StatusPageFailure};
use crate::{first_start, unfit};

/// All apps, those of the database first.
#[derive(Debug)]
pub(crate) struct Catalogue {
    entries: Vec<Entry>,
}

/// An app and where it comes from.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) app: App,
    pub(crate) source: Source,
    /// What it sets beside id, name and keys, where that is not the default.
    pub(crate) settings: Settings,
}

/// Where an app comes from, and so where it can be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// The database.
    Database,
    /// The configuration file, from this line on.
    File(Place),
}

impl Catalogue {
    /// Puts both together; refuses what could not be told apart.
    pub(crate) fn new(config: &Config, rows: &[AppRow]) -> Result<Self, Failure> {
        let mut entries = rows.iter().map(stored).collect::<Result<Vec<_>, Failure>>()?;
        config::check_unique(entries.iter().map(|entry| &entry.app))?;
        // Those of the file are told apart when it is read.
        let declared: Vec<_> = declared(config).collect();
        for Entry { app, source, .. } in &declared {
            if let Some((owner, duplicate)) = clash(&entries, app) {
                let (source, owner) = (source.clone(), owner.id.to_string());
                return Err(AppFailure::DeclaredTwice { source, duplicate, owner }.into());
            }
        }
        entries.extend(declared);
        Ok(Self { entries })
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The app with this id.
    pub(crate) fn find(&self, id: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.app.id.as_str() == id)
    }

    /// The same, or that there is none.
    pub(crate) fn named(&self, id: &str) -> Result<&Entry, AppFailure> {
        self.find(id).ok_or_else(|| AppFailure::Unknown { id: id.to_owned(), known: self.ids() })
    }

    /// The app of the status page: the one that `status_app` names, else that of the first start.
    pub(crate) fn status_app(&self, config: &Config) -> Result<&App, StatusPageFailure> {
        let app = self.named_status_app(config)?;
        let unfit = |unfit| StatusPageFailure::UnfitApp { id: app.id.to_string(), unfit };
        unfit::check(app).map_err(unfit)?;
        Ok(app)
    }

    /// Whether the status page uses the app with this id.
    pub(crate) fn is_status_app(&self, config: &Config, id: &str) -> bool {
        self.named_status_app(config).is_ok_and(|app| app.id.as_str() == id)
    }

    fn named_status_app(&self, config: &Config) -> Result<&App, StatusPageFailure> {
        let Some(id) = &config.status_app else {
            return self.default_app().ok_or(StatusPageFailure::NoDefaultApp);
        };
        match self.find(id) {
            Some(entry) => Ok(&entry.app),
            None => Err(StatusPageFailure::NoApp { id: id.clone(), known: self.ids() }),
        }
    }

    /// The ids, for a sentence that says what there is.
    pub(crate) fn ids(&self) -> Vec<String> {
        self.entries.iter().map(|entry| entry.app.id.to_string()).collect()
    }

    /// The apps themselves.
    pub(crate) fn into_apps(self) -> Vec<App> {
        self.entries.into_iter().map(|entry| entry.app).collect()
    }

    fn default_app(&self) -> Option<&App> {
        let ours = |entry: &&Entry| {
            entry.source == Source::Database && entry.app.name == first_start::NAME
        };
        self.entries.iter().find(ours).map(|entry| &entry.app)
    }
}

impl Source {
    /// Its name in lists.
    pub(crate) fn as_str(&self) -> &'static str {
        match self {
            Self::Database => "database",
            Self::File(_) => "file",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Database => f.write_str("the database"),
            Self::File(place) => place.fmt(f),
        }
    }
}

/// The app that a row of the database stands for.
pub(crate) fn stored(row: &AppRow) -> Result<Entry, Failure> {
    let app = config::stored_app(row)?;
    Ok(Entry { app, source: Source::Database, settings: config::stored_settings(row)? })
}

/// What `app` shares with one of the others, and with which.
fn clash<'a>(others: &'a [Entry], app: &App) -> Option<(&'a App, Duplicate)> {
    others.iter().find_map(|Entry { app: other, .. }| {
        if other.id == app.id {
            return Some((other, Duplicate::Id(app.id.to_string())));
        }
        let has = |key: &&Key| other.keys.iter().any(|of_other| of_other.key == key.key);
        Some((other, Duplicate::Key(app.keys.iter().find(has)?.key.clone())))
    })
}

fn declared(config: &Config) -> impl Iterator<Item = Entry> {
    config.apps.iter().filter_map(|app| {
        let declared = config.declared.get(app.id.as_str())?;
        let source = Source::File(declared.place.clone());
        Some(Entry { app: app.clone(), source, settings: declared.settings.clone() })
    })
}
