//! What may be asked of a partition (docs/protocol.md 6.5), and what it counts. Asking changes
//! nothing, so it is no mail with effects: the answer is what is so at that moment, told to
//! subscribers or not yet.

use std::sync::Arc;
use std::time::Duration;

use super::Partition;
use super::channel::{Channel, Counted};
use crate::app::{App, AppId};
use crate::by_app::{AppSlot, ByApp};
use crate::ids::{ChannelKey, ConnId, EdgeId, UserId};
use crate::message::{ChannelFacts, LastEvent, ListedChannel};
use crate::roster::Entry;
use crate::stats::PartitionStats;
use crate::time::Time;

/// Who is on a channel, and what keeps them there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RosterFacts {
    /// Subscribed connections.
    pub subscriptions: usize,
    /// How many members there are. On presence channels only.
    pub total: Option<usize>,
    /// The first of them, in the order of their ids.
    pub members: Vec<MemberFacts>,
}

/// One member of a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberFacts {
    /// Who.
    pub user: UserId,
    /// What others see.
    pub info: Option<Arc<str>>,
    /// The revision of the info, if it has one.
    pub rev: Option<u64>,
    /// The connections of the member, of all edges; the first of them, if there are very many.
    pub connections: Vec<(EdgeId, ConnId)>,
    /// How long until the member goes, if only the grace keeps it there.
    pub leaves_in: Option<Duration>,
}

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

    /// Who is on a channel: at most so many, with what keeps them there.
    pub fn roster(&self, now: Time, key: &ChannelKey, most: usize) -> RosterFacts {
        let ListedChannel { subscriptions, users: total, .. } = self.counts(key);
        let presence = self.channels.get(key).and_then(|channel| channel.presence.as_ref());
        let members = presence.into_iter().flat_map(|presence| presence.roster.members());
        let members = members.take(most).map(|(user, entry)| MemberFacts::of(now, user, entry));
        RosterFacts { subscriptions, total, members: members.collect() }
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

    /// What was counted so far, of all apps but reserved ones. Apps that are gone stay in it.
    pub fn stats(&self) -> PartitionStats {
        self.counts.total()
    }

    /// What was counted of one app, if it did anything here. Reserved apps are not counted.
    pub fn stats_of(&self, app: &AppId) -> Option<PartitionStats> {
        self.counts.of(app)
    }

    /// What was counted of each app that did anything here.
    pub fn stats_by_app(&self) -> impl Iterator<Item = (&AppId, PartitionStats)> {
        self.counts.iter()
    }
}

impl MemberFacts {
    fn of(now: Time, user: &UserId, entry: &Entry) -> Self {
        let connections = entry.connections();
        Self {
            user: user.clone(),
            info: entry.info.clone(),
            rev: entry.rev(),
            connections: connections.iter().take(MAX_MEMBER_CONNECTIONS).copied().collect(),
            leaves_in: entry.leaves_at().map(|at| at - now),
        }
    }
}

impl Channel {
    /// Counts for an app from now on, if it counted for nobody.
    pub(super) fn count_for(&mut self, app: &App, counts: &mut ByApp<PartitionStats>) {
        if self.counts_for == AppSlot::NOBODY {
            // The app may have been gone meanwhile: what is here now goes with the channel.
            let counted = std::mem::take(&mut self.counted);
            counted.change(&mut counts[self.counts_for], Counted::default());
            self.counts_for = counts.slot(app);
            Counted::default().change(&mut counts[self.counts_for], counted);
            self.counted = counted;
        }
    }

    /// Corrects the counters by what has changed here.
    pub(super) fn count_into(&mut self, counts: &mut ByApp<PartitionStats>) {
        let stats = &mut counts[self.counts_for];
        let counted =
            Counted { channels: u64::from(self.is_occupied()), members: self.members() as u64 };
        std::mem::replace(&mut self.counted, counted).change(stats, counted);
        stats.presence.add(std::mem::take(&mut self.told));
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

impl Counted {
    /// Puts `next` in the place of this.
    fn change(self, stats: &mut PartitionStats, next: Self) {
        stats.channels = stats.channels + next.channels - self.channels;
        stats.members = stats.members + next.members - self.members;
    }
}
/// How many connections of one member are told of. Nobody has that many tabs; a program may.
const MAX_MEMBER_CONNECTIONS: usize = 100;
