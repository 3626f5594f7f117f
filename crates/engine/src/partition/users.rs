//! Which users are signed in anywhere, and which edges want to know (docs/protocol.md 4.4).
//!
//! An edge says when its first connection of a user comes and when its last one goes, so a user is
//! a set of edges here. Watchers hear of the difference: none to some, and some to none. A lost user
//! counts as signed in for the grace of presence channels, so a reload is no news.

use std::sync::Arc;

use smallvec::SmallVec;

use super::PartitionEffect;
use super::effects::Effects;
use crate::app::App;
use crate::ids::{ChannelKey, EdgeId};
use crate::message::{FromPartition, Leave, UserStatus};
use crate::time::Time;
use crate::timers::Timers;
use crate::{HashMap, HashSeed, hash_map};

/// The users of a partition: those whose own channel is one of its channels.
#[derive(Debug)]
pub(super) struct Users {
    by_key: HashMap<ChannelKey, User>,
    timers: Timers<ChannelKey>,
}

#[derive(Debug, Default)]
struct User {
    /// Where the user is signed in.
    edges: EdgeSet,
    /// The settings that came with the user.
    app: Option<Arc<App>>,
    /// When the user goes who was lost, unless it comes back before.
    goes_at: Option<Time>,
    /// Who wants to hear of it.
    watchers: EdgeSet,
}

type EdgeSet = SmallVec<[EdgeId; 2]>;

impl Users {
    pub(super) fn new(seed: HashSeed) -> Self {
        Self { by_key: hash_map(seed), timers: Timers::new() }
    }

    /// A user is signed in on one more edge.
    pub(super) fn come(
        &mut self,
        key: &ChannelKey,
        edge: EdgeId,
        app: Arc<App>,
        effects: &mut Effects,
    ) {
        let user = self.by_key.entry(key.clone()).or_default();
        let before = user.status();
        insert(&mut user.edges, edge);
        user.goes_at = None;
        user.app = Some(app);
        user.tell_if_changed(before, key, effects);
    }

    /// A user is no longer signed in on an edge. `newest` are the settings that the node told last.
    pub(super) fn go(
        &mut self,
        now: Time,
        leave: &Leave,
        newest: Option<&Arc<App>>,
        effects: &mut Effects,
    ) {
        let key = &leave.channel;
        let Some(user) = self.by_key.get_mut(key) else { return };
        if !user.edges.contains(&leave.edge) {
            return;
        }
        let before = user.status();
        user.edges.retain(|at| *at != leave.edge);
        let app = newest.or(user.app.as_ref());
        let grace = app.map(|app| leave.grace(now, app)).filter(|grace| !grace.is_zero());
        if let Some(grace) = grace.filter(|_| user.edges.is_empty()) {
            user.goes_at = Some(now + grace);
            self.timers.arm(now + grace, key.clone());
        }
        user.tell_if_changed(before, key, effects);
        self.forget(key);
    }

    /// An edge wants to hear of a user, first what is so.
    pub(super) fn watch(&mut self, key: &ChannelKey, edge: EdgeId, effects: &mut Effects) {
        let user = self.by_key.entry(key.clone()).or_default();
        insert(&mut user.watchers, edge);
        effects.push_back(user.tells(key, edge));
    }

    /// It no longer does.
    pub(super) fn unwatch(&mut self, key: &ChannelKey, edge: EdgeId) {
        if let Some(user) = self.by_key.get_mut(key) {
            user.watchers.retain(|at| *at != edge);
        }
        self.forget(key);
    }

    /// Lets go users whose grace is over.
    pub(super) fn expire(&mut self, now: Time, effects: &mut Effects) {
        while let Some((at, key)) = self.timers.poll(now) {
            let user = self.by_key.get_mut(&key).filter(|user| user.goes_at == Some(at));
            let Some(user) = user else { continue };
            let before = user.status();
            user.goes_at = None;
            user.tell_if_changed(before, &key, effects);
            self.forget(&key);
        }
    }

    /// When [`Users::expire`] has something to do.
    pub(super) fn deadline(&self) -> Option<Time> {
        self.timers.next()
    }

    fn forget(&mut self, key: &ChannelKey) {
        if self.by_key.get(key).is_some_and(User::is_forgettable) {
            self.by_key.remove(key);
        }
    }
}

impl User {
    fn status(&self) -> UserStatus {
        match self.edges.is_empty() && self.goes_at.is_none() {
            true => UserStatus::Offline,
            false => UserStatus::Online,
        }
    }

    fn tell_if_changed(&self, before: UserStatus, key: &ChannelKey, effects: &mut Effects) {
        if self.status() != before {
            let told = self.watchers.iter().map(|&edge| self.tells(key, edge));
            told.for_each(|effect| effects.push_back(effect));
        }
    }

    fn tells(&self, key: &ChannelKey, edge: EdgeId) -> PartitionEffect {
        let (channel, status) = (key.clone(), self.status());
        PartitionEffect::ToEdge(edge, FromPartition::UserStatus { channel, status })
    }

    fn is_forgettable(&self) -> bool {
        self.status() == UserStatus::Offline && self.watchers.is_empty()
    }
}

fn insert(set: &mut EdgeSet, edge: EdgeId) {
    if !set.contains(&edge) {
        set.push(edge);
    }
}
