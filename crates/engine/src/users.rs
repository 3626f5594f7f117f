//! Who is signed in on an edge, and whom its connections watch.
//!
//! A user is named by the key of its own channel. What partitions hear is what the edge adds up
//! here: that a user has a first connection, or none any more, and that somebody begins to watch, or
//! nobody does. So a user with a hundred tabs, or a hundred watchers, costs one piece of mail.

use std::collections::BTreeSet;

use crate::ids::{ChannelKey, ConnId};
use crate::message::UserStatus;
use crate::{HashMap, HashSeed, hash_map};

/// The users that an edge has to do with.
#[derive(Debug)]
pub(crate) struct Users {
    by_key: HashMap<ChannelKey, User>,
}

/// Ordered sets: who is popular is left by many at once, and each has to be found.
#[derive(Debug, Default)]
struct User {
    connections: BTreeSet<ConnId>,
    watchers: BTreeSet<ConnId>,
    /// What the partition said, once it did, while somebody watches.
    status: Option<UserStatus>,
}

/// What a word of a partition changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Learned {
    /// It is the first about that user.
    First,
    /// It was otherwise before.
    Changed,
    /// That was known, or nobody wants to know it.
    Nothing,
}

/// Whether what was done changes what the partition has to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sum {
    /// It is the first on this edge, or the last.
    Changes,
    /// There are others.
    Stays,
}

impl Users {
    /// Nobody.
    pub(crate) fn new(seed: HashSeed) -> Self {
        Self { by_key: hash_map(seed) }
    }

    /// A connection is signed in.
    pub(crate) fn sign_in(&mut self, key: &ChannelKey, conn: ConnId) -> Sum {
        let user = self.user(key);
        user.connections.insert(conn);
        Sum::of(user.connections.len() == 1)
    }

    /// A signed-in connection is gone.
    pub(crate) fn sign_out(&mut self, key: &ChannelKey, conn: ConnId) -> Sum {
        self.take_from(key, |user| {
            user.connections.remove(&conn);
            Sum::of(user.connections.is_empty())
        })
    }

    /// The connections that are signed in as a user.
    pub(crate) fn connections(&self, key: &ChannelKey) -> Vec<ConnId> {
        let user = self.by_key.get(key);
        user.map_or_else(Vec::new, |user| user.connections.iter().copied().collect())
    }

    /// A connection wants to hear of a user.
    pub(crate) fn watch(&mut self, key: &ChannelKey, conn: ConnId) -> Sum {
        let user = self.user(key);
        user.watchers.insert(conn);
        Sum::of(user.watchers.len() == 1)
    }

    /// A connection no longer does.
    pub(crate) fn unwatch(&mut self, key: &ChannelKey, conn: ConnId) -> Sum {
        self.take_from(key, |user| {
            user.watchers.remove(&conn);
            let was_last = user.watchers.is_empty();
            if was_last {
                // From now on nobody says when it changes.
                user.status = None;
            }
            Sum::of(was_last)
        })
    }

    /// What is known of a user whom somebody watches.
    pub(crate) fn status(&self, key: &ChannelKey) -> Option<UserStatus> {
        self.by_key.get(key)?.status
    }

    /// A partition says what is so.
    pub(crate) fn learn(&mut self, key: &ChannelKey, status: UserStatus) -> Learned {
        let user = self.by_key.get_mut(key).filter(|user| !user.watchers.is_empty());
        let Some(user) = user else { return Learned::Nothing };
        match user.status.replace(status) {
            None => Learned::First,
            Some(before) if before != status => Learned::Changed,
            Some(_) => Learned::Nothing,
        }
    }

    /// Who wants to hear of a user.
    pub(crate) fn watchers(&self, key: &ChannelKey) -> Vec<ConnId> {
        let user = self.by_key.get(key);
        user.map_or_else(Vec::new, |user| user.watchers.iter().copied().collect())
    }

    /// How many are signed in or watched.
    pub(crate) fn len(&self) -> usize {
        self.by_key.len()
    }

    fn user(&mut self, key: &ChannelKey) -> &mut User {
        self.by_key.entry(key.clone()).or_default()
    }

    fn take_from(&mut self, key: &ChannelKey, take: impl FnOnce(&mut User) -> Sum) -> Sum {
        let Some(user) = self.by_key.get_mut(key) else { return Sum::Stays };
        let sum = take(user);
        if user.connections.is_empty() && user.watchers.is_empty() {
            self.by_key.remove(key);
        }
        sum
    }
}

impl Sum {
    fn of(changes: bool) -> Self {
        if changes { Self::Changes } else { Self::Stays }
    }
}
