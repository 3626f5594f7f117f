//! Which connections of an edge hear which channel.
//!
//! A subscription is found by its id, by its connection and channel, and, once live, at a known
//! place in its channel's list, so that whoever asks, and whoever leaves, waits for no search.

use slotmap::{SlotMap, new_key_type};

use crate::by_app::AppSlot;
use crate::ids::{ChannelKey, ConnId, SubscriptionId, UserId};
use crate::{HashMap, HashSeed, hash_map};

new_key_type! {
    /// A channel that somebody here is subscribed to, or about to be.
    pub(crate) struct ChannelSlot;
}

/// The subscriptions of an edge.
#[derive(Debug)]
pub(crate) struct Subscriptions {
    all: SlotMap<SubscriptionId, Subscription>,
    channels: SlotMap<ChannelSlot, Subscribers>,
    by_key: HashMap<ChannelKey, ChannelSlot>,
    by_conn: HashMap<(ConnId, ChannelSlot), SubscriptionId>,
}

/// One subscription of one connection.
#[derive(Debug)]
pub(crate) struct Subscription {
    /// Whose it is.
    pub(crate) conn: ConnId,
    /// Of what.
    pub(crate) channel: ChannelSlot,
    /// As whom, on a presence channel.
    pub(crate) user: Option<UserId>,
    /// The place among the channel's live subscriptions; none while the partition has not answered.
    place: Option<usize>,
}

#[derive(Debug)]
struct Subscribers {
    key: ChannelKey,
    counts_for: AppSlot,
    live: Vec<(ConnId, SubscriptionId)>,
    pending: usize,
}

/// What is left to say of a subscription that was removed.
#[derive(Debug)]
pub(crate) struct Removed {
    /// Whose it was.
    pub(crate) conn: ConnId,
    /// As whom, on a presence channel.
    pub(crate) user: Option<UserId>,
    /// Of what.
    pub(crate) channel: ChannelKey,
}

impl Subscription {
    /// Whether the partition has let it in.
    pub(crate) fn is_live(&self) -> bool {
        self.place.is_some()
    }
}

impl Subscriptions {
    /// No subscriptions.
    pub(crate) fn new(seed: HashSeed) -> Self {
        Self {
            all: SlotMap::with_key(),
            channels: SlotMap::with_key(),
            by_key: hash_map(seed),
            by_conn: hash_map(seed),
        }
    }

    /// A subscription that waits for its partition.
    pub(crate) fn insert(
        &mut self,
        conn: ConnId,
        key: &ChannelKey,
        user: Option<UserId>,
        counts_for: AppSlot,
    ) -> SubscriptionId {
        let channel = self.slot_or_new(key, counts_for);
        self.channels[channel].pending += 1;
        let id = self.all.insert(Subscription { conn, channel, user, place: None });
        self.by_conn.insert((conn, channel), id);
        id
    }

    /// The partition let it in; `None` if it ended meanwhile, or is live already.
    pub(crate) fn make_live(&mut self, id: SubscriptionId) -> Option<ConnId> {
        let subscription = self.all.get_mut(id).filter(|subscription| !subscription.is_live())?;
        let channel = &mut self.channels[subscription.channel];
        channel.pending -= 1;
        subscription.place = Some(channel.live.len());
        channel.live.push((subscription.conn, id));
        Some(subscription.conn)
    }

    /// It ended; `None` if it had.
    pub(crate) fn remove(&mut self, id: SubscriptionId) -> Option<Removed> {
        let subscription = self.all.remove(id)?;
        self.by_conn.remove(&(subscription.conn, subscription.channel));
        let key = self.channels[subscription.channel].key.clone();
        self.leave_channel(&subscription);
        Some(Removed { conn: subscription.conn, user: subscription.user, channel: key })
    }

    /// One subscription.
    pub(crate) fn get(&self, id: SubscriptionId) -> Option<&Subscription> {
        self.all.get(id)
    }

    /// What a subscription is of.
    pub(crate) fn channel(&self, subscription: &Subscription) -> Option<&ChannelKey> {
        self.channels.get(subscription.channel).map(|subscribers| &subscribers.key)
    }

    /// A connection's subscription of a channel: at most one.
    pub(crate) fn of(&self, conn: ConnId, key: &ChannelKey) -> Option<SubscriptionId> {
        self.by_conn.get(&(conn, self.slot(key)?)).copied()
    }

    /// The channel of that name, if anybody here is subscribed to it.
    pub(crate) fn slot(&self, key: &ChannelKey) -> Option<ChannelSlot> {
        self.by_key.get(key).copied()
    }

    /// The live subscribers of a channel.
    pub(crate) fn live(&self, channel: ChannelSlot) -> &[(ConnId, SubscriptionId)] {
        self.channels.get(channel).map_or(&[], |subscribers| &subscribers.live)
    }

    /// Whose counters what is delivered on a channel is added to.
    pub(crate) fn counts_for(&self, channel: ChannelSlot) -> AppSlot {
        self.channels.get(channel).map_or(AppSlot::NOBODY, |subscribers| subscribers.counts_for)
    }

    fn slot_or_new(&mut self, key: &ChannelKey, counts_for: AppSlot) -> ChannelSlot {
        if let Some(slot) = self.slot(key) {
            return slot;
        }
        let (key, live) = (key.clone(), Vec::new());
        let subscribers = Subscribers { key: key.clone(), counts_for, live, pending: 0 };
        let slot = self.channels.insert(subscribers);
        self.by_key.insert(key, slot);
        slot
    }

    fn leave_channel(&mut self, subscription: &Subscription) {
        let channel = &mut self.channels[subscription.channel];
        match subscription.place {
            None => channel.pending -= 1,
            Some(place) => {
                channel.live.swap_remove(place);
                if let Some((_, moved)) = channel.live.get(place) {
                    self.all[*moved].place = Some(place);
                }
            }
        }
        if channel.live.is_empty() && channel.pending == 0 {
            self.by_key.remove(&channel.key);
            self.channels.remove(subscription.channel);
        }
    }
}
