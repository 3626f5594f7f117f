//! One channel: which edges hear it, which client events are diverted, who watches. Who is present is
//! in `presence.rs`.

use std::sync::Arc;

use rollcall_wire::frame::Frame;
use rollcall_wire::pusher;
use smallvec::{SmallVec, smallvec};

use super::PartitionEffect;
use super::counting::Counting;
use super::effects::Effects;
use super::ledger::Ledger;
use super::presence::Presence;
use crate::app::App;
use crate::by_app::AppSlot;
use crate::cache::Cache;
use crate::ids::{ChannelKey, EdgeId, InterceptId, SubscriptionId, UserId, WatchId};
use crate::message::{
    Audience, ClientEvent, ConnList, Except, FromPartition, Intercepted, SubscriptionList,
};
use crate::stats::PresenceCounts;
use crate::time::Time;

/// What a partition knows of a channel.
#[derive(Debug, Default)]
pub(super) struct Channel {
    /// How many live subscriptions each edge has.
    pub(super) edges: Edges,
    /// Made by the first join or update of a member.
    pub(super) presence: Option<Box<Presence>>,
    /// Made by the first join while the app has webhooks.
    pub(super) ledger: Option<Box<Ledger>>,
    /// Of apps that count subscriptions alone.
    pub(super) counting: Option<Box<Counting>>,
    pub(super) intercepts: Vec<Intercept>,
    pub(super) watches: Vec<WatchId>,
    /// Whose counters what happens here is added to, once somebody of the app came.
    pub(super) counts_for: AppSlot,
    /// What it adds to those counters now.
    pub(super) counted: Counted,
    /// What was told of its roster and is not in those counters yet.
    pub(super) told: PresenceCounts,
    /// Whether it has a last event for newcomers, or tells them that there is none.
    pub(super) caches: bool,
    /// Whether it is among the channels to tell of at the end of the turn.
    pub(super) is_listed: bool,
    /// When the earliest of its timers runs.
    pub(super) armed: Option<Time>,
}

/// Edges with live subscriptions, and how many each has.
#[derive(Debug, Default)]
pub(super) struct Edges(SmallVec<[(EdgeId, usize); 2]>);

/// What one channel adds to the counters of its partition.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Counted {
    pub(super) channels: u64,
    pub(super) members: u64,
}

/// A client event that is diverted instead of being fanned out.
#[derive(Debug)]
pub(super) struct Intercept {
    pub(super) id: InterceptId,
    pub(super) event: String,
    pub(super) capacity: usize,
    pub(super) under_way: usize,
    pub(super) seq: u64,
}

impl Channel {
    /// Who is present, under the settings as they are now.
    pub(super) fn presence(&mut self, app: &Arc<App>) -> &mut Presence {
        let presence = self.presence.get_or_insert_with(|| Box::new(Presence::new(app)));
        presence.obey(app);
        presence
    }

    /// A subscription without a member is live at once: nobody has to be told of it.
    pub(super) fn let_in(
        &mut self,
        key: &ChannelKey,
        edge: EdgeId,
        subscription: SubscriptionId,
        cache: &Cache,
        effects: &mut Effects,
    ) {
        self.edges.count_in(edge, 1);
        let frame = Frame::text(|out| pusher::subscription_succeeded(out, key.name.as_str()));
        let then = self.last_event(key, cache, effects);
        effects.push_back(joined(edge, smallvec![subscription], &frame, then));
    }

    /// What a newcomer of a cache channel gets behind its success: the last event, or that there is
    /// none, which its back end is told too.
    fn last_event(
        &mut self,
        key: &ChannelKey,
        cache: &Cache,
        effects: &mut Effects,
    ) -> Option<Frame> {
        if !self.caches {
            return None;
        }
        if let Some((kept, _)) = cache.kept(key) {
            return Some(kept.frame.clone());
        }
        // A back end hears that the channel is occupied before it hears that it is empty.
        self.settle_ledger(key, effects);
        self.owe_cache_miss(key, effects);
        Some(Frame::text(|out| pusher::cache_miss(out, key.name.as_str())))
    }

    /// A live subscription ended.
    pub(super) fn count_out(&mut self, edge: EdgeId) {
        self.edges.count_out(edge);
    }

    pub(super) fn intercept(&mut self, id: InterceptId) -> Option<&mut Intercept> {
        self.intercepts.iter_mut().find(|intercept| intercept.id == id)
    }

    /// The connections of a member on one edge.
    pub(super) fn connections(&self, user: &UserId, edge: EdgeId) -> ConnList {
        let presence = self.presence.as_ref();
        presence.map_or_else(ConnList::new, |presence| presence.connections(user, edge))
    }

    pub(super) fn deadline(&self) -> Option<Time> {
        let presence = self.presence.as_ref().and_then(|presence| presence.deadline());
        let ledger = self.ledger.as_ref().and_then(|ledger| ledger.deadline());
        let counting = self.counting.as_ref().and_then(|counting| counting.deadline());
        presence.into_iter().chain(ledger).chain(counting).min()
    }

    /// Notes whose grace, and whose debounce, is over.
    pub(super) fn expire(&mut self, now: Time) {
        let Self { presence, ledger, .. } = self;
        if let Some(presence) = presence {
            presence.expire(now, |user| {
                if let Some(ledger) = ledger.as_deref_mut() {
                    ledger.compare(user);
                }
            });
        }
        if let Some(ledger) = ledger {
            ledger.expire(now);
        }
    }

    /// Whether the turn did something to the roster that was not told.
    pub(super) fn has_to_tell(&self) -> bool {
        self.presence.as_ref().is_some_and(|presence| presence.has_to_tell())
    }

    /// Whether the app wants the hosted timing, in which nothing waits for the end of a turn
    /// (docs/status.md R12).
    pub(super) fn tells_at_once(&self) -> bool {
        self.presence.as_ref().is_some_and(|presence| presence.tells_at_once())
    }

    /// Tells what the turn did to the roster so far.
    pub(super) fn tell(&mut self, key: &ChannelKey, cache: &Cache, effects: &mut Effects) {
        if !self.has_to_tell() {
            return;
        }
        self.settle_ledger(key, effects);
        let has_newcomers = self.presence.as_ref().is_some_and(|p| p.newcomers() > 0);
        let then = has_newcomers.then(|| self.last_event(key, cache, effects)).flatten();
        if let Some(presence) = &mut self.presence {
            self.told.add(presence.tell(key, &mut self.edges, &self.watches, then, effects));
        }
    }

    /// Whether there is nothing left of it, but for what its back end was told.
    pub(super) fn is_idle(&self) -> bool {
        self.edges.is_empty()
            && !self.is_listed
            && self.intercepts.is_empty()
            && self.watches.is_empty()
            && self.presence.as_ref().is_none_or(|presence| presence.is_forgettable())
    }

    /// Forgets all but what its back end was told, so that whether there are webhooks shows nowhere
    /// else; `false` if nothing of that is left either.
    pub(super) fn forget(&mut self) -> bool {
        let Self { armed, counts_for, counted, ledger, .. } = std::mem::take(self);
        *self = Self { armed, counts_for, counted, ..Self::default() };
        self.ledger = ledger.filter(|ledger| !ledger.is_forgettable());
        self.ledger.is_some()
    }

    /// Sends an event of a back end to all who hear the channel and are not excepted.
    pub(super) fn send_published(
        &self,
        key: &ChannelKey,
        frame: &Frame,
        except: &Except,
        effects: &mut Effects,
    ) {
        self.send(key, frame, effects, |edge| match except {
            Except::Nobody => Audience::All,
            Except::Socket(socket) => Audience::AllButSocket(*socket),
            Except::User(user) => all_but(self.connections(user, edge)),
        });
    }

    /// Sends an event to all edges that hear the channel.
    pub(super) fn send(
        &self,
        key: &ChannelKey,
        frame: &Frame,
        effects: &mut Effects,
        audience: impl Fn(EdgeId) -> Audience,
    ) {
        self.edges.send(key, frame, effects, audience);
    }
}

impl Edges {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them.
    pub(super) fn ids(&self) -> impl Iterator<Item = EdgeId> {
        self.0.iter().map(|&(edge, _)| edge)
    }

    /// How many live subscriptions there are.
    pub(super) fn subscriptions(&self) -> usize {
        self.0.iter().map(|(_, connections)| connections).sum()
    }

    pub(super) fn count_in(&mut self, edge: EdgeId, more: usize) {
        match self.0.iter_mut().find(|(at, _)| *at == edge) {
            Some((_, connections)) => *connections += more,
            None => self.0.push((edge, more)),
        }
    }

    fn count_out(&mut self, edge: EdgeId) {
        if let Some((_, connections)) = self.0.iter_mut().find(|(at, _)| *at == edge) {
            *connections -= 1;
        }
        self.0.retain(|(_, connections)| *connections > 0);
    }

    pub(super) fn send(
        &self,
        key: &ChannelKey,
        frame: &Frame,
        effects: &mut Effects,
        audience: impl Fn(EdgeId) -> Audience,
    ) {
        for edge in self.ids() {
            effects.push_back(deliver(key, frame, edge, audience(edge)));
        }
    }
}

impl Intercept {
    pub(super) fn divert(&mut self, event: ClientEvent) -> PartitionEffect {
        if self.under_way >= self.capacity {
            let mail = FromPartition::TurnedAway { conn: event.conn };
            return PartitionEffect::ToEdge(event.edge, mail);
        }
        self.under_way += 1;
        self.seq += 1;
        let ClientEvent { socket, user, data, .. } = event;
        PartitionEffect::Intercepted(self.id, Intercepted { seq: self.seq, socket, user, data })
    }
}

pub(super) fn all_but(excluded: ConnList) -> Audience {
    if excluded.is_empty() { Audience::All } else { Audience::AllBut(excluded) }
}

pub(super) fn deliver(
    key: &ChannelKey,
    frame: &Frame,
    edge: EdgeId,
    audience: Audience,
) -> PartitionEffect {
    let mail = FromPartition::Deliver { channel: key.clone(), frame: frame.clone(), audience };
    PartitionEffect::ToEdge(edge, mail)
}

pub(super) fn joined(
    edge: EdgeId,
    subscriptions: SubscriptionList,
    frame: &Frame,
    then: Option<Frame>,
) -> PartitionEffect {
    let mail = FromPartition::Joined { subscriptions, frame: frame.clone(), then };
    PartitionEffect::ToEdge(edge, mail)
}
