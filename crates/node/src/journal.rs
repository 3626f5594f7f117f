//! The journal: what partitions owe to back ends is written down here, many entries in one
//! transaction, and confirmed by mail, before anybody is shown what it tells of.
//!
//! [`Journal`] is what an earlier run left behind, a [`Pen`] is how shards write, and `scribe.rs` is
//! the task that does it. How what is owed is delivered is not known here.

mod recovery;
mod scribe;

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use rollcall_engine::{AppId, ChannelKey, HookClass, HookEvent, KeptEvent, Owed, PartitionIndex};
use rollcall_store::{CachedEvent, JournalEntry, NewOwedEvent, Told, ToldClass};
use tokio::sync::{Notify, mpsc, watch};

use crate::clock::Clock;

pub use recovery::Journal;
pub(crate) use recovery::{Memory, Recovered, Restored};
pub(crate) use scribe::Scribe;

/// The writing end of the journal. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Pen {
    /// Nothing is written down without: who runs a node without a store wants nothing kept.
    entries: Option<mpsc::UnboundedSender<Entry>>,
    account: JournalAccount,
    clock: Clock,
}

/// How much waits for the journal, and how far it has come. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct JournalAccount(Arc<Account>);

#[derive(Debug)]
struct Account {
    /// Bytes that wait, withheld effects included.
    waiting: AtomicUsize,
    /// Apps whose endpoints are so far behind that nothing more is to be owed.
    behind: RwLock<HashSet<AppId>>,
    is_any_behind: AtomicBool,
    /// Counts the transactions.
    written: watch::Sender<u64>,
    /// Wakes the courier.
    owed: Notify,
}

/// One thing to write down.
#[derive(Debug)]
struct Entry {
    entry: JournalEntry,
    /// Who waits for it, and by what number.
    confirm: Option<(PartitionIndex, u64)>,
    cost: usize,
}

impl Pen {
    /// The pen of a node that keeps nothing.
    pub(crate) fn dry(clock: Clock) -> Self {
        Self { entries: None, account: JournalAccount::new(), clock }
    }

    /// How much waits.
    pub(crate) fn account(&self) -> &JournalAccount {
        &self.account
    }

    /// Has an event written down; `false` if nothing is, so that nobody is to wait.
    pub(crate) fn owe(&self, owed: &Owed) -> bool {
        let confirm = Some((owed.channel.partition(), owed.seq));
        self.put(JournalEntry::Owed(entry(owed, self.clock.unix_millis())), confirm)
    }

    /// Has what a cache channel keeps written down. Nobody waits for it.
    pub(crate) fn keep(&self, kept: &KeptEvent) {
        let KeptEvent { channel, event, data, left } = kept;
        let left = i64::try_from(left.as_millis()).unwrap_or(i64::MAX);
        let cached = CachedEvent {
            app_id: channel.app.to_string(),
            channel: channel.name.as_str().to_owned(),
            event: event.to_string(),
            data: data.to_string(),
            expires_at: self.clock.unix_millis().saturating_add(left),
        };
        self.put(JournalEntry::Cached(cached), None);
    }

    /// What was written down of a cache channel does not count any more.
    pub(crate) fn forget_kept(&self, channel: &ChannelKey) {
        let (app, channel) = (channel.app.to_string(), channel.name.as_str().to_owned());
        self.put(JournalEntry::Uncached { app, channel }, None);
    }

    /// What was told of a channel by events of a class does not count any more. Nobody waits for
    /// it.
    pub(crate) fn untell(&self, channel: &ChannelKey, class: HookClass) {
        let class = match class {
            HookClass::ChannelExistence => ToldClass::Channels,
            HookClass::Presence => ToldClass::Members,
            // Nothing of these lasts.
            HookClass::ClientEvents | HookClass::CacheMiss | HookClass::SubscriptionCount => return,
        };
        let (app, channel) = (channel.app.to_string(), channel.name.as_str().to_owned());
        self.put(JournalEntry::Untold { app, channel, class }, None);
    }

    fn put(&self, entry: JournalEntry, confirm: Option<(PartitionIndex, u64)>) -> bool {
        let Some(entries) = &self.entries else { return false };
        let cost = cost(&entry);
        self.account.add(cost);
        // The scribe outlives the shards.
        entries.send(Entry { entry, confirm, cost }).is_ok()
    }
}

impl JournalAccount {
    fn new() -> Self {
        Self(Arc::new(Account {
            waiting: AtomicUsize::new(0),
            behind: RwLock::default(),
            is_any_behind: AtomicBool::new(false),
            written: watch::Sender::new(0),
            owed: Notify::new(),
        }))
    }

    /// Whether so much waits that nothing more is to be owed for an app.
    pub(crate) fn is_full_for(&self, app: &AppId) -> bool {
        self.is_full() || self.is_behind(app)
    }

    /// Whether so much waits that nothing more is to be kept.
    pub(crate) fn is_full(&self) -> bool {
        self.0.waiting.load(Ordering::Relaxed) > MAX_WAITING
    }

    fn is_behind(&self, app: &AppId) -> bool {
        self.is_any_behind()
            && self.0.behind.read().unwrap_or_else(PoisonError::into_inner).contains(app)
    }

    fn is_any_behind(&self) -> bool {
        self.0.is_any_behind.load(Ordering::Relaxed)
    }

    fn set_behind(&self, apps: HashSet<AppId>) {
        self.0.is_any_behind.store(!apps.is_empty(), Ordering::Relaxed);
        *self.0.behind.write().unwrap_or_else(PoisonError::into_inner) = apps;
    }

    /// Changes whenever something was written down.
    pub(crate) fn written(&self) -> watch::Receiver<u64> {
        self.0.written.subscribe()
    }

    /// Waits until something was written down since this was last waited for.
    pub(crate) async fn something_owed(&self) {
        self.0.owed.notified().await;
    }

    pub(crate) fn tell_written(&self) {
        self.0.written.send_modify(|written| *written += 1);
        self.0.owed.notify_one();
    }

    pub(crate) fn add(&self, bytes: usize) {
        self.0.waiting.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(crate) fn take(&self, bytes: usize) {
        self.0.waiting.fetch_sub(bytes, Ordering::Relaxed);
    }
}

fn entry(owed: &Owed, time_ms: i64) -> NewOwedEvent {
    let channel = owed.channel.name.as_str();
    let mut event = Vec::new();
    owed.event.write_json(channel, &mut event);
    NewOwedEvent {
        app: owed.channel.app.to_string(),
        channel: channel.to_owned(),
        name: owed.event.name().to_owned(),
        event: String::from_utf8(event).expect("it is made of texts"),
        time_ms,
        told: told(&owed.event),
    }
}

/// What the receiver of an event knows after it.
fn told(event: &HookEvent) -> Told {
    match event {
        HookEvent::ChannelOccupied => Told::Occupied,
        HookEvent::ChannelVacated => Told::Vacated,
        HookEvent::MemberAdded { user } => Told::Added(user.to_string()),
        HookEvent::MemberRemoved { user } => Told::Removed(user.to_string()),
        HookEvent::ClientEvent { .. } | HookEvent::CacheMiss | HookEvent::SubscriptionCount(_) => {
            Told::Nothing
        }
    }
}

fn cost(entry: &JournalEntry) -> usize {
    let content = match entry {
        JournalEntry::Owed(owed) => owed.event.len() + owed.channel.len(),
        JournalEntry::Cached(cached) => cached.data.len() + cached.event.len(),
        JournalEntry::Uncached { .. }
        | JournalEntry::Forgotten { .. }
        | JournalEntry::Untold { .. } => 0,
    };
    size_of::<Entry>() + content
}

/// What may wait for the journal before the doors of apps with webhooks refuse, and publishes to cache
/// channels.
const MAX_WAITING: usize = 16 << 20;
