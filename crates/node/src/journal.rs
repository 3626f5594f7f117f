//! The journal: what partitions owe to back ends is written down here, many entries in one
//! transaction, and confirmed by mail, before anybody is shown what it tells of.
//!
//! [`Journal`] is what an earlier run left behind, a [`Pen`] is how shards write, and `scribe.rs` is
//! the task that does it. How what is owed is delivered is not known here.

mod account;
mod recovery;
mod scribe;

use rollcall_engine::{AppId, ChannelKey, HookClass, HookEvent, KeptEvent, Owed, PartitionIndex};
use rollcall_store::{CachedEvent, JournalEntry, NewOwedEvent, Told, ToldClass};
use tokio::sync::mpsc;

use crate::clock::Clock;

pub(crate) use account::JournalAccount;
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

/// One thing to write down.
#[derive(Debug)]
struct Entry {
    app: AppId,
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
        let app = &owed.channel.app;
        let entry = entry(owed, self.clock.unix_millis());
        if self.entries.is_some() {
            self.account.note_owed(app, 1, entry.event.len());
        }
        let confirm = Some((owed.channel.partition(), owed.seq));
        self.put(app, JournalEntry::Owed(entry), confirm)
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
        self.put(&channel.app, JournalEntry::Cached(cached), None);
    }

    /// What was written down of a cache channel does not count any more.
    pub(crate) fn forget_kept(&self, channel: &ChannelKey) {
        let (app, name) = (channel.app.to_string(), channel.name.as_str().to_owned());
        self.put(&channel.app, JournalEntry::Uncached { app, channel: name }, None);
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
        let (app, name) = (channel.app.to_string(), channel.name.as_str().to_owned());
        self.put(&channel.app, JournalEntry::Untold { app, channel: name, class }, None);
    }

    fn put(
        &self,
        app: &AppId,
        entry: JournalEntry,
        confirm: Option<(PartitionIndex, u64)>,
    ) -> bool {
        let Some(entries) = &self.entries else { return false };
        let cost = cost(&entry);
        self.account.note_waiting(app, cost);
        // The scribe outlives the shards.
        entries.send(Entry { app: app.clone(), entry, confirm, cost }).is_ok()
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
