//! A slice of the channels: the order of what happens on them, and who is present.
//!
//! The order in which mail arrives here *is* the order of a channel, for every subscriber on every
//! edge. Each event is encoded here, once, and goes to the edges that have subscribers.
//!
//! What a join causes leaves in this order: the snapshot to the edge that asked, the difference to
//! all others, then watches. Mail is first-in-first-out, so nothing of the channel can come before
//! the snapshot or fall between it and the first event after it.

use std::collections::VecDeque;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use rollcall_wire::frame::Frame;
use rollcall_wire::pusher;
use smallvec::SmallVec;

use crate::app::{App, AppId};
use crate::ids::{
    ChannelKey, ConnId, EdgeId, InterceptId, PartitionIndex, Ticket, UserId, WatchId,
};
use crate::message::{
    Answer, Audience, ClientEvent, ConnList, Except, FromPartition, Intercepted, Join, Leave,
    MemberChange, MemberUpdate, Publish, ToPartition,
};
use crate::roster::{Change, Roster, Update};
use crate::stats::PartitionStats;
use crate::time::Time;
use crate::timers::Timers;
use crate::{HashMap, HashSeed, hash_map};

mod query;

/// A slice of the channels.
#[derive(Debug)]
pub struct Partition {
    index: PartitionIndex,
    channels: HashMap<ChannelKey, Channel>,
    /// What the node said of apps since the start. It counts more than what mail brings, which an
    /// edge or a door may have written before it knew.
    apps: HashMap<AppId, Arc<App>>,
    timers: Timers<ChannelKey>,
    effects: VecDeque<PartitionEffect>,
    stats: PartitionStats,
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
}

#[derive(Debug, Default)]
struct Channel {
    /// How many subscribed connections each edge has.
    edges: SmallVec<[(EdgeId, usize); 2]>,
    /// Made by the first join or update of a member.
    presence: Option<Box<Presence>>,
    intercepts: Vec<Intercept>,
    watches: Vec<WatchId>,
    /// What it adds to the partition's counters.
    counted: Counted,
    /// When the earliest of its timers runs.
    armed: Option<Time>,
}

/// What one channel adds to the counters of its partition.
#[derive(Debug, Default, Clone, Copy)]
struct Counted {
    channels: u64,
    members: u64,
}

#[derive(Debug)]
struct Presence {
    app: Arc<App>,
    roster: Roster,
    /// Counts the changes of the roster (docs/status.md 3.4).
    serial: u64,
    /// The success frame of the roster as it is, once somebody needed it.
    snapshot: Option<Frame>,
}

#[derive(Debug)]
struct Intercept {
    id: InterceptId,
    event: String,
    capacity: usize,
    under_way: usize,
    seq: u64,
}

impl Partition {
    /// A partition without channels.
    pub fn new(index: PartitionIndex, seed: HashSeed) -> Self {
        Self {
            index,
            channels: hash_map(seed),
            apps: hash_map(seed),
            timers: Timers::new(),
            effects: VecDeque::new(),
            stats: PartitionStats::default(),
        }
    }

    /// Which of the partitions this is.
    pub fn index(&self) -> PartitionIndex {
        self.index
    }

    /// Takes mail for one of its channels.
    pub fn handle(&mut self, now: Time, mail: ToPartition) {
        match mail {
            ToPartition::Join(join) => self.join(join),
            ToPartition::Leave(leave) => self.leave(now, &leave),
            ToPartition::Publish(publish) => self.publish(&publish),
            ToPartition::ClientEvent(event) => self.client_event(event),
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
            ToPartition::Watch { id, channel } => {
                self.channels.entry(channel).or_default().watches.push(id);
            }
        }
    }

    /// Puts new settings of an app in force. Members stay, also those that are too many by now, and
    /// a grace that runs ends when it was to end.
    pub fn replace_app(&mut self, app: &Arc<App>) {
        self.apps.insert(app.id.clone(), Arc::clone(app));
        let channels = self.channels.iter_mut().filter(|(key, _)| key.app == app.id);
        for presence in channels.filter_map(|(_, channel)| channel.presence.as_mut()) {
            presence.obey(app);
        }
    }

    /// Forgets the settings of an app that is no more.
    pub fn remove_app(&mut self, app: &AppId) {
        self.apps.remove(app);
    }

    /// Lets go members whose grace is over.
    pub fn handle_timeout(&mut self, now: Time) {
        while let Some((armed, key)) = self.timers.poll(now) {
            let Some(channel) = self.channels.get_mut(&key) else { continue };
            if channel.armed != Some(armed) {
                continue;
            }
            channel.armed = None;
            while let Some(change) = channel.expire(now) {
                channel.announce(&key, &change, None, &mut self.effects);
            }
            self.settle(&key);
        }
    }

    /// The next thing to do.
    pub fn poll_effect(&mut self) -> Option<PartitionEffect> {
        self.effects.pop_front()
    }

    /// When [`Partition::handle_timeout`] has something to do.
    pub fn poll_timeout(&self) -> Option<Time> {
        self.timers.next()
    }

    fn join(&mut self, join: Join) {
        let Join { edge, conn, subscription, app, channel: key, member } = join;
        let app = self.current(app);
        let channel = self.channels.entry(key.clone()).or_default();
        let change = match member {
            None => None,
            Some(member) => {
                let presence = channel.presence(&app);
                match presence.roster.join((edge, conn), member, &app) {
                    Ok(change) => change,
                    Err(why) => {
                        let mail = FromPartition::Refused { subscription, why };
                        self.effects.push_back(PartitionEffect::ToEdge(edge, mail));
                        return self.settle(&key);
                    }
                }
            }
        };
        channel.count_in(edge);
        channel.note(change.as_ref());
        let frame = channel.success(&key);
        let mail = FromPartition::Joined { subscription, frame };
        self.effects.push_back(PartitionEffect::ToEdge(edge, mail));
        if let Some(change) = change {
            channel.tell(&key, &change, Some((edge, conn)), &mut self.effects);
        }
        self.settle(&key);
    }

    fn leave(&mut self, now: Time, leave: &Leave) {
        let Some(channel) = self.channels.get_mut(&leave.channel) else { return };
        let change = match (&leave.user, &mut channel.presence) {
            (Some(user), Some(presence)) => {
                let grace = leave.departure.grace(&presence.app);
                match presence.roster.leave(now, (leave.edge, leave.conn), user, grace) {
                    Some(change) => change,
                    // It was refused, and the refusal crossed with its leave.
                    None => return,
                }
            }
            _ => None,
        };
        channel.count_out(leave.edge);
        if let Some(change) = change {
            channel.announce(&leave.channel, &change, None, &mut self.effects);
        }
        self.settle(&leave.channel);
    }

    fn publish(&mut self, publish: &Publish) {
        self.stats.published += 1;
        let Some(channel) = self.channels.get(&publish.channel) else { return };
        let Publish { channel: key, event, data, except } = publish;
        if channel.edges.is_empty() {
            return;
        }
        let frame =
            Frame::text(|out| pusher::channel_event(out, event, key.name.as_str(), data, None));
        channel.send(key, &frame, &mut self.effects, |edge| match except {
            Except::Nobody => Audience::All,
            Except::Socket(socket) => Audience::AllButSocket(*socket),
            Except::User(user) => all_but(channel.connections(user, edge)),
        });
    }

    fn client_event(&mut self, event: ClientEvent) {
        self.stats.client_events += 1;
        let Some(channel) = self.channels.get_mut(&event.channel) else { return };
        let diverted = channel.intercepts.iter_mut().find(|i| i.event == event.event);
        if let Some(intercept) = diverted {
            self.effects.push_back(intercept.divert(event));
            return;
        }
        let ClientEvent { channel: key, event, data, user, socket, .. } = event;
        let user = user.as_ref().map(UserId::as_str);
        let frame =
            Frame::text(|out| pusher::channel_event(out, &event, key.name.as_str(), &data, user));
        channel.send(&key, &frame, &mut self.effects, |_| Audience::AllButSocket(socket));
    }

    fn update_member(&mut self, now: Time, update: MemberUpdate) {
        let MemberUpdate { ticket, app, channel: key, member } = update;
        let app = self.current(app);
        let channel = self.channels.entry(key.clone()).or_default();
        let answer = match channel.presence(&app).roster.update(now, member) {
            Update::Changed(change) => {
                channel.announce(&key, &change, None, &mut self.effects);
                Answer::Updated
            }
            Update::Unchanged => Answer::Updated,
            Update::NotAMember => Answer::NotAMember,
        };
        self.effects.push_back(PartitionEffect::Answer(ticket, answer));
        self.settle(&key);
    }

    fn current(&self, app: Arc<App>) -> Arc<App> {
        self.apps.get(&app.id).cloned().unwrap_or(app)
    }

    /// Counts a channel anew, arms the timer that it needs by now, and forgets it if nothing is
    /// known of it.
    fn settle(&mut self, key: &ChannelKey) {
        let Entry::Occupied(mut entry) = self.channels.entry(key.clone()) else { return };
        entry.get_mut().count_into(&mut self.stats);
        if entry.get().is_forgettable() {
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

impl Channel {
    fn presence(&mut self, app: &Arc<App>) -> &mut Presence {
        let presence = self.presence.get_or_insert_with(|| Box::new(Presence::new(app)));
        presence.obey(app);
        presence
    }

    fn count_in(&mut self, edge: EdgeId) {
        match self.edges.iter_mut().find(|(at, _)| *at == edge) {
            Some((_, connections)) => *connections += 1,
            None => self.edges.push((edge, 1)),
        }
    }

    fn count_out(&mut self, edge: EdgeId) {
        if let Some((_, connections)) = self.edges.iter_mut().find(|(at, _)| *at == edge) {
            *connections -= 1;
        }
        self.edges.retain(|(_, connections)| *connections > 0);
    }

    fn intercept(&mut self, id: InterceptId) -> Option<&mut Intercept> {
        self.intercepts.iter_mut().find(|intercept| intercept.id == id)
    }

    fn connections(&self, user: &UserId, edge: EdgeId) -> ConnList {
        let presence = self.presence.as_ref();
        presence.map_or_else(ConnList::new, |presence| presence.roster.connections(user, edge))
    }

    fn expire(&mut self, now: Time) -> Option<Change> {
        self.presence.as_mut()?.roster.expire(now)
    }

    fn deadline(&self) -> Option<Time> {
        self.presence.as_ref()?.roster.deadline()
    }

    fn is_forgettable(&self) -> bool {
        self.edges.is_empty()
            && self.intercepts.is_empty()
            && self.watches.is_empty()
            && self.presence.as_ref().is_none_or(|presence| presence.roster.is_empty())
    }

    /// The success frame of a subscription as of now (docs/protocol.md 2.4).
    fn success(&mut self, key: &ChannelKey) -> Frame {
        match &mut self.presence {
            Some(presence) if key.name.kind().is_presence() => presence.success(key),
            _ => Frame::text(|out| pusher::subscription_succeeded(out, key.name.as_str())),
        }
    }

    /// Counts a change and tells everybody of it, but the connection that brought it about.
    fn announce(
        &mut self,
        key: &ChannelKey,
        change: &Change,
        but: Option<(EdgeId, ConnId)>,
        effects: &mut VecDeque<PartitionEffect>,
    ) {
        self.note(Some(change));
        self.tell(key, change, but, effects);
    }

    /// Counts a change.
    fn note(&mut self, change: Option<&Change>) {
        if let (Some(_), Some(presence)) = (change, &mut self.presence) {
            presence.serial += 1;
            presence.snapshot = None;
        }
    }

    fn tell(
        &mut self,
        key: &ChannelKey,
        change: &Change,
        but: Option<(EdgeId, ConnId)>,
        effects: &mut VecDeque<PartitionEffect>,
    ) {
        let Some(presence) = &mut self.presence else { return };
        let excluded = |edge| match but {
            Some((at, conn)) if at == edge => ConnList::from_elem(conn, 1),
            _ => ConnList::new(),
        };
        match change {
            Change::Joined(user) => {
                let frame = presence.added(key, user);
                self.send(key, &frame, effects, |edge| all_but(excluded(edge)));
                self.tell_watches(&MemberChange::Joined(user.clone()), effects);
            }
            Change::Left(user) => {
                let frame = presence.removed(key, user);
                self.send(key, &frame, effects, |_| Audience::All);
                self.tell_watches(&MemberChange::Left(user.clone()), effects);
            }
            Change::Updated(user) if presence.app.mirror => {
                let (own, others) = (presence.success(key), presence.added(key, user));
                self.tell_mirrored(key, user, &own, &others, excluded, effects);
            }
            Change::Updated(user) if presence.app.member_updates => {
                let frame = presence.updated(key, user);
                self.send(key, &frame, effects, |edge| all_but(excluded(edge)));
            }
            // Only a stock client's own words are left: somebody went and came back different.
            Change::Updated(user) => {
                let frames = [presence.removed(key, user), presence.added(key, user)];
                for frame in frames {
                    self.send(key, &frame, effects, |edge| all_but(excluded(edge)));
                }
            }
        }
    }

    /// Shows an update to stock clients: `member_added` overwrites what they know of others, but
    /// only a new roster what they know of themselves (docs/status.md 3.4, *Mirror*).
    fn tell_mirrored(
        &self,
        key: &ChannelKey,
        user: &UserId,
        own: &Frame,
        others: &Frame,
        excluded: impl Fn(EdgeId) -> ConnList,
        effects: &mut VecDeque<PartitionEffect>,
    ) {
        for &(edge, _) in &self.edges {
            let theirs = self.connections(user, edge);
            let but = excluded(edge);
            let chosen: ConnList =
                theirs.iter().copied().filter(|conn| !but.contains(conn)).collect();
            if !chosen.is_empty() {
                effects.push_back(deliver(key, own, edge, Audience::Only(chosen)));
            }
            effects.push_back(deliver(key, others, edge, all_but(theirs)));
        }
    }

    fn tell_watches(&self, change: &MemberChange, effects: &mut VecDeque<PartitionEffect>) {
        for &watch in &self.watches {
            effects.push_back(PartitionEffect::Watched(watch, change.clone()));
        }
    }

    fn send(
        &self,
        key: &ChannelKey,
        frame: &Frame,
        effects: &mut VecDeque<PartitionEffect>,
        audience: impl Fn(EdgeId) -> Audience,
    ) {
        for &(edge, _) in &self.edges {
            effects.push_back(deliver(key, frame, edge, audience(edge)));
        }
    }
}

impl Presence {
    fn new(app: &Arc<App>) -> Self {
        Self { app: Arc::clone(app), roster: Roster::default(), serial: 0, snapshot: None }
    }

    /// Takes new settings; whether there are serials shows in the snapshot.
    fn obey(&mut self, app: &Arc<App>) {
        if !Arc::ptr_eq(&self.app, app) {
            self.app = Arc::clone(app);
            self.snapshot = None;
        }
    }

    fn serial(&self) -> Option<u64> {
        self.app.member_updates.then_some(self.serial)
    }

    fn success(&mut self, key: &ChannelKey) -> Frame {
        if let Some(snapshot) = &self.snapshot {
            return snapshot.clone();
        }
        let members = self.roster.members();
        let count = members.len();
        let members = members.map(|(user, entry)| (user.as_str(), entry.info.as_deref()));
        let serial = self.serial();
        let channel = key.name.as_str();
        let frame =
            Frame::text(|out| pusher::presence_succeeded(out, channel, members, count, serial));
        self.snapshot.insert(frame).clone()
    }

    fn added(&self, key: &ChannelKey, user: &UserId) -> Frame {
        let (info, serial) = (self.roster.info(user), self.serial());
        let channel = key.name.as_str();
        Frame::text(|out| pusher::member_added(out, channel, user.as_str(), info, serial))
    }

    fn updated(&self, key: &ChannelKey, user: &UserId) -> Frame {
        let (info, serial) = (self.roster.info(user), self.serial());
        let channel = key.name.as_str();
        Frame::text(|out| pusher::member_updated(out, channel, user.as_str(), info, serial))
    }

    fn removed(&self, key: &ChannelKey, user: &UserId) -> Frame {
        let serial = self.serial();
        let channel = key.name.as_str();
        Frame::text(|out| pusher::member_removed(out, channel, user.as_str(), serial))
    }
}

impl Intercept {
    fn divert(&mut self, event: ClientEvent) -> PartitionEffect {
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

fn all_but(excluded: ConnList) -> Audience {
    if excluded.is_empty() { Audience::All } else { Audience::AllBut(excluded) }
}

fn deliver(key: &ChannelKey, frame: &Frame, edge: EdgeId, audience: Audience) -> PartitionEffect {
    let mail = FromPartition::Deliver { channel: key.clone(), frame: frame.clone(), audience };
    PartitionEffect::ToEdge(edge, mail)
}
