//! What may be asked of a partition (docs/protocol.md 6.5), and what it counts. Asking changes
//! nothing, so it is no mail with effects: the answer is what is so at that moment, told to
//! subscribers or not yet.

use std::sync::Arc;

use super::Partition;
use super::channel::{Channel, Counted};
use crate::app::AppId;
use crate::ids::{ChannelKey, UserId};
use crate::message::{ChannelFacts, LastEvent, ListedChannel};
use crate::stats::PartitionStats;
use crate::time::Time;

impl Partition {
    /// What is so of a channel; one that nobody knows is not occupied.
    pub fn describe(&self, key: &ChannelKey) -> ChannelFacts {
        let channel = self.channels.get(key);
        let is_presence = key.name.kind().is_presence();
        ChannelFacts {
            occupied: channel.is_some_and(Channel::is_occupied),
            subscriptions: channel.map_or(0, Channel::subscriptions),
            users: is_presence.then(|| channel.map(Channel::users).unwrap_or_default()),
        }
    }

    /// The same in numbers. It names nobody, so its cost does not grow with the channel.
    pub fn counts(&self, key: &ChannelKey) -> ListedChannel {
        let channel = self.channels.get(key);
        let is_presence = key.name.kind().is_presence();
        ListedChannel {
            name: key.name.clone(),
            subscriptions: channel.map_or(0, Channel::subscriptions),
            users: is_presence.then(|| channel.map_or(0, Channel::members)),
        }
    }

    /// What a cache channel keeps, if it keeps anything.
    pub fn last_event(&self, now: Time, key: &ChannelKey) -> Option<LastEvent> {
        let (kept, expires) = self.cache.kept(key)?;
        let left = expires.saturating_since(now);
        (!left.is_zero()).then(|| LastEvent { data: Arc::clone(&kept.data), left })
    }

    /// The occupied channels of an app whose names begin with `prefix`, in no order.
    pub fn list<'a>(
        &'a self,
        app: &'a AppId,
        prefix: &'a str,
    ) -> impl Iterator<Item = ListedChannel> + 'a {
        let wanted =
            move |key: &ChannelKey| key.app == *app && key.name.as_str().starts_with(prefix);
        let channels = self.channels.iter();
        channels.filter(move |(key, channel)| wanted(key) && channel.is_occupied()).map(
            |(key, channel)| ListedChannel {
                name: key.name.clone(),
                subscriptions: channel.subscriptions(),
                users: key.name.kind().is_presence().then(|| channel.members()),
            },
        )
    }

    /// What was counted so far.
    pub fn stats(&self) -> PartitionStats {
        self.stats
    }
}

impl Channel {
    /// Corrects the partition's counters by what has changed here.
    pub(super) fn count_into(&mut self, stats: &mut PartitionStats) {
        let counted =
            Counted { channels: u64::from(self.is_occupied()), members: self.members() as u64 };
        let before = std::mem::replace(&mut self.counted, counted);
        stats.channels = stats.channels + counted.channels - before.channels;
        stats.members = stats.members + counted.members - before.members;
    }

    /// Whether a connection is subscribed, or a member is in its grace (docs/protocol.md 2.6).
    pub(super) fn is_occupied(&self) -> bool {
        self.subscriptions() > 0 || self.members() > 0
    }

    pub(super) fn subscriptions(&self) -> usize {
        let newcomers = self.presence.as_ref().map_or(0, |presence| presence.newcomers());
        self.edges.subscriptions() + newcomers
    }

    fn members(&self) -> usize {
        self.presence.as_ref().map_or(0, |presence| presence.roster.members().len())
    }

    fn users(&self) -> Vec<UserId> {
        let members = self.presence.iter().flat_map(|presence| presence.roster.members());
        members.map(|(user, _)| user.clone()).collect()
    }
}
