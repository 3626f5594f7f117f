//! A slice of the channels: the order of what happens on them, and who is present.
//!
//! The order in which mail arrives here *is* the order of a channel, for every subscriber on every
//! edge. Each event is encoded here, once, and goes to the edges that have subscribers.
//!
//! What a turn does to a roster is told once, at its end, or before the next event of the channel, so
//! that order is kept: the difference to those who were there, then the roster as it is by now to
//! the newcomers, then watches. Mail is first-in-first-out, so nothing of the channel can come
//! before the roster or fall between it and the first event after it.

use std::collections::hash_map::Entry;
use std::sync::Arc;

use rollcall_wire::frame::Frame;
use rollcall_wire::pusher;

use crate::app::{App, AppId};
use crate::by_app::{AppSlot, ByApp};
use crate::cache::{Cache, Kept};
use crate::hooks::{HookClass, Owed};
use crate::ids::{ChannelKey, EdgeId, InterceptId, PartitionIndex, Ticket, UserId, WatchId};
use crate::message::{
    Answer, Audience, ClientEvent, FromPartition, Intercepted, Join, KeptEvent, Leave,
    MemberChange, MemberUpdate, Publish, ToPartition,
};
use crate::stats::PartitionStats;
use crate::time::Time;
use crate::timers::Timers;
use crate::{HashMap, HashSeed, hash_map};

mod caching;
mod channel;
mod counting;
mod effects;
mod hooked;
mod ledger;
mod observed;
mod operator;
mod presence;
mod query;
mod users;

use channel::{Channel, Intercept};
use effects::Effects;
pub use ledger::Told;
use presence::Departed;
pub use query::{MemberFacts, RosterFacts};
use users::Users;

/// A slice of the channels.
#[derive(Debug)]
pub struct Partition {
    index: PartitionIndex,
    channels: HashMap<ChannelKey, Channel>,
    users: Users,
    /// What the node said of apps since the start. It counts more than what mail brings, which an
    /// edge or a door may have written before it knew.
    apps: HashMap<AppId, Arc<App>>,
    /// Apart from the channels, which may be forgotten.
    cache: Cache,
    timers: Timers<ChannelKey>,
    /// Channels of which there may be something to tell at the end of the turn.
    collecting: Vec<ChannelKey>,
    effects: Effects,
    counts: ByApp<PartitionStats>,
}

/// What a partition wants done.
#[derive(Debug)]
pub enum PartitionEffect {
    /// Mail for an edge.
    ToEdge(EdgeId, FromPartition),
    /// The answer to a question with a ticket.
    Answer(Ticket, Answer),
    /// An event for whoever asked to have it diverted.
    Intercepted(InterceptId, Intercepted),
    /// A change for whoever asked to hear of it.
    Watched(WatchId, MemberChange),
    /// What a cache channel keeps, to be written down. Nobody waits for it.
    Kept(KeptEvent),
    /// What was written down of a cache channel does not count any more. What had its time is not
    /// told.
    Dropped(ChannelKey),
    /// An event to be written down, of which nobody is shown anything before
    /// [`Partition::handle_committed`] confirms it.
    Owe(Owed),
    /// What a back end was told of a channel, by events of this class, does not count any more:
    /// nobody asks for them. Nobody waits for it.
    Untold(ChannelKey, HookClass),
}

impl Partition {
    /// A partition without channels.
    pub fn new(index: PartitionIndex, seed: HashSeed) -> Self {
        Self {
            index,
            channels: hash_map(seed),
            users: Users::new(seed),
            apps: hash_map(seed),
            cache: Cache::new(seed),
            timers: Timers::new(),
            collecting: Vec::new(),
            effects: Effects::new(seed),
            counts: ByApp::new(seed),
        }
    }

    /// Which of the partitions this is.
    pub fn index(&self) -> PartitionIndex {
        self.index
    }

    /// Takes mail for one of its channels. What that does to a roster is told when the turn ends.
    pub fn handle(&mut self, now: Time, mail: ToPartition) {
        self.effects.advance(now);
        self.effects.begin();
        match mail {
            ToPartition::Join(join) => self.join(join),
            ToPartition::Leave(leave) => self.leave(now, &leave),
            ToPartition::Publish(publish) => self.publish(now, publish),
            ToPartition::ClientEvent(event) => self.client_event(event),
            ToPartition::Impersonate(event) => self.impersonate(&event),
            ToPartition::UpdateMember(update) => self.update_member(now, update),
            ToPartition::Intercept { id, channel, event, capacity } => {
                let intercept = Intercept { id, event, capacity, under_way: 0, seq: 0 };
                self.channels.entry(channel).or_default().intercepts.push(intercept);
            }
            ToPartition::InterceptHandled { id, channel } => {
                let channel = self.channels.get_mut(&channel);
                if let Some(intercept) = channel.and_then(|channel| channel.intercept(id)) {
                    intercept.under_way = intercept.under_way.saturating_sub(1);
                }
            }
            ToPartition::Watch { id, channel: key } => self.watch(id, &key),
            ToPartition::UserCame { edge, app, channel } => {
                let app = self.current(app);
                self.users.come(&channel, edge, app, &mut self.effects);
            }
            ToPartition::UserWent(leave) => {
                let newest = self.apps.get(&leave.channel.app);
                self.users.go(now, &leave, newest, &mut self.effects);
            }
            ToPartition::WatchUser { edge, channel } => {
                self.users.watch(&channel, edge, &mut self.effects);
            }
            ToPartition::UnwatchUser { edge, channel } => self.users.unwatch(&channel, edge),
        }
    }

    /// Whether the turn did something to a roster that was not told.
    pub fn is_collecting(&self) -> bool {
        !self.collecting.is_empty()
    }

    /// Tells what the turn did to one channel. Called at the end of a turn until nothing is
    /// collected; one at a time, because each may have a large roster to encode.
    pub fn handle_turn_end(&mut self) {
        let Some(key) = self.collecting.pop() else { return };
        self.effects.begin();
        if let Some(channel) = self.channels.get_mut(&key) {
            channel.is_listed = false;
            channel.tell(&key, &self.cache, &mut self.effects);
        }
        self.settle(&key);
    }

    /// Puts new settings of an app in force, also for what the turn has done so far. Members stay,
    /// also those that are too many by now, and a grace that runs ends when it was to end.
    pub fn replace_app(&mut self, app: &Arc<App>) {
        self.apps.insert(app.id.clone(), Arc::clone(app));
        self.counts.admit(&app.id);
        let gone = self.cache.obey(app);
        self.drop_kept(&app.id, gone);
        let channels = self.channels.iter_mut().filter(|(key, _)| key.app == app.id);
        for (key, channel) in channels {
            channel.caches = app.caches(&key.name);
            if let Some(presence) = &mut channel.presence {
                presence.obey(app);
            }
        }
        self.replace_hooks(app);
        self.replace_counting(app);
    }

    /// Forgets the settings of an app that is no more, and what its cache channels kept. What it
    /// counted stays in the sum.
    pub fn remove_app(&mut self, app: &AppId) {
        self.apps.remove(app);
        let gone = self.cache.forget_app(app);
        self.drop_kept(app, gone);
        self.remove_hooks(app);
        if let Some(slot) = self.counts.remove(app) {
            let channels = self.channels.values_mut().filter(|c| c.counts_for == slot);
            channels.for_each(|channel| channel.counts_for = AppSlot::NOBODY);
        }
    }

    /// Nobody takes what this request diverts any more: the event is fanned out again.
    pub fn forget_intercept(&mut self, key: &ChannelKey, id: InterceptId) {
        if let Some(channel) = self.channels.get_mut(key) {
            channel.intercepts.retain(|intercept| intercept.id != id);
        }
        self.effects.begin();
        self.settle(key);
    }

    /// Nobody hears what this request is told any more.
    pub fn forget_watch(&mut self, key: &ChannelKey, id: WatchId) {
        if let Some(channel) = self.channels.get_mut(key) {
            channel.watches.retain(|watch| *watch != id);
        }
        self.effects.begin();
        self.settle(key);
    }

    /// Lets go members and signed-in users whose grace is over, and events that were kept long
    /// enough.
    pub fn handle_timeout(&mut self, now: Time) {
        self.effects.advance(now);
        self.cache.expire(now);
        self.users.expire(now, &mut self.effects);
        while let Some((armed, key)) = self.timers.poll(now) {
            let Some(channel) = self.channels.get_mut(&key) else { continue };
            if channel.armed != Some(armed) {
                continue;
            }
            channel.armed = None;
            channel.expire(now);
            self.effects.begin();
            self.settle(&key);
        }
    }

    /// The next thing to do.
    pub fn poll_effect(&mut self) -> Option<PartitionEffect> {
        self.effects.pop_front()
    }

    /// When [`Partition::handle_timeout`] has something to do.
    pub fn poll_timeout(&self) -> Option<Time> {
        let deadlines = [self.timers.next(), self.cache.deadline(), self.users.deadline()];
        deadlines.into_iter().flatten().min()
    }

    fn join(&mut self, join: Join) {
        let Join { edge, conn, subscription, app, channel: key, member } = join;
        let app = self.current(app);
        let channel = self.channels.entry(key.clone()).or_default();
        channel.count_for(&app, &mut self.counts);
        channel.keep_ledger(&key, &app);
        channel.keep_count(&key, &app);
        channel.caches = app.caches(&key.name);
        match member {
            None => channel.let_in(&key, edge, subscription, &self.cache, &mut self.effects),
            Some(member) => {
                let user = member.user.clone();
                match channel.presence(&app).join((edge, conn), subscription, member) {
                    Ok(()) => channel.note_arrival(&user),
                    Err(why) => {
                        let mail = FromPartition::Refused { subscription, why };
                        self.effects.push_back(PartitionEffect::ToEdge(edge, mail));
                    }
                }
            }
        }
        self.settle(&key);
    }

    fn leave(&mut self, now: Time, leave: &Leave) {
        let Some(channel) = self.channels.get_mut(&leave.channel) else { return };
        match (&leave.user, &mut channel.presence) {
            (Some(user), Some(presence)) => {
                match presence.leave(now, (leave.edge, leave.conn), user, leave) {
                    Departed::Live => channel.count_out(leave.edge),
                    Departed::Newcomer => {}
                    // It was refused, and the refusal crossed with its leave.
                    Departed::Stranger => return,
                }
                channel.note_departure(now, user, leave);
            }
            _ => channel.count_out(leave.edge),
        }
        self.settle(&leave.channel);
    }

    fn publish(&mut self, now: Time, publish: Publish) {
        let Publish { app, channel: key, event, data, except } = publish;
        // Only what may be kept asks for more than is the same for all.
        let app = if key.name.kind().is_cache() { self.current(app) } else { app };
        let is_cache = app.caches(&key.name);
        let mut channel = self.channels.get_mut(&key);
        let slot = slot(&mut self.counts, channel.as_deref(), &app);
        self.counts[slot].published += 1;
        if let Some(channel) = &mut channel {
            // Newcomers get the event as any other, not as the last one.
            channel.tell(&key, &self.cache, &mut self.effects);
        }
        let is_heard = channel.as_ref().is_some_and(|channel| !channel.edges.is_empty());
        let frame = (is_heard || is_cache).then(|| {
            Frame::text(|out| pusher::channel_event(out, &event, key.name.as_str(), &data, None))
        });
        if let Some(channel) = channel {
            if let Some(frame) = &frame {
                channel.send_published(&key, frame, &except, &mut self.effects);
            }
            channel.withhold(&mut self.effects);
        }
        if let Some(frame) = frame.filter(|_| is_cache) {
            let kept = Kept { frame, data: Arc::clone(&data) };
            let gone = self.cache.keep(now, &app, &key.name, kept, app.cache_ttl);
            let kept = KeptEvent { channel: key, event, data, left: app.cache_ttl };
            self.effects.write_down(PartitionEffect::Kept(kept));
            self.drop_kept(&app.id, gone);
        }
    }

    fn client_event(&mut self, event: ClientEvent) {
        let channel = self.channels.get_mut(&event.channel);
        let slot = channel.as_ref().map_or(AppSlot::NOBODY, |channel| channel.counts_for);
        self.counts[slot].client_events += 1;
        let Some(channel) = channel else { return };
        let diverted = channel.intercepts.iter_mut().find(|i| i.event == event.event);
        if let Some(intercept) = diverted {
            self.effects.push_back(intercept.divert(event));
            channel.withhold(&mut self.effects);
            return;
        }
        channel.tell(&event.channel, &self.cache, &mut self.effects);
        let name = event.channel.name.as_str();
        let user = event.user.as_ref().map(UserId::as_str);
        let frame =
            Frame::text(|out| pusher::channel_event(out, &event.event, name, &event.data, user));
        let everybody_else = |_| Audience::AllButSocket(event.socket);
        channel.send(&event.channel, &frame, &mut self.effects, everybody_else);
        channel.owe_client_event(event, &mut self.effects);
        channel.withhold(&mut self.effects);
    }

    fn watch(&mut self, id: WatchId, key: &ChannelKey) {
        let channel = self.channels.entry(key.clone()).or_default();
        // What happened before is none of its business.
        channel.tell(key, &self.cache, &mut self.effects);
        channel.watches.push(id);
        channel.withhold(&mut self.effects);
    }

    fn update_member(&mut self, now: Time, update: MemberUpdate) {
        let MemberUpdate { ticket, app, channel: key, member } = update;
        let app = self.current(app);
        let channel = self.channels.entry(key.clone()).or_default();
        channel.count_for(&app, &mut self.counts);
        let answer = channel.presence(&app).update(now, member);
        self.effects.push_back(PartitionEffect::Answer(ticket, answer));
        self.settle(&key);
    }

    fn current(&self, app: Arc<App>) -> Arc<App> {
        self.apps.get(&app.id).cloned().unwrap_or(app)
    }

    /// Sees to what a channel needs by now: to be counted, to be told of at the end of the turn, to
    /// be woken by a timer, or to be forgotten.
    fn settle(&mut self, key: &ChannelKey) {
        let Entry::Occupied(mut entry) = self.channels.entry(key.clone()) else { return };
        let channel = entry.get_mut();
        let occupied = u64::from(channel.is_occupied());
        self.effects.observe_occupancy(key, channel.counted.channels, occupied);
        if channel.tells_at_once() {
            channel.tell(key, &self.cache, &mut self.effects);
        }
        channel.count_into(&mut self.counts);
        match channel.has_to_tell() {
            true if channel.is_listed => {}
            true => {
                channel.is_listed = true;
                self.collecting.push(key.clone());
            }
            false => channel.settle_ledger(key, &mut self.effects),
        }
        channel.tell_count(key, &mut self.effects);
        channel.withhold(&mut self.effects);
        if channel.is_idle() && !channel.forget() {
            entry.remove();
            return;
        }
        let channel = entry.get_mut();
        let Some(deadline) = channel.deadline() else { return };
        if channel.armed.is_none_or(|armed| deadline < armed) {
            channel.armed = Some(deadline);
            self.timers.arm(deadline, key.clone());
        }
    }
}

/// The place of the counters that a channel counts for: its own, or that of its app while nobody has
/// it.
fn slot(counts: &mut ByApp<PartitionStats>, channel: Option<&Channel>, app: &App) -> AppSlot {
    let slot = channel.map(|channel| channel.counts_for);
    slot.filter(|&slot| slot != AppSlot::NOBODY).unwrap_or_else(|| counts.slot(app))
}
