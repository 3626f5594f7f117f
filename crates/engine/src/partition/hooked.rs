//! Where a channel and its ledger meet: what happens to the one is noted in the other, and what is
//! owed to the back end of an app is settled (docs/protocol.md section 7).
//!
//! Channels of apps without webhooks have no ledger, wait for nothing and pay for one comparison.

use std::sync::Arc;

use rollcall_wire::ChannelKind;

use super::channel::Channel;
use super::effects::Effects;
use super::ledger::{Ledger, Told, Truth};
use super::{Partition, PartitionEffect};
use crate::app::{App, AppId};
use crate::hooks::{HookClass, HookEvent};
use crate::ids::{ChannelKey, UserId};
use crate::message::{ClientEvent, FromPartition, Join, JoinRefusal, Leave, ToPartition};
use crate::time::Time;

impl Partition {
    /// Takes mail while more is owed than can be written down: client events that would have to be
    /// told are turned away with 4301. Joins are refused before they leave their edge
    /// ([`Join::answer_if_indebted`]), and everything else has to happen.
    pub fn handle_indebted(&mut self, now: Time, mail: ToPartition) {
        match mail {
            ToPartition::ClientEvent(event) if self.tells_client_events(&event.channel) => {
                let mail = FromPartition::TurnedAway { conn: event.conn };
                self.effects.push_back(PartitionEffect::ToEdge(event.edge, mail));
            }
            mail => self.handle(now, mail),
        }
    }

    fn tells_client_events(&self, key: &ChannelKey) -> bool {
        let ledger = self.channels.get(key).and_then(|channel| channel.ledger.as_ref());
        ledger.is_some_and(|ledger| ledger.tells(HookClass::ClientEvents))
    }

    /// Everything that is owed up to this number was written down: what shows it may be seen.
    pub fn handle_committed(&mut self, seq: u64) {
        self.effects.commit(seq);
        while let Some(key) = self.effects.next_released() {
            let Some(channel) = self.channels.get_mut(&key) else { continue };
            if let Some(ledger) = &mut channel.ledger {
                ledger.release(&mut self.effects);
            }
            self.effects.begin();
            self.settle(&key);
        }
    }

    /// The node is on its way out, and sends everybody elsewhere. That is no departure to tell of:
    /// who is not back when it has started again is told to be gone then.
    pub fn drain(&mut self) {
        self.effects.is_last = true;
    }

    /// How many bytes of effects wait for [`Partition::handle_committed`].
    pub fn withheld_bytes(&self) -> usize {
        self.effects.withheld()
    }

    /// What a back end was told of a channel before the node started. Comes before anything else
    /// that happens to the channel: who is not back within the grace is told to be gone, once.
    pub fn restore(&mut self, now: Time, app: &Arc<App>, key: &ChannelKey, told: Told) {
        self.effects.advance(now);
        let channel = self.channels.entry(key.clone()).or_default();
        channel.ledger = Some(Box::new(Ledger::restored(now, app, told)));
        self.effects.begin();
        self.settle(key);
    }

    /// Puts the webhooks of an app in force for the channels that are there. A back end that begins
    /// to ask hears what is so: else it would hear the end of what it never heard the beginning of.
    pub(super) fn replace_hooks(&mut self, app: &Arc<App>) {
        for key in self
            .channels_of(&app.id, |channel| channel.ledger.is_some() || !app.webhooks.is_empty())
        {
            let Some(channel) = self.channels.get_mut(&key) else { continue };
            channel.open_ledger(&key, app, &mut self.effects);
            self.effects.begin();
            self.settle(&key);
        }
    }

    /// Nobody is told any more of an app that is gone.
    pub(super) fn remove_hooks(&mut self, app: &AppId) {
        for key in self.channels_of(app, |channel| channel.ledger.is_some()) {
            let Some(channel) = self.channels.get_mut(&key) else { continue };
            if let Some(ledger) = channel.ledger.take() {
                ledger.release_all(&key, &mut self.effects);
            }
            self.effects.begin();
            self.settle(&key);
        }
    }

    /// Some channels of an app.
    pub(super) fn channels_of(
        &self,
        app: &AppId,
        which: impl Fn(&Channel) -> bool,
    ) -> Vec<ChannelKey> {
        let channels = self.channels.iter();
        let wanted = channels.filter(|(key, channel)| key.app == *app && which(channel));
        wanted.map(|(key, _)| key.clone()).collect()
    }
}

impl Join {
    /// The answer while more is owed than can be written down, if the join might owe yet more. It
    /// is given before the join leaves its edge: a leave that crossed with the answer would be
    /// taken for one of somebody else, since channels without members count connections only.
    pub fn answer_if_indebted(&self) -> Option<FromPartition> {
        let (subscription, why) = (self.subscription, JoinRefusal::Indebted);
        let refusal = FromPartition::Refused { subscription, why };
        is_told_of(&self.channel, &self.app).then_some(refusal)
    }
}

/// What happens to a channel.
impl Channel {
    /// Sees to it that there is a ledger, if the app has webhooks.
    pub(super) fn keep_ledger(&mut self, key: &ChannelKey, app: &Arc<App>) {
        if self.ledger.is_none() && is_told_of(key, app) {
            self.ledger = Some(Box::new(Ledger::new(app)));
        }
    }

    /// Puts the webhooks of an app in force; everybody who is there is compared with what was told.
    fn open_ledger(&mut self, key: &ChannelKey, app: &Arc<App>, effects: &mut Effects) {
        self.keep_ledger(key, app);
        let Some(ledger) = &mut self.ledger else { return };
        ledger.obey(key, app, effects);
        for (user, _) in self.presence.iter().flat_map(|presence| presence.roster.members()) {
            ledger.compare(user);
        }
    }

    /// Notes that a member has a connection.
    pub(super) fn note_arrival(&mut self, user: &UserId) {
        if let Some(ledger) = &mut self.ledger {
            ledger.arrive(user);
        }
    }

    /// Notes that a connection of a member is gone, if it was the last.
    pub(super) fn note_departure(&mut self, now: Time, user: &UserId, leave: &Leave) {
        let is_connected =
            self.presence.as_ref().is_some_and(|presence| presence.roster.is_connected(user));
        if let Some(ledger) = &mut self.ledger
            && !is_connected
        {
            ledger.depart(now, user, leave.grace(now, ledger.app()));
        }
    }
}

/// What is owed.
impl Channel {
    /// Owes what differs between what was told and what is so.
    pub(super) fn settle_ledger(&mut self, key: &ChannelKey, effects: &mut Effects) {
        let truth = Truth { subscriptions: self.subscriptions(), occupied: self.is_occupied() };
        let Self { ledger: Some(ledger), presence, .. } = self else { return };
        let is_member = |user: &UserId| {
            presence.as_ref().is_some_and(|presence| presence.roster.is_member(user))
        };
        ledger.settle(key, truth, is_member, effects);
    }

    /// Owes a client event that is fanned out.
    pub(super) fn owe_client_event(&mut self, event: ClientEvent, effects: &mut Effects) {
        let Some(ledger) = &mut self.ledger else { return };
        if ledger.tells(HookClass::ClientEvents) {
            let ClientEvent { channel, event, data, socket, user, .. } = event;
            let event = HookEvent::ClientEvent { event, data, socket, user };
            ledger.tell(&channel, event, effects);
        }
    }

    /// Owes what was found out about a cache (docs/protocol.md 2.7).
    pub(super) fn owe_cache_miss(&mut self, key: &ChannelKey, effects: &mut Effects) {
        if let Some(ledger) = &mut self.ledger {
            ledger.tell_miss(key, effects);
        }
    }

    /// Owes how many connections are subscribed, whenever subscribers are told (docs/protocol.md
    /// 2.8).
    pub(super) fn owe_subscription_count(
        &mut self,
        key: &ChannelKey,
        count: usize,
        effects: &mut Effects,
    ) {
        if let Some(ledger) = &mut self.ledger {
            ledger.tell(key, HookEvent::SubscriptionCount(count), effects);
        }
    }

    /// Withholds what just happened until what is owed of the channel was written down.
    pub(super) fn withhold(&mut self, effects: &mut Effects) {
        if let Some(ledger) = &mut self.ledger {
            ledger.withhold(effects);
        }
    }
}

/// Whether a back end is told anything of a channel. Nobody is told of users' own channels
/// (docs/protocol.md 4.2).
fn is_told_of(key: &ChannelKey, app: &App) -> bool {
    !app.webhooks.is_empty() && key.name.kind() != ChannelKind::User
}
