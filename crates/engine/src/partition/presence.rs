//! Who is present on one channel, and how that is told (docs/protocol.md 2.6, docs/status.md 3.4).

use std::sync::Arc;

use rollcall_wire::frame::Frame;
use rollcall_wire::pusher;

use super::PartitionEffect;
use super::channel::{Edges, all_but, deliver, joined};
use super::effects::Effects;
use crate::app::App;
use crate::ids::{ChannelKey, ConnId, EdgeId, SubscriptionId, UserId, WatchId};
use crate::message::{Answer, Audience, ConnList, JoinRefusal, Leave, Member, MemberChange};
use crate::roster::{Change, Roster, Update};
use crate::stats::PresenceCounts;
use crate::time::Time;
use crate::untold::{Difference, Newcomers, Untold};

/// The roster of a channel, and what of it was told.
#[derive(Debug)]
pub(super) struct Presence {
    app: Arc<App>,
    pub(super) roster: Roster,
    /// Counts the changes that were told (docs/status.md 3.4).
    serial: u64,
    /// The success frame of the roster as it was told, once somebody needed it.
    snapshot: Option<Frame>,
    untold: Untold,
}

/// What a subscription was that ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Departed {
    /// It heard the channel.
    Live,
    /// It waited for the end of the turn.
    Newcomer,
    /// It never was one.
    Stranger,
}

/// Where what is told goes.
struct Telling<'a> {
    key: &'a ChannelKey,
    edges: &'a mut Edges,
    watches: &'a [WatchId],
    /// What newcomers get behind the roster.
    then: Option<Frame>,
    effects: &'a mut Effects,
}

/// What happens to a roster.
impl Presence {
    pub(super) fn new(app: &Arc<App>) -> Self {
        Self {
            app: Arc::clone(app),
            roster: Roster::default(),
            serial: 0,
            snapshot: None,
            untold: Untold::default(),
        }
    }

    /// Takes new settings; whether there are serials shows in the snapshot.
    pub(super) fn obey(&mut self, app: &Arc<App>) {
        if !Arc::ptr_eq(&self.app, app) {
            self.app = Arc::clone(app);
            self.snapshot = None;
        }
    }

    /// A connection joins as a member; it is let in when the turn is told.
    pub(super) fn join(
        &mut self,
        from: (EdgeId, ConnId),
        subscription: SubscriptionId,
        member: Member,
    ) -> Result<(), JoinRefusal> {
        if let Some(change) = self.roster.join(from, member, &self.app)? {
            self.untold.note(change);
        }
        self.untold.welcome(from.0, from.1, subscription);
        Ok(())
    }

    /// A connection of a member is gone.
    pub(super) fn leave(
        &mut self,
        now: Time,
        from: (EdgeId, ConnId),
        user: &UserId,
        leave: &Leave,
    ) -> Departed {
        let grace = leave.grace(now, &self.app);
        let Some(change) = self.roster.leave(now, from, user, grace) else {
            return Departed::Stranger;
        };
        if let Some(change) = change {
            self.untold.note(change);
        }
        match self.untold.turn_back(from.0, from.1) {
            true => Departed::Newcomer,
            false => Departed::Live,
        }
    }

    /// New info of a user, present or not.
    pub(super) fn update(&mut self, now: Time, member: Member) -> Answer {
        match self.roster.update(now, member) {
            Update::Changed(change) => {
                self.untold.note(change);
                Answer::Updated
            }
            Update::Unchanged => Answer::Updated,
            Update::NotAMember => Answer::NotAMember,
        }
    }

    /// Lets go members whose grace is over, and says who.
    pub(super) fn expire(&mut self, now: Time, mut gone: impl FnMut(&UserId)) {
        while let Some(change) = self.roster.expire(now) {
            gone(&change.user);
            self.untold.note(change);
        }
    }

    /// Something happened to a member, which is told when the turn ends.
    pub(super) fn note(&mut self, change: Change) {
        self.untold.note(change);
    }

    pub(super) fn deadline(&self) -> Option<Time> {
        self.roster.deadline()
    }

    pub(super) fn connections(&self, user: &UserId, edge: EdgeId) -> ConnList {
        self.roster.connections(user, edge)
    }

    /// How many connections wait to be let in.
    pub(super) fn newcomers(&self) -> usize {
        self.untold.newcomers()
    }

    pub(super) fn has_to_tell(&self) -> bool {
        !self.untold.is_empty()
    }

    pub(super) fn tells_at_once(&self) -> bool {
        self.app.strict_compat
    }

    pub(super) fn is_forgettable(&self) -> bool {
        self.roster.is_empty() && self.untold.is_empty()
    }
}

/// What is told of it.
impl Presence {
    /// Tells the difference that the turn made to those who are live, then lets in the newcomers.
    /// Says how much that was.
    pub(super) fn tell(
        &mut self,
        key: &ChannelKey,
        edges: &mut Edges,
        watches: &[WatchId],
        then: Option<Frame>,
        effects: &mut Effects,
    ) -> PresenceCounts {
        let untold = std::mem::take(&mut self.untold);
        let (difference, newcomers) = untold.into_parts(&self.roster);
        let mut to = Telling { key, edges, watches, then, effects };
        if !difference.is_empty() {
            self.snapshot = None;
            to.effects.observe_members(key, &difference, &self.roster);
            self.tell_difference(&difference, &mut to);
        }
        self.let_in(newcomers, &mut to);
        let told = difference.counts();
        to.tell_watches(difference);
        told
    }

    /// One frame for each change. Who left comes before who joined, so that nobody ever sees more
    /// members than the channel may have.
    fn tell_difference(&mut self, difference: &Difference, to: &mut Telling<'_>) {
        if to.edges.is_empty() {
            // Nobody hears it, but the next roster counts on.
            self.serial += difference.len() as u64;
            return;
        }
        for user in &difference.left {
            self.serial += 1;
            to.send(&self.removed(to.key, user));
        }
        for user in &difference.joined {
            self.serial += 1;
            to.send(&self.added(to.key, user));
        }
        if self.app.mirror {
            return self.tell_mirrored(&difference.updated, to);
        }
        for user in &difference.updated {
            self.serial += 1;
            if self.app.member_updates {
                to.send(&self.updated(to.key, user));
            } else {
                // Only a stock client's own words are left: somebody went and came back different.
                to.send(&self.removed(to.key, user));
                to.send(&self.added(to.key, user));
            }
        }
    }

    /// Shows updates to stock clients: `member_added` overwrites what they know of others, but only
    /// a new roster what they know of themselves (docs/status.md 3.4, *Mirror*). Who gets that
    /// needs none of the others, and must not: it has all of them, and the last one's serial.
    fn tell_mirrored(&mut self, updated: &[UserId], to: &mut Telling<'_>) {
        let own = |edge: EdgeId| -> ConnList {
            let own = updated.iter().flat_map(|user| self.roster.connections(user, edge));
            let mut own: ConnList = own.collect();
            // Once here, instead of for each frame at the edge.
            own.sort_unstable();
            own
        };
        let own: Vec<(EdgeId, ConnList)> = to.edges.ids().map(|edge| (edge, own(edge))).collect();
        for user in updated {
            self.serial += 1;
            let frame = self.added(to.key, user);
            for (edge, own) in &own {
                to.effects.push_back(deliver(to.key, &frame, *edge, all_but(own.clone())));
            }
        }
        for (edge, own) in own.into_iter().filter(|(_, own)| !own.is_empty()) {
            let roster = self.success(to.key);
            to.effects.push_back(deliver(to.key, &roster, edge, Audience::Only(own)));
        }
    }

    /// One roster for all newcomers, and one piece of mail for each edge.
    fn let_in(&mut self, newcomers: Newcomers, to: &mut Telling<'_>) {
        for (edge, there) in newcomers {
            to.edges.count_in(edge, there.len());
            let subscriptions = there.into_iter().map(|(_, subscription)| subscription).collect();
            let roster = self.success(to.key);
            to.effects.push_back(joined(edge, subscriptions, &roster, to.then.clone()));
        }
    }

    /// The success frame as of now (docs/protocol.md 2.4).
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

    fn serial(&self) -> Option<u64> {
        self.app.member_updates.then_some(self.serial)
    }
}

impl Telling<'_> {
    /// To everybody who is live.
    fn send(&mut self, frame: &Frame) {
        self.edges.send(self.key, frame, self.effects, |_| Audience::All);
    }

    fn tell_watches(&mut self, difference: Difference) {
        let left = difference.left.into_iter().map(MemberChange::Left);
        for change in left.chain(difference.joined.into_iter().map(MemberChange::Joined)) {
            for &watch in self.watches {
                self.effects.push_back(PartitionEffect::Watched(watch, change.clone()));
            }
        }
    }
}
