//! What a partition tells operators: of its channels, and of who is present (`observe.rs`). Events are
//! told of by whoever brings them, an edge or the door, which knows more of them.

use super::Partition;
use super::effects::Effects;
use crate::app::AppId;
use crate::ids::{ChannelKey, UserId};
use crate::observe::{Excerpt, Happening, Observation, Observations, Watched};
use crate::roster::Roster;
use crate::untold::Difference;

impl Partition {
    /// Somebody begins to watch what goes on in an app, or nobody does any more.
    pub fn set_watched(&mut self, app: &AppId, watched: Watched) {
        self.effects.observer.set_watched(app, watched);
    }

    /// Moves what there is to tell of this partition behind what others told.
    pub fn take_observations(&mut self, into: &mut Observations) {
        self.effects.observer.take(into);
    }
}

impl Effects {
    /// A channel was occupied before, or not, and is by now, or not.
    pub(super) fn observe_occupancy(&mut self, key: &ChannelKey, before: u64, now: u64) {
        match (before, now) {
            (0, 1) => self.observe(key, None, || Happening::Occupied),
            (1, 0) => self.observe(key, None, || Happening::Vacated),
            _ => {}
        }
    }

    /// The members of a channel differ from those that were told.
    pub(super) fn observe_members(
        &mut self,
        key: &ChannelKey,
        difference: &Difference,
        roster: &Roster,
    ) {
        if !self.observer.watches(&key.app) {
            return;
        }
        let info = |user| roster.info(user).map(Excerpt::of);
        for user in &difference.left {
            self.observe(key, Some(user), || Happening::MemberRemoved);
        }
        for user in &difference.joined {
            self.observe(key, Some(user), || Happening::MemberAdded { info: info(user) });
        }
        for user in &difference.updated {
            self.observe(key, Some(user), || Happening::MemberUpdated { info: info(user) });
        }
    }

    fn observe(
        &mut self,
        key: &ChannelKey,
        user: Option<&UserId>,
        what: impl FnOnce() -> Happening,
    ) {
        self.observer.observe(&key.app, |at| Observation {
            app: key.app.clone(),
            at,
            socket: None,
            user: user.cloned(),
            channel: Some(key.name.as_str().to_owned()),
            what: what(),
        });
    }
}
