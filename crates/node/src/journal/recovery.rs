//! What an earlier run of the node wrote down, and what of it still counts.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use rollcall_engine::{App, AppId, ChannelKey, HookClass, KeptEvent, Told, UserId};
use rollcall_store::{
    CachedEvent, JournalEntry, OwedOfApp, Store, StoreError, ToldClass, ToldRow, UnixMillis,
};
use rollcall_wire::ChannelName;

use crate::clock::Clock;
use crate::mail::Mailboxes;

/// The journal of a node that is about to start.
#[derive(Debug, Clone)]
pub struct Journal {
    store: Store,
    told: Vec<ToldRow>,
    cached: Vec<CachedEvent>,
    /// How much no endpoint's line has taken.
    pub(super) owed: Vec<OwedOfApp>,
    /// The calendar when it was read.
    read_at: UnixMillis,
}

/// What the partitions have to know before anything else happens.
#[derive(Debug, Default)]
pub(crate) struct Recovered {
    /// What back ends were told of channels, and what these kept.
    channels: Vec<Restored>,
    /// What they were told and do not ask for any more.
    pub(super) outdated: Vec<(AppId, JournalEntry)>,
}

/// What is known of a channel.
#[derive(Debug)]
pub(crate) struct Restored {
    pub(crate) app: Arc<App>,
    pub(crate) channel: ChannelKey,
    pub(crate) what: Memory,
}

/// What of a channel outlives the process.
#[derive(Debug)]
pub(crate) enum Memory {
    /// What a back end was told of it.
    Told(Told),
    /// What it keeps, as a cache channel.
    Kept(KeptEvent),
}

impl Journal {
    /// Reads what the last run left.
    pub async fn open(store: Store) -> Result<Self, StoreError> {
        let told = store.told().await?;
        let owed = store.owed_of_apps().await?;
        let read_at = Clock::start().unix_millis();
        let cached = store.cached_events(read_at).await?;
        Ok(Self { store, told, cached, owed, read_at })
    }

    /// What of it counts for these apps, and where the rest is to be written.
    pub(super) fn recover(self, app: impl Fn(&str) -> Option<Arc<App>>) -> (Recovered, Store) {
        let mut outdated: Vec<(String, ToldClass)> = Vec::new();
        let mut channels: HashMap<ChannelKey, (Arc<App>, Told)> = HashMap::new();
        for row in self.told {
            match wanted(&row, &app) {
                Some((app, channel)) => {
                    let (_, told) =
                        channels.entry(channel).or_insert_with(|| (app, Told::default()));
                    note(row, told);
                }
                None => outdated.push((row.app_id, class_of(row.user_id.as_deref()))),
            }
        }
        outdated.sort_unstable();
        outdated.dedup();
        let forgotten = |(app, class): (String, ToldClass)| {
            (AppId::new(&app), JournalEntry::Forgotten { app, class })
        };
        let outdated = outdated.into_iter().map(forgotten).collect();
        let told = channels.into_iter().map(|(channel, (app, told))| Restored {
            app,
            channel,
            what: Memory::Told(told),
        });
        let kept = self.cached.into_iter().filter_map(|row| kept(row, self.read_at, &app));
        (Recovered { channels: told.chain(kept).collect(), outdated }, self.store)
    }
}

impl Recovered {
    /// The part of one shard.
    pub(crate) fn take_shard(&mut self, shard: usize, mailboxes: &Mailboxes) -> Vec<Restored> {
        let mine = |restored: &mut Restored| mailboxes.owner(restored.channel.partition()) == shard;
        self.channels.extract_if(.., mine).collect()
    }
}

/// The app and the channel of a row, if somebody still asks for such events.
fn wanted(row: &ToldRow, app: impl Fn(&str) -> Option<Arc<App>>) -> Option<(Arc<App>, ChannelKey)> {
    let class = match class_of(row.user_id.as_deref()) {
        ToldClass::Channels => HookClass::ChannelExistence,
        ToldClass::Members => HookClass::Presence,
    };
    let app = app(&row.app_id).filter(|app| app.hooks(class))?;
    let name = ChannelName::parse(&row.channel, usize::MAX).ok()?;
    let channel = ChannelKey::new(&app, name);
    Some((app, channel))
}

/// What a cache channel keeps, if its app is still there.
fn kept(
    row: CachedEvent,
    now: UnixMillis,
    app: impl Fn(&str) -> Option<Arc<App>>,
) -> Option<Restored> {
    let app = app(&row.app_id)?;
    let name = ChannelName::parse(&row.channel, usize::MAX).ok()?;
    let channel = ChannelKey::new(&app, name);
    let left = Duration::from_millis(u64::try_from(row.expires_at - now).ok()?);
    let kept = KeptEvent {
        channel: channel.clone(),
        event: row.event.into(),
        data: row.data.into(),
        left,
    };
    Some(Restored { app, channel, what: Memory::Kept(kept) })
}

fn class_of(user: Option<&str>) -> ToldClass {
    if user.is_some() { ToldClass::Members } else { ToldClass::Channels }
}

fn note(row: ToldRow, told: &mut Told) {
    match row.user_id {
        Some(user) => _ = told.members.insert(UserId::new(&user)),
        None => told.occupied = true,
    }
}
