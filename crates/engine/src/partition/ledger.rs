//! What the back end of an app was told of one channel, and what waits until that is written down
//! (docs/protocol.md section 7).
//!
//! Events about the channel and its members come only from the difference between what was told and
//! what is so. A departure counts when the debounce is over, so that whoever comes back before it
//! makes no difference, and no event.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use super::PartitionEffect;
use super::effects::Effects;
use crate::app::App;
use crate::hooks::{HookClass, HookEvent};
use crate::ids::{ChannelKey, UserId};
use crate::time::Time;
use crate::timers::Timers;

/// How long a departure is not told (docs/protocol.md section 7), at least.
const DEBOUNCE: Duration = Duration::from_secs(3);

/// What is told of one channel of an app that has webhooks.
#[derive(Debug)]
pub(super) struct Ledger {
    app: Arc<App>,
    told: Told,
    /// Members to compare with what was told.
    changed: BTreeSet<UserId>,
    /// From when on members who have no connection may be told to be gone.
    gone_at: BTreeMap<UserId, Time>,
    /// From when on the channel may be told to be vacated, if no connection is subscribed.
    vacant_at: Option<Time>,
    /// Until when no other cache miss is told.
    missed_until: Option<Time>,
    timers: Timers<Deadline>,
    withheld: Withheld,
}

/// What a back end knows of a channel.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// That it is occupied.
    pub occupied: bool,
    /// Who is a member.
    pub members: BTreeSet<UserId>,
}

/// What is so of a channel.
#[derive(Debug, Clone, Copy)]
pub(super) struct Truth {
    /// How many connections are subscribed, or about to be.
    pub(super) subscriptions: usize,
    /// Whether it counts as occupied: somebody may be in a grace.
    pub(super) occupied: bool,
}

/// Effects that show what was not written down yet.
#[derive(Debug, Default)]
struct Withheld {
    /// Each with the number that it waits for.
    effects: VecDeque<(u64, PartitionEffect)>,
    /// The last that was owed.
    last: u64,
}

#[derive(Debug)]
enum Deadline {
    Vacancy,
    Member(UserId),
    Miss,
}

/// What happens to the channel.
impl Ledger {
    pub(super) fn new(app: &Arc<App>) -> Self {
        Self {
            app: Arc::clone(app),
            told: Told::default(),
            changed: BTreeSet::new(),
            gone_at: BTreeMap::new(),
            vacant_at: None,
            missed_until: None,
            timers: Timers::new(),
            withheld: Withheld::default(),
        }
    }

    /// What a back end knew when the node stopped. Nobody is there yet; who is not back within the
    /// grace is told to be gone.
    pub(super) fn restored(now: Time, app: &Arc<App>, told: Told) -> Self {
        let mut ledger = Self::new(app);
        for user in &told.members {
            ledger.depart(now, user, app.grace());
        }
        let due = now + DEBOUNCE.max(app.grace());
        ledger.vacant_at = Some(due);
        ledger.timers.arm(due, Deadline::Vacancy);
        Self { told, ..ledger }
    }

    /// The settings in force.
    pub(super) fn app(&self) -> &App {
        &self.app
    }

    /// Takes new settings. What nobody asks for any more counts as never told: should somebody ask
    /// again, they hear what is so by then.
    pub(super) fn obey(&mut self, key: &ChannelKey, app: &Arc<App>, effects: &mut Effects) {
        self.app = Arc::clone(app);
        self.untell(key, |class| !app.hooks(class), effects);
    }

    /// Forgets what was told by events of some classes, here and on disk: else a restart would
    /// bring it back, and tell the end of what nobody heard the beginning of.
    fn untell(
        &mut self,
        key: &ChannelKey,
        which: impl Fn(HookClass) -> bool,
        effects: &mut Effects,
    ) {
        if self.told.occupied && which(HookClass::ChannelExistence) {
            self.told.occupied = false;
            effects.untell(key, HookClass::ChannelExistence);
        }
        if !self.told.members.is_empty() && which(HookClass::Presence) {
            self.told.members.clear();
            effects.untell(key, HookClass::Presence);
        }
    }

    /// A member has a connection.
    pub(super) fn arrive(&mut self, user: &UserId) {
        self.gone_at.remove(user);
        if self.app.hooks(HookClass::Presence) && !self.told.members.contains(user) {
            self.changed.insert(user.clone());
        }
    }

    /// The last connection of a member is gone, who stays a member for so long.
    pub(super) fn depart(&mut self, now: Time, user: &UserId, grace: Duration) {
        let due = now + DEBOUNCE.max(grace);
        self.gone_at.insert(user.clone(), due);
        self.timers.arm(due, Deadline::Member(user.clone()));
    }

    /// Somebody who is gone is not waited for any longer.
    pub(super) fn give_up(&mut self, user: &UserId) {
        self.gone_at.remove(user);
        self.changed.insert(user.clone());
    }

    /// A member is to be compared with what was told.
    pub(super) fn compare(&mut self, user: &UserId) {
        self.changed.insert(user.clone());
    }

    /// Notes whether any connection is subscribed.
    fn observe(&mut self, now: Time, subscriptions: usize) {
        if subscriptions > 0 {
            self.vacant_at = None;
        } else if self.vacant_at.is_none() {
            let due = now + DEBOUNCE;
            self.vacant_at = Some(due);
            self.timers.arm(due, Deadline::Vacancy);
        }
    }

    /// Notes whose debounce is over.
    pub(super) fn expire(&mut self, now: Time) {
        while let Some((at, deadline)) = self.timers.poll(now) {
            match deadline {
                Deadline::Member(user) if self.gone_at.get(&user) == Some(&at) => {
                    self.gone_at.remove(&user);
                    self.changed.insert(user);
                }
                Deadline::Miss if self.missed_until == Some(at) => self.missed_until = None,
                _ => {}
            }
        }
    }

    pub(super) fn deadline(&self) -> Option<Time> {
        self.timers.next()
    }

    /// Whether there is nothing left that a new one would not know.
    pub(super) fn is_forgettable(&self) -> bool {
        !self.told.occupied
            && self.told.members.is_empty()
            && self.missed_until.is_none()
            && self.withheld.effects.is_empty()
    }
}

/// What is told.
impl Ledger {
    /// Owes what differs between what was told and what is so.
    pub(super) fn settle(
        &mut self,
        key: &ChannelKey,
        truth: Truth,
        is_member: impl Fn(&UserId) -> bool,
        effects: &mut Effects,
    ) {
        self.observe(effects.now(), truth.subscriptions);
        if truth.occupied && !self.told.occupied && self.app.hooks(HookClass::ChannelExistence) {
            self.told.occupied = true;
            self.owe(key, HookEvent::ChannelOccupied, effects);
        }
        if !self.changed.is_empty() {
            self.settle_members(key, is_member, effects);
        }
        let is_vacant = self.vacant_at.is_some_and(|due| due <= effects.now()) && !truth.occupied;
        if is_vacant && self.told.occupied && !effects.is_last {
            self.told.occupied = false;
            self.owe(key, HookEvent::ChannelVacated, effects);
        }
    }

    /// Who left comes before who joined, as in the channel itself.
    fn settle_members(
        &mut self,
        key: &ChannelKey,
        is_member: impl Fn(&UserId) -> bool,
        effects: &mut Effects,
    ) {
        let changed = std::mem::take(&mut self.changed);
        let (there, gone): (Vec<_>, Vec<_>) = changed.into_iter().partition(is_member);
        for user in gone {
            let is_due = !self.gone_at.contains_key(&user) && !effects.is_last;
            if is_due && self.told.members.remove(&user) {
                self.owe(key, HookEvent::MemberRemoved { user }, effects);
            }
        }
        for user in there {
            if self.app.hooks(HookClass::Presence) && self.told.members.insert(user.clone()) {
                self.owe(key, HookEvent::MemberAdded { user }, effects);
            }
        }
    }

    /// Owes an event, if somebody wants to hear of it.
    pub(super) fn tell(&mut self, key: &ChannelKey, event: HookEvent, effects: &mut Effects) {
        if self.app.hooks(event.class()) {
            self.owe(key, event, effects);
        }
    }

    /// Whether events of this class are told.
    pub(super) fn tells(&self, class: HookClass) -> bool {
        self.app.hooks(class)
    }

    /// Owes a cache miss, unless one was told a moment ago (docs/protocol.md 2.7).
    pub(super) fn tell_miss(&mut self, key: &ChannelKey, effects: &mut Effects) {
        if self.missed_until.is_none() && self.app.hooks(HookClass::CacheMiss) {
            let until = effects.now() + DEBOUNCE;
            self.missed_until = Some(until);
            self.timers.arm(until, Deadline::Miss);
            self.owe(key, HookEvent::CacheMiss, effects);
        }
    }

    fn owe(&mut self, key: &ChannelKey, event: HookEvent, effects: &mut Effects) {
        self.withheld.last = effects.owe(key, event);
    }
}

/// What waits.
impl Ledger {
    /// Withholds what just became ready, if something of the channel is owed that was not written
    /// down: whoever saw it would know more than a back end may ever hear.
    pub(super) fn withhold(&mut self, effects: &mut Effects) {
        let Withheld { effects: withheld, last } = &mut self.withheld;
        if !effects.is_committed(*last) {
            for effect in effects.take_back() {
                effects.note_withheld(&effect);
                withheld.push_back((*last, effect));
            }
        }
    }

    /// Lets out what waited for something that is written down by now.
    pub(super) fn release(&mut self, effects: &mut Effects) {
        let withheld = &mut self.withheld.effects;
        while let Some((_, effect)) = withheld.pop_front_if(|(seq, _)| effects.is_committed(*seq)) {
            effects.let_out(effect);
        }
    }

    /// Lets out everything: the app is gone, and nobody is owed anything.
    pub(super) fn release_all(mut self, key: &ChannelKey, effects: &mut Effects) {
        self.untell(key, |_| true, effects);
        self.withheld.effects.into_iter().for_each(|(_, effect)| effects.let_out(effect));
    }
}
