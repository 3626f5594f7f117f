//! What everybody outside the shards may ask of the node: HTTP, the status app, the console, tests.
//!
//! A handle knows the apps and the mailboxes, and nothing of sockets or rosters. Asking never waits
//! for a shard, but where the answer is the shard's.

mod authorize;
mod channels;
mod connections;
mod door;
mod members;
mod metrics;
mod observe;
mod operator;
mod publish;
mod query;
mod queues;
mod reserve;
mod sessions;
mod stats;
mod users;
mod webhooks;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use rollcall_engine::{App, AppId, ChannelKey, EdgeCommand, UserId};
use rollcall_wire::{ChannelName, CloseCode, SocketId};
use tokio::sync::{Mutex, Semaphore, oneshot, watch};

use crate::apps::{Apps, AppsCell, AppsError, Tenant};
use crate::clock::Clock;
use crate::config::Front;
use crate::http::ANSWER_PLACES;
use crate::journal::JournalAccount;
use crate::mail::{Mail, Mailboxes};
use crate::socket_ids::SocketIds;
use crate::stats::NodeStats;

pub use authorize::{Authorization, AuthorizeError, Member};
pub use channels::{
    ChannelDetail, ChannelMember, ChannelRow, ChannelSort, ChannelTable, ChannelType, KeptEvent,
    MAX_MEMBERS,
};
pub use connections::{
    Connection, ConnectionDetail, ConnectionSort, ConnectionSubscription, Connections,
    ConnectionsQuery, MAX_ROWS, Transport,
};
pub(crate) use door::{Caller, Upgraded};
pub use members::SetMemberInfoError;
pub(crate) use metrics::Metering;
use observe::Observatory;
pub use operator::{PublishAsError, RemoveMemberError};
pub use publish::{Except, Publication, PublishError};
pub use query::QueryError;
pub use queues::{Intercept, Intercepted, MemberChange, QueueError, Watch};
pub use users::TerminateError;
use webhooks::Hooks;

/// The node, as its doors and apps see it. Cheap to clone.
#[derive(Clone)]
pub struct NodeHandle(Arc<Shared>);

/// What an app's own back end may know of it; the secrets stay in the node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppCredentials {
    /// The id in the paths of the HTTP API.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The key that clients connect with: the oldest active one.
    pub key: String,
    /// The most bytes of one member's info, as JSON.
    pub max_info_bytes: usize,
    /// The most characters of a channel's name.
    pub max_channel_name: usize,
    /// Whether the status app takes `client-status-update` out before fan-out.
    pub bridge: bool,
}

/// The reason given to a connection that is closed by an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseWith {
    /// 4009: it may not be here any longer, and does not come back by itself.
    Unauthorized,
    /// 4200: it is to come back at once.
    Reconnect,
}

/// What all handles of a node share.
struct Shared {
    apps: AppsCell,
    mailboxes: Mailboxes,
    journal: JournalAccount,
    clock: Clock,
    socket_ids: SocketIds,
    /// Whether the node sends everybody elsewhere.
    draining: watch::Sender<bool>,
    next_shard: AtomicUsize,
    next_name: AtomicU64,
    body_room: Arc<Semaphore>,
    send_room: Arc<Semaphore>,
    answer_places: Arc<Semaphore>,
    /// Held by who has a list of channels or connections made.
    listing: Mutex<()>,
    front: Front,
    metering: Metering,
    hooks: Hooks,
    observatory: Observatory,
}

impl NodeHandle {
    pub(crate) fn new(
        apps: Apps,
        mailboxes: Mailboxes,
        journal: JournalAccount,
        clock: Clock,
        socket_ids: SocketIds,
        front: Front,
        metering: Metering,
    ) -> Self {
        Self(Arc::new(Shared {
            apps: AppsCell::new(apps),
            mailboxes,
            journal,
            clock,
            socket_ids,
            draining: watch::Sender::new(false),
            next_shard: AtomicUsize::new(0),
            next_name: AtomicU64::new(0),
            body_room: Arc::new(Semaphore::new(MAX_BODY_BYTES)),
            send_room: Arc::new(Semaphore::new(MAX_SEND_BYTES)),
            answer_places: Arc::new(Semaphore::new(ANSWER_PLACES)),
            listing: Mutex::new(()),
            front,
            metering,
            hooks: Hooks::default(),
            observatory: Observatory::default(),
        }))
    }

    /// What may be told of an app.
    pub fn app(&self, id: &str) -> Option<AppCredentials> {
        let app = self.tenant(id)?.app;
        Some(AppCredentials {
            id: app.id.to_string(),
            name: app.name.clone(),
            key: app.keys.first()?.key.clone(),
            max_info_bytes: app.presence.max_info_bytes,
            max_channel_name: app.limits.channel_name,
            bridge: app.bridge,
        })
    }

    /// Puts new settings of an app in force, or adds an app. Its connections stay, unless it is
    /// suspended; a quota that shrank counts for newcomers.
    pub fn replace_app(&self, app: App) -> Result<(), AppsError> {
        self.change_apps(|apps| {
            apps.retain(|old| old.id != app.id);
            apps.push(app);
        })
    }

    /// Takes an app out: its connections are closed with 4001, its requests answered with 404.
    pub fn remove_app(&self, id: &str) -> Result<(), AppsError> {
        self.change_apps(|apps| apps.retain(|old| old.id.as_str() != id))
    }

    /// Puts these apps in the place of all but reserved ones: at once, so that what one gives up another may take.
    /// Connections of an app that stays stay.
    ///
    /// # Errors
    ///
    /// If two of them cannot be told apart. Then nothing changes.
    pub fn replace_apps(&self, apps: Vec<App>) -> Result<(), AppsError> {
        self.change_apps(|old| *old = apps)
    }

    /// Closes a connection, wherever it is.
    pub fn disconnect(&self, socket: &str, close: CloseWith) {
        if let Ok(Some(socket)) = SocketId::parse(socket) {
            let code = close.code();
            self.0.mailboxes.command_all(&EdgeCommand::Disconnect { socket, code });
        }
    }

    /// Closes a connection with 4009, if it is subscribed to `channel` as `user`.
    pub fn disconnect_member(&self, app: &str, socket: &str, channel: &str, user: &str) {
        let Some(tenant) = self.tenant(app) else { return };
        let Some(channel) = channel_of(&tenant.app, channel) else { return };
        if let Ok(Some(socket)) = SocketId::parse(socket) {
            self.0.mailboxes.command_all(&EdgeCommand::DisconnectMember {
                socket,
                channel,
                user: UserId::new(user),
                code: CloseCode::Unauthorized,
            });
        }
    }

    /// The counters of all shards, summed. Reserved apps are not in them.
    pub async fn stats(&self) -> NodeStats {
        let mut sum = NodeStats::default();
        for stats in self.ask_all(Mail::Count) {
            if let Ok(stats) = stats.await {
                sum.add(stats);
            }
        }
        sum
    }

    /// Whether the node is on its way out.
    pub fn is_draining(&self) -> bool {
        *self.0.draining.borrow()
    }

    /// Sends every connection elsewhere (4200), those that are still to come too (4100).
    pub(crate) fn drain(&self) {
        self.0.draining.send_replace(true);
        self.0.mailboxes.command_all(&EdgeCommand::Drain);
    }

    /// Becomes `true` when the node is on its way out.
    pub(crate) fn draining(&self) -> watch::Receiver<bool> {
        self.0.draining.subscribe()
    }

    /// Waits until no shard has a connection.
    pub(crate) async fn emptied(&self) {
        for empty in self.ask_all(Mail::TellWhenEmpty) {
            // A shard that has stopped has none.
            let _ = empty.await;
        }
    }

    /// Ends the shards.
    pub(crate) fn stop(&self) {
        for shard in 0..self.0.mailboxes.shards() {
            self.0.mailboxes.send(shard, Mail::Stop);
        }
    }

    /// The app of that id, as it is now.
    pub(crate) fn tenant(&self, id: &str) -> Option<Tenant> {
        self.0.apps.snapshot().of_id(id).cloned()
    }

    /// The app that has this key, as it is now.
    pub(crate) fn tenant_of_key(&self, key: &str) -> Option<Tenant> {
        self.0.apps.snapshot().of_key(key).cloned()
    }

    /// Changes whenever the journal was written: more may be owed to back ends.
    pub fn journal_written(&self) -> watch::Receiver<u64> {
        self.0.journal.written()
    }

    /// Whether nothing more is to be let in for an app: a shard is too far behind, or, if the app
    /// has webhooks, the journal is.
    pub(crate) fn is_busy(&self, app: &App) -> bool {
        let is_indebted = !app.webhooks.is_empty() && self.0.journal.is_full_for(&app.id);
        is_indebted || self.0.mailboxes.are_congested()
    }

    /// Whether nothing more is to be kept for an app, since too much waits to be written down.
    pub(crate) fn is_journal_full(&self, app: &AppId) -> bool {
        self.0.journal.is_full_for(app)
    }

    /// Seconds of the calendar.
    pub(crate) fn unix_seconds(&self) -> u64 {
        self.0.clock.unix_seconds()
    }

    /// What stands in front of the node.
    pub(crate) fn front(&self) -> &Front {
        &self.0.front
    }

    /// How many bytes the bodies of requests may still take, all together.
    pub(crate) fn body_room(&self) -> &Arc<Semaphore> {
        &self.0.body_room
    }

    /// How many bytes the bodies of send requests may still take, all together. They are nobody's
    /// whose signature was checked, so they have a room of their own.
    pub(crate) fn send_room(&self) -> &Arc<Semaphore> {
        &self.0.send_room
    }

    /// The places of large answers.
    pub(crate) fn answer_places(&self) -> &Arc<Semaphore> {
        &self.0.answer_places
    }

    fn change_apps(&self, edit: impl FnOnce(&mut Vec<App>)) -> Result<(), AppsError> {
        self.0.apps.change(edit, |changes| {
            changes.removed.iter().for_each(|app| self.taps().close_app(app));
            let removed = changes.removed.into_iter().map(EdgeCommand::RemoveApp);
            let replaced = changes.replaced.into_iter().map(EdgeCommand::ReplaceApp);
            removed.chain(replaced).for_each(|command| self.0.mailboxes.command_all(&command));
        })
    }

    /// A number that no other ticket, intercept or watch of the node has.
    fn fresh_name(&self) -> u64 {
        self.0.next_name.fetch_add(1, Ordering::Relaxed)
    }

    fn ask_all<T>(
        &self,
        question: impl Fn(oneshot::Sender<T>) -> Mail,
    ) -> Vec<oneshot::Receiver<T>> {
        let ask = |shard| {
            let (asker, answer) = oneshot::channel();
            self.0.mailboxes.send(shard, question(asker));
            answer
        };
        (0..self.0.mailboxes.shards()).map(ask).collect()
    }
}

impl CloseWith {
    fn code(self) -> CloseCode {
        match self {
            Self::Unauthorized => CloseCode::Unauthorized,
            Self::Reconnect => CloseCode::Reconnect,
        }
    }
}

impl fmt::Debug for NodeHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NodeHandle").finish_non_exhaustive()
    }
}

/// The channel of that name, if an app can have it.
fn channel_of(app: &App, name: &str) -> Option<ChannelKey> {
    let name = ChannelName::parse(name, app.limits.channel_name).ok()?;
    Some(ChannelKey::new(app, name))
}

/// What the bodies of all requests under way may take together.
const MAX_BODY_BYTES: usize = 64 << 20;

/// The same, of those by which clients speak over HTTP.
const MAX_SEND_BYTES: usize = 32 << 20;
