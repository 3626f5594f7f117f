//! Configuration: what the operator may set, from flags, variables and the file to one [`Config`].
//!
//! Each option is one record ([`Setting`]); parser, default, help, `docs/options.md` and the tests
//! come from it. The records are in `server.rs` (options of the program) and `app.rs` (keys of
//! `[[apps]]`). Nothing here looks at the disk but to read the file, and nothing listens: whether a
//! port is free or a directory exists is found out by who uses it.

mod app;
mod app_table;
mod differences;
mod docs;
mod edit;
mod error;
mod file;
mod nearest;
mod proxies;
mod server;
mod setting;
mod stored;
mod types;
mod value;
mod values;
mod webhooks;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use rollcall_engine::App;

pub use app::APP;
pub use app_table::{Declared, Settings, check_unique};
pub use differences::{Difference, differences, recorded_settings};
pub use docs::options_markdown;
pub use edit::{BadChange, changed_app, edited_app};
pub use error::{ConfigError, Duplicate, Place, Reason};
pub use proxies::{Front, PathPrefix, TrustedProxies};
pub use server::SERVER;
pub use setting::{AppliesTo, Group, Kind, NotAllowed, Preset, Reach, Setting};
pub use stored::{stored_app, stored_settings};
pub use types::{ListenAddress, LogLevel, MetricsToken, PublicUrl};
pub use values::{AppValue, app_values};
pub(crate) use webhooks::webhook_url;

use value::Value;

/// Everything that the operator has set, checked, with the defaults filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// The file that was read, if one was named.
    pub file: Option<PathBuf>,
    /// Where to accept connections.
    pub listen: ListenAddress,
    /// The directory of the database.
    pub data: PathBuf,
    /// The number of shard threads; 0, until [`load`] has resolved it, for one per core.
    pub shards: usize,
    /// The operator's own pages, served at `/` instead of the built-in one.
    pub pages: Option<PathBuf>,
    /// The certificate for TLS, as PEM; none for a server without.
    pub tls_cert: Option<PathBuf>,
    /// Its private key, as PEM.
    pub tls_key: Option<PathBuf>,
    /// What stands in front of this server.
    pub front: Front,
    /// The id of the app that the status page uses; none for the one made at the first start.
    pub status_app: Option<String>,
    /// For how many days what apps did is kept.
    pub stats_days: u32,
    /// Sign-ups on the status page in 10 minutes, per address; 0 for no limit, as below.
    pub sign_ups_per_10_minutes: u32,
    /// Sign-ins in a minute, per address and name.
    pub sign_ins_per_minute: u32,
    /// Changes of the status in 10 seconds, per user.
    pub statuses_per_10_seconds: u32,
    /// Subscriptions signed in a minute, per web session.
    pub auths_per_minute: u32,
    /// What a reader of the metrics has to know; none for metrics that are this machine's alone.
    pub metrics_token: Option<MetricsToken>,
    /// How much the log says.
    pub log: LogLevel,
    /// The apps that the file declares.
    pub apps: Vec<App>,
    /// Where the file declares each app, by the app's id.
    pub declared: BTreeMap<String, Declared>,
    /// Where each option that was given stands, by the key of its [`Setting`]; the place that won.
    pub places: BTreeMap<&'static str, Place>,
    /// What was given there, as the file would spell it; a secret is not told.
    pub values: BTreeMap<&'static str, String>,
}

impl Config {
    /// The beginning of a sentence about an option that only its user can find wrong: the name by
    /// which it was given, and where.
    pub fn subject(&self, key: &str) -> String {
        self.places.get(key).map_or_else(|| key.to_owned(), |place| place.subject(key))
    }

    fn set(
        &mut self,
        setting: &'static Setting<Self>,
        value: &Value,
        place: Place,
    ) -> Result<(), ConfigError> {
        setting.apply(self, value, &place)?;
        self.places.insert(setting.key, place);
        self.values.insert(setting.key, setting.shown(value));
        Ok(())
    }
}

/// What was given outside the file.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// Values of flags, by the key of their [`Setting`].
    pub flags: BTreeMap<&'static str, OsString>,
    /// The `ROLLCALL_…` variables of the environment; others may be there and are ignored.
    pub variables: BTreeMap<String, OsString>,
}

/// Puts the configuration together: a flag beats a variable, a variable the file, the file the
/// default. Every value is checked, also one that another beats.
///
/// # Errors
///
/// The first thing that is wrong.
pub fn load(given: &Given) -> Result<Config, ConfigError> {
    let (config, errors) = check(given);
    errors.into_iter().next().map_or(Ok(config), Err)
}

/// Like [`load`], with everything that is wrong; what is wrong is left out of the configuration.
pub fn check(given: &Given) -> (Config, Vec<ConfigError>) {
    let mut errors = Vec::new();
    let mut outside = Config::default();
    apply_outside(&mut outside, given, &mut errors);
    let mut config = Config::default();
    if let Some(path) = outside.file {
        file::apply(&mut config, &path, &mut errors);
    }
    // What is wrong outside has been told.
    apply_outside(&mut config, given, &mut Vec::new());
    config.shards = resolve_shards(config.shards);
    (config, errors)
}

/// Variables that look like a misspelt one of ours, each with the one that was probably meant.
///
/// A warning and not an error as with flags and keys of the file, because an environment is not
/// ours alone: Kubernetes sets `ROLLCALL_PORT` and more for a service that is called rollcall.
pub fn misspelt_variables(given: &Given) -> Vec<(&str, String)> {
    let known: Vec<String> = SERVER.iter().filter_map(Setting::variable).collect();
    let strangers = given.variables.keys().filter(|name| name.starts_with("ROLLCALL_"));
    strangers
        .filter(|name| !known.contains(name) && !NOT_OPTIONS.contains(&name.as_str()))
        .filter_map(|name| {
            let nearest = nearest::nearest(name, known.iter().map(String::as_str))?;
            Some((name.as_str(), nearest.to_owned()))
        })
        .collect()
}

impl Default for Config {
    fn default() -> Self {
        Self {
            file: None,
            listen: ListenAddress::default(),
            data: PathBuf::from("data"),
            shards: 0,
            pages: None,
            tls_cert: None,
            tls_key: None,
            front: Front::default(),
            status_app: None,
            stats_days: 30,
            sign_ups_per_10_minutes: 300,
            sign_ins_per_minute: 5,
            statuses_per_10_seconds: 5,
            auths_per_minute: 120,
            metrics_token: None,
            log: LogLevel::default(),
            apps: Vec::new(),
            declared: BTreeMap::new(),
            places: BTreeMap::new(),
            values: BTreeMap::new(),
        }
    }
}

fn apply_outside(config: &mut Config, given: &Given, errors: &mut Vec<ConfigError>) {
    for setting in SERVER {
        let variable = setting.variable().and_then(|name| given.variables.get(&name));
        if let Some(value) = variable.filter(|value| !value.is_empty()) {
            let place = Place::Variable(setting.variable().unwrap_or_default());
            errors.extend(config.set(setting, &Value::Written(value.clone()), place).err());
        }
        if let Some(value) = given.flags.get(setting.key) {
            let place = Place::Flag(setting.flag().unwrap_or_default());
            errors.extend(config.set(setting, &Value::Written(value.clone()), place).err());
        }
    }
}

fn resolve_shards(shards: usize) -> usize {
    match shards {
        0 => std::thread::available_parallelism().map_or(1, NonZeroUsize::get).min(MAX_SHARDS),
        some => some,
    }
}

/// Text of a directory option, where nothing stands for none.
fn optional_path(path: &Path) -> Option<PathBuf> {
    (!path.as_os_str().is_empty()).then(|| path.to_owned())
}

/// A partition lives on one shard and there are 64: a further shard would only hold connections.
const MAX_SHARDS: usize = 64;

/// Variables of the build and the tests, which share the prefix.
const NOT_OPTIONS: [&str; 2] = ["ROLLCALL_SKIP_WEB", "ROLLCALL_BLESS"];
