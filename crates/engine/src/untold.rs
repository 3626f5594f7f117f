//! What a turn did to the roster of a channel, until it is told.
//!
//! Subscribers hear of a turn once, as the difference between the roster before it and after it.
//! Somebody who came and went again within it was never there, and a thousand who come at once get
//! one roster, encoded once, instead of a thousand times a thousand events (docs/status.md R11).

use std::collections::BTreeMap;

use smallvec::SmallVec;

use crate::ids::{ConnId, EdgeId, SubscriptionId, UserId};
use crate::roster::{Change, Roster, Shown};
use crate::stats::PresenceCounts;

/// What nobody was told of yet.
#[derive(Debug, Default)]
pub(crate) struct Untold {
    /// How those whom something happened to were shown before the turn.
    before: BTreeMap<UserId, Shown>,
    /// Who is let in once the rest is told, by edge.
    newcomers: Newcomers,
}

/// Connections whose subscription waits for the end of the turn.
pub(crate) type Newcomers = SmallVec<[(EdgeId, Vec<(ConnId, SubscriptionId)>); 1]>;

/// How two states of a roster differ, each list in the order of ids.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Difference {
    /// Were there and are not.
    pub(crate) left: Vec<UserId>,
    /// Were not there and are.
    pub(crate) joined: Vec<UserId>,
    /// Were there and are, with other info.
    pub(crate) updated: Vec<UserId>,
}

impl Untold {
    /// Something happened to a user; how they were shown before the first time counts.
    pub(crate) fn note(&mut self, change: Change) {
        self.before.entry(change.user).or_insert(change.before);
    }

    /// A connection was let in, but does not know it yet.
    pub(crate) fn welcome(&mut self, edge: EdgeId, conn: ConnId, subscription: SubscriptionId) {
        match self.newcomers.iter_mut().find(|(at, _)| *at == edge) {
            Some((_, there)) => there.push((conn, subscription)),
            None => self.newcomers.push((edge, vec![(conn, subscription)])),
        }
    }

    /// A connection is gone before it knew; `false` if it is none of the newcomers.
    pub(crate) fn turn_back(&mut self, edge: EdgeId, conn: ConnId) -> bool {
        let there = self.newcomers.iter_mut().find(|(at, _)| *at == edge);
        let Some((_, there)) = there else { return false };
        let Some(place) = there.iter().rposition(|&(newcomer, _)| newcomer == conn) else {
            return false;
        };
        there.remove(place);
        self.newcomers.retain(|(_, there)| !there.is_empty());
        true
    }

    /// Whether there is nothing to tell.
    pub(crate) fn is_empty(&self) -> bool {
        self.before.is_empty() && self.newcomers.is_empty()
    }

    /// How many connections wait to be let in.
    pub(crate) fn newcomers(&self) -> usize {
        self.newcomers.iter().map(|(_, there)| there.len()).sum()
    }

    /// How the roster differs from what it was before the turn, and who comes in.
    pub(crate) fn into_parts(self, roster: &Roster) -> (Difference, Newcomers) {
        let mut difference = Difference::default();
        for (user, before) in self.before {
            match (before, roster.shown(&user)) {
                (Shown::Absent, Shown::Present(_)) => difference.joined.push(user),
                (Shown::Present(_), Shown::Absent) => difference.left.push(user),
                (before, after) if before != after => difference.updated.push(user),
                _ => {}
            }
        }
        (difference, self.newcomers)
    }
}

impl Difference {
    /// How many changes it is.
    pub(crate) fn len(&self) -> usize {
        self.left.len() + self.joined.len() + self.updated.len()
    }

    /// How many of each kind.
    pub(crate) fn counts(&self) -> PresenceCounts {
        let count = |users: &Vec<UserId>| users.len() as u64;
        PresenceCounts {
            joined: count(&self.joined),
            left: count(&self.left),
            updated: count(&self.updated),
        }
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
