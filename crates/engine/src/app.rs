//! What the machines need to know of an app: an immutable value, replaced whole when a setting
//! changes.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use rollcall_wire::ChannelName;
use rollcall_wire::auth::Key;

use crate::hooks::{HookClass, Webhook};

/// The id of an app, as in the paths of the HTTP API.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AppId(Arc<str>);

/// The settings of an app (docs/protocol.md section 8).
#[derive(Debug, Clone, PartialEq)]
pub struct App {
    /// The id in the paths of the HTTP API.
    pub id: AppId,
    /// What people call it.
    pub name: String,
    /// Whether anybody is to know of it.
    pub visibility: Visibility,
    /// The active key pairs, oldest first; each signs and connects.
    pub keys: Vec<Key>,
    /// Whether it accepts anything; off is *suspended* (4003 and 403).
    pub enabled: bool,
    /// Whether members may send client events.
    pub client_events: bool,
    /// Whether member info can change, and member events carry a serial.
    pub member_updates: bool,
    /// Whether a change of member info is shown as a repeated `member_added`, for stock clients.
    pub mirror: bool,
    /// Whether the status app takes `client-status-update` out before fan-out.
    pub bridge: bool,
    /// Whether subscribers are told how many they are.
    pub subscription_counting: bool,
    /// Whether a signed-in user hears which of the users that it watches come and go.
    pub watchlist_events: bool,
    /// How long a connection may stay without signing in or joining a channel that needs a
    /// signature; none for as long as it likes.
    pub authorization_timeout: Option<Duration>,
    /// Hosted timing and numbers: no grace, nothing coalesced.
    pub strict_compat: bool,
    /// The most connections at once; 0 for no limit.
    pub max_connections: u32,
    /// Whether connections without TLS are closed (4000).
    pub force_tls: bool,
    /// The most messages that back ends may send in a day; 0 for no limit.
    pub max_messages_per_day: u64,
    /// Origins that browsers may connect from; `*` stands for all.
    pub allowed_origins: Vec<String>,
    /// Users that may neither sign in nor be a member.
    pub blocked_users: BTreeSet<String>,
    /// Silence after which a connection is probed.
    pub activity_timeout: Duration,
    /// How long a probed connection may stay silent.
    pub pong_timeout: Duration,
    /// Whether cache channels keep their last event; off, they are like the others of their kind.
    pub cache_channels: bool,
    /// How long a cache channel keeps its last event.
    pub cache_ttl: Duration,
    /// What a connection may owe before it counts as a slow reader.
    pub max_pending_bytes: usize,
    /// Limits of presence channels.
    pub presence: PresenceSettings,
    /// Limits of messages.
    pub limits: Limits,
    /// The endpoints that are told what happens (docs/protocol.md section 7).
    pub webhooks: Vec<Webhook>,
    /// Whether events for one endpoint travel together; off is one event for each request.
    pub webhook_batching: bool,
}

/// Whether an app is an operator's, or serves the program itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    /// An operator's: it is listed and counted.
    Listed,
    /// The program's own: it is in no list, and nothing that it does is counted.
    Reserved,
}

/// Limits of an app's presence channels (docs/protocol.md 2.6).
#[derive(Debug, Clone, PartialEq)]
pub struct PresenceSettings {
    /// The most distinct users on one channel.
    pub max_members: usize,
    /// The most bytes of one member's `user_info`, as JSON.
    pub max_info_bytes: usize,
    /// How long a member whose connection was lost stays one.
    pub grace: Duration,
}

/// Limits of an app's messages (docs/protocol.md appendix C).
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// The most bytes of an event's data.
    pub payload_bytes: usize,
    /// The most characters of a channel name.
    pub channel_name: usize,
    /// The most characters of an event name.
    pub event_name: usize,
    /// Client events that one connection may send in a second.
    pub client_events_per_second: u32,
    /// The most channels of one publish.
    pub channels_per_publish: usize,
    /// The most events of one batch.
    pub batch: usize,
    /// What the last events of all cache channels may take.
    pub cache_bytes: usize,
}

/// How many connections an app may have when one more begins to count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quota {
    /// So many, with it.
    UpTo(u32),
    /// As many as come.
    Unlimited,
}

impl App {
    /// An app with the defaults of the configuration file.
    pub fn new(id: &str, keys: Vec<Key>) -> Self {
        Self {
            id: AppId::new(id),
            name: id.to_owned(),
            visibility: Visibility::Listed,
            keys,
            enabled: true,
            client_events: false,
            member_updates: true,
            mirror: false,
            bridge: false,
            subscription_counting: false,
            watchlist_events: false,
            authorization_timeout: None,
            strict_compat: false,
            max_connections: 0,
            force_tls: false,
            max_messages_per_day: 0,
            allowed_origins: vec!["*".to_owned()],
            blocked_users: BTreeSet::new(),
            activity_timeout: Duration::from_secs(30),
            pong_timeout: Duration::from_secs(10),
            cache_channels: true,
            cache_ttl: Duration::from_secs(1800),
            max_pending_bytes: 1 << 20,
            presence: PresenceSettings::default(),
            limits: Limits::default(),
            webhooks: Vec::new(),
            webhook_batching: true,
        }
    }

    /// Whether a user may neither sign in nor be a member.
    pub fn blocks(&self, user: &str) -> bool {
        self.blocked_users.contains(user)
    }

    /// Whether a channel keeps its last event (docs/protocol.md 2.7).
    pub fn caches(&self, channel: &ChannelName) -> bool {
        self.cache_channels && channel.kind().is_cache()
    }

    /// Whether an endpoint wants events of this class.
    pub fn hooks(&self, class: HookClass) -> bool {
        self.webhooks.iter().any(|webhook| webhook.classes.contains(&class))
    }

    /// How long a lost member stays: none under strict compatibility.
    pub fn grace(&self) -> Duration {
        if self.strict_compat { Duration::ZERO } else { self.presence.grace }
    }

    /// How many connections it may have.
    pub fn quota(&self) -> Quota {
        match self.max_connections {
            0 => Quota::Unlimited,
            most => Quota::UpTo(most),
        }
    }

    /// The silence after which a connection is probed; the hosted service's under strict
    /// compatibility.
    pub fn activity_timeout(&self) -> Duration {
        if self.strict_compat { Duration::from_secs(120) } else { self.activity_timeout }
    }

    /// How long a probed connection may stay silent; the hosted service's under strict
    /// compatibility.
    pub fn pong_timeout(&self) -> Duration {
        if self.strict_compat { Duration::from_secs(30) } else { self.pong_timeout }
    }

    /// The most bytes of one inbound message: room for a payload in which every character is
    /// escaped, and never under the 32 KiB that clients may count on (docs/protocol.md 1.7).
    pub fn max_message_bytes(&self) -> usize {
        (self.limits.payload_bytes.saturating_mul(6)).saturating_add(4096).max(64 * 1024)
    }
}

impl Default for PresenceSettings {
    fn default() -> Self {
        Self { max_members: 100, max_info_bytes: 1024, grace: Duration::from_secs(3) }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            payload_bytes: 10_240,
            channel_name: 164,
            event_name: 200,
            client_events_per_second: 10,
            channels_per_publish: 100,
            batch: 10,
            cache_bytes: 64 << 20,
        }
    }
}

impl AppId {
    /// Wraps an id.
    pub fn new(id: &str) -> Self {
        Self(id.into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AppId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for AppId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
