//! Who is present in one channel.
//!
//! A roster never says that something happened; it says how somebody was shown before, if that may
//! have changed. Joining twice, leaving twice, coming back within the grace and a change of member
//! info are then all one case: compare before with after, and tell the difference, if there is one
//! (docs/protocol.md 2.6, docs/status.md R7, R10). `untold.rs` compares.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use smallvec::SmallVec;

use crate::app::App;
use crate::ids::{ConnId, EdgeId, UserId};
use crate::message::{ConnList, Departure, JoinRefusal, Leave, Member};
use crate::time::Time;
use crate::timers::Timers;

/// How long a revision of an absent user is remembered (docs/status.md, *Member info*).
const REMEMBERED_FOR: Duration = Duration::from_secs(600);

/// How many absent users are remembered; the oldest go first.
const MAX_REMEMBERED: usize = 10_000;

/// Who is present in one channel, in the order of their ids.
#[derive(Debug, Default)]
pub(crate) struct Roster {
    members: BTreeMap<UserId, Entry>,
    graces: Option<Timers<UserId>>,
    absent: Absent,
}

/// One present user.
#[derive(Debug)]
pub(crate) struct Entry {
    /// What others see.
    pub(crate) info: Option<Arc<str>>,
    rev: Option<u64>,
    /// Whether the revision outlives the presence.
    updated: bool,
    connections: SmallVec<[(EdgeId, ConnId); 1]>,
    /// When the user goes, unless somebody of that name comes back before.
    leaves_at: Option<Time>,
}

/// A user to whom something happened, and how they were shown before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    /// Who.
    pub(crate) user: UserId,
    /// How.
    pub(crate) before: Shown,
}

/// How a user is shown to others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shown {
    /// Not at all.
    Absent,
    /// As a member with this info.
    Present(Option<Arc<str>>),
}

/// What came of new member info.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Update {
    /// It is different from what others saw.
    Changed(Change),
    /// It is not, or it is older.
    Unchanged,
    /// The user is absent.
    NotAMember,
}

/// The highest revisions of users who are not there.
#[derive(Debug, Default)]
struct Absent {
    by_user: BTreeMap<UserId, Remembered>,
    /// In the order of their end, with entries that were replaced since.
    ends: VecDeque<(Time, UserId)>,
}

#[derive(Debug)]
struct Remembered {
    info: Option<Arc<str>>,
    rev: u64,
    until: Time,
}

impl Roster {
    /// A connection joins as a member.
    ///
    /// # Errors
    ///
    /// The channel is full of other users. One more connection of a member always fits.
    pub(crate) fn join(
        &mut self,
        from: (EdgeId, ConnId),
        member: Member,
        app: &App,
    ) -> Result<Option<Change>, JoinRefusal> {
        if let Some(entry) = self.members.get_mut(&member.user) {
            return Ok(entry.rejoin(from, member));
        }
        let max_members = app.presence.max_members;
        if self.members.len() >= max_members {
            return Err(JoinRefusal::ChannelFull { max_members });
        }
        let user = member.user.clone();
        let entry = self.absent.newest(member, from);
        self.members.insert(user.clone(), entry);
        Ok(Some(Change { user, before: Shown::Absent }))
    }

    /// A connection of a member is gone. `None` if it was not there.
    pub(crate) fn leave(
        &mut self,
        now: Time,
        from: (EdgeId, ConnId),
        user: &UserId,
        grace: Duration,
    ) -> Option<Option<Change>> {
        let entry = self.members.get_mut(user)?;
        let place = entry.connections.iter().position(|&connection| connection == from)?;
        entry.connections.remove(place);
        if !entry.connections.is_empty() {
            return Some(None);
        }
        if grace.is_zero() {
            return Some(self.remove(now, user));
        }
        let leaves_at = now + grace;
        entry.leaves_at = Some(leaves_at);
        self.graces.get_or_insert_with(Timers::new).arm(leaves_at, user.clone());
        Some(None)
    }

    /// New info of a user, present or not.
    pub(crate) fn update(&mut self, now: Time, member: Member) -> Update {
        let Some(entry) = self.members.get_mut(&member.user) else {
            self.absent.remember(now, member);
            return Update::NotAMember;
        };
        if member.rev.is_some() && member.rev < entry.rev {
            return Update::Unchanged;
        }
        entry.updated |= member.rev.is_some();
        entry.rev = member.rev.or(entry.rev);
        if entry.info == member.info {
            return Update::Unchanged;
        }
        let before = Shown::Present(std::mem::replace(&mut entry.info, member.info));
        Update::Changed(Change { user: member.user, before })
    }

    /// The next member whose grace is over.
    pub(crate) fn expire(&mut self, now: Time) -> Option<Change> {
        self.absent.forget(now);
        while let Some((at, user)) = self.graces.as_mut()?.poll(now) {
            if self.members.get(&user).is_some_and(|entry| entry.leaves_at == Some(at)) {
                return self.remove(now, &user);
            }
        }
        None
    }

    /// Ends the grace of an absent member at once. `None` if the user is no member, or is there.
    pub(crate) fn end_grace(&mut self, now: Time, user: &UserId) -> Option<Change> {
        let is_absent = self.members.get(user)?.connections.is_empty();
        is_absent.then(|| self.remove(now, user)).flatten()
    }

    /// When [`Roster::expire`] has something to do.
    pub(crate) fn deadline(&self) -> Option<Time> {
        let grace = self.graces.as_ref().and_then(Timers::next);
        let memory = self.absent.ends.front().map(|(at, _)| *at);
        [grace, memory].into_iter().flatten().min()
    }

    /// The members, in the order of their ids.
    pub(crate) fn members(&self) -> impl ExactSizeIterator<Item = (&UserId, &Entry)> + Clone {
        self.members.iter()
    }

    /// How a user is shown by now.
    pub(crate) fn shown(&self, user: &UserId) -> Shown {
        self.members.get(user).map_or(Shown::Absent, |entry| Shown::Present(entry.info.clone()))
    }

    /// Whether somebody is a member, in grace or not.
    pub(crate) fn is_member(&self, user: &UserId) -> bool {
        self.members.contains_key(user)
    }

    /// Whether a member has a connection.
    pub(crate) fn is_connected(&self, user: &UserId) -> bool {
        self.members.get(user).is_some_and(|entry| !entry.connections.is_empty())
    }

    /// What others see of a member.
    pub(crate) fn info(&self, user: &UserId) -> Option<&str> {
        self.members.get(user)?.info.as_deref()
    }

    /// The connections of a member on one edge.
    pub(crate) fn connections(&self, user: &UserId, edge: EdgeId) -> ConnList {
        let all = self.members.get(user).map_or(&[][..], |entry| &entry.connections);
        all.iter().filter(|(at, _)| *at == edge).map(|&(_, conn)| conn).collect()
    }

    /// Whether nobody is there, in grace or remembered.
    pub(crate) fn is_empty(&self) -> bool {
        self.members.is_empty() && self.absent.by_user.is_empty()
    }

    fn remove(&mut self, now: Time, user: &UserId) -> Option<Change> {
        let (user, entry) = self.members.remove_entry(user)?;
        if entry.updated {
            let member = Member { user: user.clone(), info: entry.info.clone(), rev: entry.rev };
            self.absent.remember(now, member);
        }
        Some(Change { user, before: Shown::Present(entry.info) })
    }
}

impl Entry {
    /// The revision of the info, if it has one.
    pub(crate) fn rev(&self) -> Option<u64> {
        self.rev
    }

    /// Which connections keep the user there.
    pub(crate) fn connections(&self) -> &[(EdgeId, ConnId)] {
        &self.connections
    }

    /// When the user goes, if only the grace keeps it there.
    pub(crate) fn leaves_at(&self) -> Option<Time> {
        self.leaves_at
    }

    /// One more connection of a user who is there. The info of the first stays in force, unless
    /// none was left: then the user came back, and what the newcomer brings is newer, if its
    /// revision does not say otherwise.
    fn rejoin(&mut self, from: (EdgeId, ConnId), member: Member) -> Option<Change> {
        let came_back = self.leaves_at.take().is_some();
        self.connections.push(from);
        if !came_back || member.rev < self.rev || member.info == self.info {
            return None;
        }
        self.rev = member.rev;
        let before = Shown::Present(std::mem::replace(&mut self.info, member.info));
        Some(Change { user: member.user, before })
    }
}

impl Absent {
    /// The entry of a user who joins: what was remembered, if that is newer than what it brings.
    fn newest(&mut self, member: Member, from: (EdgeId, ConnId)) -> Entry {
        let connections = SmallVec::from_elem(from, 1);
        let Member { user, info, rev } = member;
        match self.by_user.remove(&user) {
            Some(known) if rev.is_none_or(|rev| rev < known.rev) => Entry {
                info: known.info,
                rev: Some(known.rev),
                updated: true,
                connections,
                leaves_at: None,
            },
            known => Entry { info, rev, updated: known.is_some(), connections, leaves_at: None },
        }
    }

    fn remember(&mut self, now: Time, member: Member) {
        let Some(rev) = member.rev else { return };
        if self.by_user.get(&member.user).is_some_and(|known| known.rev > rev) {
            return;
        }
        let until = now + REMEMBERED_FOR;
        self.ends.push_back((until, member.user.clone()));
        self.by_user.insert(member.user, Remembered { info: member.info, rev, until });
        // Each update adds an end, so ends are what has to be bounded.
        if self.ends.len() > MAX_REMEMBERED {
            self.forget_first();
        }
    }

    fn forget(&mut self, now: Time) {
        while self.ends.front().is_some_and(|(until, _)| *until <= now) {
            self.forget_first();
        }
    }

    fn forget_first(&mut self) {
        let Some((until, user)) = self.ends.pop_front() else { return };
        if self.by_user.get(&user).is_some_and(|known| known.until == until) {
            self.by_user.remove(&user);
        }
    }
}

impl Leave {
    /// How long a member who left so stays one.
    pub(crate) fn grace(&self, now: Time, app: &App) -> Duration {
        match self.departure {
            Departure::Deliberate => Duration::ZERO,
            Departure::Lost => app.grace().saturating_sub(now - self.lost_since.unwrap_or(now)),
        }
    }
}
