//! What an earlier run of the node wrote down, and what of it still counts.

use std::collections::HashMap;
use std::sync::Arc;

use rollcall_engine::{App, ChannelKey, HookClass, Told, UserId};
use rollcall_store::{JournalEntry, Store, StoreError, ToldClass, ToldRow};
use rollcall_wire::ChannelName;

use crate::mail::Mailboxes;

/// The journal of a node that is about to start.
#[derive(Debug, Clone)]
pub struct Journal {
    store: Store,
    told: Vec<ToldRow>,
}

/// What the partitions have to know before anything else happens.
#[derive(Debug, Default)]
pub(crate) struct Recovered {
    /// What back ends were told of channels.
    channels: Vec<Restored>,
    /// What they were told and do not ask for any more.
    pub(super) outdated: Vec<JournalEntry>,
}

/// What a back end was told of a channel.
#[derive(Debug)]
pub(crate) struct Restored {
    pub(crate) app: Arc<App>,
    pub(crate) channel: ChannelKey,
    pub(crate) told: Told,
}

impl Journal {
    /// Reads what the last run left.
    pub async fn open(store: Store) -> Result<Self, StoreError> {
        let told = store.told().await?;
        Ok(Self { store, told })
    }

    /// What of it counts for these apps, and where the rest is to be written.
    pub(super) fn recover(self, app: impl Fn(&str) -> Option<Arc<App>>) -> (Recovered, Store) {
        let mut outdated: Vec<(String, ToldClass)> = Vec::new();
        let mut channels: HashMap<ChannelKey, Restored> = HashMap::new();
        for row in self.told {
            match wanted(&row, &app) {
                Some((app, channel)) => {
                    let restored = channels.entry(channel.clone()).or_insert_with(|| Restored {
                        app,
                        channel,
                        told: Told::default(),
                    });
                    note(row, &mut restored.told);
                }
                None => outdated.push((row.app_id, class_of(row.user_id.as_deref()))),
            }
        }
        outdated.sort_unstable();
        outdated.dedup();
        let outdated =
            outdated.into_iter().map(|(app, class)| JournalEntry::Forgotten { app, class });
        let outdated = outdated.collect();
        (Recovered { channels: channels.into_values().collect(), outdated }, self.store)
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

fn class_of(user: Option<&str>) -> ToldClass {
    if user.is_some() { ToldClass::Members } else { ToldClass::Channels }
}

fn note(row: ToldRow, told: &mut Told) {
    match row.user_id {
        Some(user) => _ = told.members.insert(UserId::new(&user)),
        None => told.occupied = true,
    }
}
