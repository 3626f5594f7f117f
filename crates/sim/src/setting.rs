//! The settings of the app of a transcript, as `app` lines name them.

use std::fmt;
use std::time::Duration;

use rollcall_engine::{App, HookClass, Webhook};
use rollcall_wire::auth::Key;

use crate::words::{ParseError, Words};

/// One setting that is not the default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    name: &'static str,
    value: u64,
}

/// The app of a transcript that says nothing of it: the defaults of the configuration file, and
/// two keys.
pub fn default_app() -> App {
    App::new("1", vec![key(1), key(2)])
}

/// The key of that number; all of them can sign, those of the app count.
pub(crate) fn key(number: u64) -> Key {
    Key { key: format!("key{number}"), secret: format!("secret{number}") }
}

impl Setting {
    /// Names a setting; `None` if there is none of that name.
    pub fn new(name: &str, value: u64) -> Option<Self> {
        let (name, _) = SETTINGS.iter().find(|(known, _)| *known == name)?;
        Some(Self { name, value })
    }

    /// Changes the app.
    pub fn apply(&self, app: &mut App) {
        if let Some((_, apply)) = SETTINGS.iter().find(|(name, _)| *name == self.name) {
            apply(app, self.value);
        }
    }

    /// Reads `name=value` or `name`, which stands for 1.
    pub(crate) fn parse(words: &mut Words<'_>) -> Result<Self, ParseError> {
        let word = words.next("a setting")?;
        let (name, value) = word.split_once('=').unwrap_or((word, "1"));
        let value = value.parse().map_err(|_| words.error("a number after ="))?;
        Self::new(name, value).ok_or_else(|| words.error("the name of a setting"))
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.name, self.value)
    }
}

type Apply = fn(&mut App, u64);

const SETTINGS: &[(&str, Apply)] = &[
    ("enabled", |app, value| app.enabled = value != 0),
    ("client-events", |app, value| app.client_events = value != 0),
    ("member-updates", |app, value| app.member_updates = value != 0),
    ("mirror", |app, value| app.mirror = value != 0),
    ("force-tls", |app, value| app.force_tls = value != 0),
    ("watchlist-events", |app, value| app.watchlist_events = value != 0),
    ("authorize-within", |app, value| {
        app.authorization_timeout = (value > 0).then(|| Duration::from_secs(value));
    }),
    ("strict-compat", |app, value| app.strict_compat = value != 0),
    ("counting", |app, value| app.subscription_counting = value != 0),
    ("activity", |app, value| app.activity_timeout = Duration::from_secs(value)),
    ("pong", |app, value| app.pong_timeout = Duration::from_secs(value)),
    ("grace", |app, value| app.presence.grace = Duration::from_secs(value)),
    ("max-members", |app, value| app.presence.max_members = value as usize),
    ("max-info", |app, value| app.presence.max_info_bytes = value as usize),
    ("max-pending", |app, value| app.max_pending_bytes = value as usize),
    ("max-payload", |app, value| app.limits.payload_bytes = value as usize),
    ("channel-name", |app, value| app.limits.channel_name = value as usize),
    ("event-name", |app, value| app.limits.event_name = value as usize),
    ("cache-channels", |app, value| app.cache_channels = value != 0),
    ("cache", |app, value| app.cache_ttl = Duration::from_secs(value)),
    ("cache-bytes", |app, value| app.limits.cache_bytes = value as usize),
    ("event-rate", |app, value| app.limits.client_events_per_second = value as u32),
    ("webhooks", |app, value| app.webhooks = webhooks(value)),
    ("blocked", |app, value| {
        app.blocked_users = (value > 0).then(|| format!("user{value}")).into_iter().collect();
    }),
    ("without-key", |app, value| app.keys.retain(|known| *known != key(value))),
];

/// An endpoint for the classes whose bits are set; none for 0, every class for 1.
fn webhooks(bits: u64) -> Vec<Webhook> {
    let wanted = |(bit, _): &(usize, HookClass)| bits == 1 || bits & (2 << bit) != 0;
    let classes = HookClass::ALL.into_iter().enumerate().filter(wanted);
    let classes: Vec<HookClass> = classes.map(|(_, class)| class).collect();
    let url = "https://example.com/".to_owned();
    if classes.is_empty() { Vec::new() } else { vec![Webhook { url, classes }] }
}
