//! Who is signed in and who wants to know, kept in the plainest way: which edges, and until when.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rollcall_engine::message::Departure;
use rollcall_engine::{App, ChannelKey, EdgeId, Leave, Time, ToPartition, UserStatus};

use super::model::{CHANNELS, Place, USERS, app_of};
use crate::input::Input;

/// The users of one app.
#[derive(Debug, Default)]
pub(super) struct Users {
    by_id: BTreeMap<&'static str, User>,
}

#[derive(Debug, Default)]
struct User {
    edges: BTreeSet<EdgeId>,
    /// Until when it counts as there, if it was lost.
    until: Option<Time>,
    /// What each edge that watches knows.
    told: BTreeMap<EdgeId, Option<UserStatus>>,
}

impl Users {
    /// Something that an edge may say next, and what it changes.
    pub(super) fn operate(&mut self, now: Time, input: &mut Input<'_>) -> ToPartition {
        let id = input.pick(&USERS);
        let place = Place::pick(input);
        let edge = place.edge;
        let user = self.by_id.entry(id).or_default();
        match input.below(2) {
            0 if user.edges.insert(edge) => {
                user.until = None;
                ToPartition::UserCame { edge, app: app(), channel: key(id) }
            }
            0 => user.go(now, id, place, input.pick(&[Departure::Lost, Departure::Deliberate])),
            _ if user.told.remove(&edge).is_some() => {
                ToPartition::UnwatchUser { edge, channel: key(id) }
            }
            _ => {
                user.told.insert(edge, None);
                ToPartition::WatchUser { edge, channel: key(id) }
            }
        }
    }

    /// What makes an end of it all.
    pub(super) fn leave_one(&mut self, now: Time) -> Option<ToPartition> {
        for (&id, user) in &mut self.by_id {
            if let Some(&edge) = user.edges.first() {
                let place = Place { edge, ..Place::pick(&mut Input::new(b"")) };
                return Some(user.go(now, id, place, Departure::Lost));
            }
            if let Some((edge, _)) = user.told.pop_first() {
                return Some(ToPartition::UnwatchUser { edge, channel: key(id) });
            }
        }
        None
    }

    pub(super) fn expire(&mut self, now: Time) {
        for user in self.by_id.values_mut() {
            user.until = user.until.filter(|until| *until > now);
        }
    }

    /// The partition says what is so.
    pub(super) fn told(&mut self, edge: EdgeId, key: &ChannelKey, status: UserStatus) {
        let id = key.name.user().expect("it is a user's channel");
        let user = self.by_id.get_mut(id).expect("somebody watches");
        let known = user.told.get_mut(&edge).expect("the edge watches");
        assert_ne!(known.replace(status), Some(status), "{id} is no news");
    }

    /// Every edge that watches knows what is so.
    pub(super) fn check(&self) {
        for (id, user) in &self.by_id {
            let is_there = !user.edges.is_empty() || user.until.is_some();
            let status = if is_there { UserStatus::Online } else { UserStatus::Offline };
            for (edge, known) in &user.told {
                assert_eq!(*known, Some(status), "{edge:?} of {id}");
            }
        }
    }
}

impl User {
    fn go(&mut self, now: Time, id: &str, at: Place, departure: Departure) -> ToPartition {
        let Place { edge, conn } = at;
        self.edges.remove(&edge);
        if self.edges.is_empty() && departure == Departure::Lost {
            self.until = Some(now + app().presence.grace);
        }
        let channel = key(id);
        ToPartition::UserWent(Leave {
            edge,
            conn,
            user: None,
            channel,
            departure,
            lost_since: None,
        })
    }
}

fn app() -> Arc<App> {
    app_of(CHANNELS[0])
}

fn key(id: &str) -> ChannelKey {
    ChannelKey::of_user(&app(), id).expect("it is a legal id")
}
