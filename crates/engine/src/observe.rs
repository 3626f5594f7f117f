//! Observations: what the machines tell operators of what goes on in an app, for a console that may
//! be watching.
//!
//! While nobody watches an app, nothing is copied, and the machines pay one branch where something
//! happens to a connection or a channel; deliveries have none. Errors, and the first time that
//! something works at all, are told whether or not anybody watches. All of it is bounded: of what is
//! watched a sample is kept above [`EVENTS_PER_SECOND`], errors are told up to
//! [`ERRORS_PER_SECOND`], and what is not taken in time is dropped. What is not told is counted.

use std::time::Duration;

use rollcall_wire::SocketId;
use rollcall_wire::errors::ErrorKind;

use crate::app::{App, AppId, Visibility};
use crate::ids::UserId;
use crate::limits::LastSecond;
use crate::time::Time;
use crate::{HashMap, HashSeed, hash_map};

/// Above so many events of an app in a second, only a sample of them is told.
pub const EVENTS_PER_SECOND: u32 = 200;

/// So many errors of an app are told in a second.
pub const ERRORS_PER_SECOND: usize = 50;

/// The most bytes of an event's data that are told.
pub const MAX_DATA_BYTES: usize = 10_000;

/// The most observations that wait to be taken.
pub const MAX_WAITING: usize = 4_096;

/// Something that happened in an app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// Where.
    pub app: AppId,
    /// When.
    pub at: Time,
    /// The connection that it happened to.
    pub socket: Option<SocketId>,
    /// The member, or the signed-in user.
    pub user: Option<UserId>,
    /// The channel; after an error whatever a client called one.
    pub channel: Option<String>,
    /// What.
    pub what: Happening,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening {
    /// A connection was greeted.
    Connection,
    /// A connection ended.
    Disconnection {
        /// The code that one side closed it with.
        code: Option<u16>,
        /// How, in words.
        reason: &'static str,
    },
    /// A subscription is live.
    Subscribed,
    /// A live subscription ended.
    Unsubscribed,
    /// A channel has its first subscriber or member.
    Occupied,
    /// A channel has neither any more.
    Vacated,
    /// A client sent an event, before anybody decided where it goes.
    ClientEvent {
        /// Its name.
        event: String,
        /// Its data.
        data: Excerpt,
    },
    /// Somebody is a member.
    MemberAdded {
        /// What is told of the member.
        info: Option<Excerpt>,
    },
    /// Somebody is no member any more.
    MemberRemoved,
    /// What is told of a member changed.
    MemberUpdated {
        /// It by now.
        info: Option<Excerpt>,
    },
    /// A client was told that something is wrong, or closed for it.
    Error {
        /// What kind of error it is.
        kind: ErrorKind,
        /// What the client was told.
        text: String,
        /// The event that it is about.
        event: Option<String>,
    },
    /// Something worked for the first time, as far as this machine knows.
    First(First),
}

/// What an app is to do once, for its operator to know that it works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum First {
    /// A client connected.
    Connection,
    /// A client subscribed.
    Subscription,
    /// An event was sent, by a client or a back end.
    Event,
    /// A member joined a presence channel.
    Presence,
}

/// The beginning of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// At most [`MAX_DATA_BYTES`] of it.
    pub text: String,
    /// How many bytes the whole has.
    pub bytes: usize,
}

/// Whether somebody watches an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watched {
    /// Somebody does.
    Yes,
    /// Nobody does.
    No,
}

/// What machines have to tell.
#[derive(Debug, Default)]
pub struct Observations {
    /// In the order in which it happened to each machine.
    pub told: Vec<Observation>,
    /// What happened beside that.
    pub missed: Vec<Missed>,
}

/// How much of an app was only counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missed {
    /// Which.
    pub app: AppId,
    /// What happened while somebody watched, errors aside.
    pub events: u64,
    /// Errors.
    pub errors: u64,
}

/// How much of one app may be told.
#[derive(Debug, Default)]
pub struct Allowance {
    /// When as many events as were let through would have come, one at a time.
    next_event: Time,
    errors: LastSecond,
}

/// What one machine observes.
#[derive(Debug)]
pub(crate) struct Observer {
    now: Time,
    apps: HashMap<AppId, OfApp>,
    /// How many apps somebody watches.
    watched: usize,
    waiting: Observations,
}

#[derive(Debug)]
struct OfApp {
    watched: Watched,
    /// What worked before, as bits.
    seen: u8,
    allowance: Allowance,
}

impl Observation {
    /// Whether it is told also while nobody watches.
    pub fn is_error(&self) -> bool {
        matches!(self.what, Happening::Error { .. })
    }
}

impl First {
    /// All of them, in the order in which an operator gets there.
    pub const ALL: [Self; 4] = [Self::Connection, Self::Subscription, Self::Event, Self::Presence];

    /// Its name in the console.
    pub fn name(self) -> &'static str {
        match self {
            Self::Connection => "connection",
            Self::Subscription => "subscription",
            Self::Event => "event",
            Self::Presence => "presence",
        }
    }

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl Excerpt {
    /// The beginning of `text`.
    pub fn of(text: &str) -> Self {
        let cut = text.floor_char_boundary(MAX_DATA_BYTES);
        Self { text: text[..cut].to_owned(), bytes: text.len() }
    }

    /// Whether there is more of it.
    pub fn is_cut(&self) -> bool {
        self.text.len() < self.bytes
    }
}

impl Observations {
    /// Whether there is nothing to tell.
    pub fn is_empty(&self) -> bool {
        self.told.is_empty() && self.missed.is_empty()
    }

    /// Drops what is told, and counts it instead.
    pub fn only_count(&mut self) {
        for observation in std::mem::take(&mut self.told) {
            self.miss(&observation);
        }
    }

    fn tell(&mut self, observation: Observation) {
        match self.told.len() < MAX_WAITING {
            true => self.told.push(observation),
            false => self.miss(&observation),
        }
    }

    fn miss(&mut self, observation: &Observation) {
        match observation.what {
            Happening::Error { .. } => self.count(&observation.app, 0, 1),
            // It is told again by the next run at the latest, and was no event.
            Happening::First(_) => {}
            _ => self.count(&observation.app, 1, 0),
        }
    }

    fn count(&mut self, app: &AppId, events: u64, errors: u64) {
        match self.missed.iter_mut().find(|missed| missed.app == *app) {
            Some(missed) => {
                missed.events += events;
                missed.errors += errors;
            }
            None => self.missed.push(Missed { app: app.clone(), events, errors }),
        }
    }
}

impl Allowance {
    /// Takes an event; `false` if there are so many that this one is not in the sample. As many as
    /// are allowed in a second may come at once; beyond that the sample is spread evenly, so that
    /// it shows all of a second and not its beginning.
    pub fn take_event(&mut self, now: Time) -> bool {
        let next = self.next_event.max(now);
        if next - now >= SECOND {
            return false;
        }
        self.next_event = next + SECOND / EVENTS_PER_SECOND;
        true
    }

    /// Takes an error; `false` if there were so many in the last second.
    pub fn take_error(&mut self, now: Time) -> bool {
        self.errors.take(now, ERRORS_PER_SECOND)
    }
}

impl Observer {
    pub(crate) fn new(seed: HashSeed) -> Self {
        Self { now: Time::ZERO, apps: hash_map(seed), watched: 0, waiting: Observations::default() }
    }

    /// What is observed from here on happens now.
    pub(crate) fn advance(&mut self, now: Time) {
        self.now = now;
    }

    /// Somebody begins to watch an app, or nobody does any more.
    pub(crate) fn set_watched(&mut self, app: &AppId, watched: Watched) {
        let of_app = self.of_app(app);
        let before = std::mem::replace(&mut of_app.watched, watched);
        self.watched += usize::from(watched == Watched::Yes);
        self.watched -= usize::from(before == Watched::Yes);
    }

    /// Whether somebody watches any app: what has to be true before anything is looked up.
    pub(crate) fn is_needed(&self) -> bool {
        self.watched > 0
    }

    /// Whether somebody watches an app.
    pub(crate) fn watches(&self, app: &AppId) -> bool {
        self.is_needed() && self.apps.get(app).is_some_and(|of| of.watched == Watched::Yes)
    }

    /// Tells of something, if somebody watches the app and it is in the sample.
    pub(crate) fn observe(&mut self, app: &AppId, make: impl FnOnce(Time) -> Observation) {
        if !self.watches(app) {
            return;
        }
        let now = self.now;
        match self.of_app(app).allowance.take_event(now) {
            true => self.waiting.tell(make(now)),
            false => self.waiting.count(app, 1, 0),
        }
    }

    /// Tells of an error, whether or not anybody watches; of reserved apps nothing is told, nor can
    /// they be watched.
    pub(crate) fn observe_error(&mut self, app: &App, make: impl FnOnce(Time) -> Observation) {
        if app.visibility == Visibility::Reserved {
            return;
        }
        let now = self.now;
        match self.of_app(&app.id).allowance.take_error(now) {
            true => self.waiting.tell(make(now)),
            false => self.waiting.count(&app.id, 0, 1),
        }
    }

    /// Tells that something works, if that is new.
    pub(crate) fn observe_first(&mut self, app: &App, first: First) {
        let is_known = self.apps.get(&app.id).is_some_and(|of| of.seen & first.bit() != 0);
        if is_known || app.visibility == Visibility::Reserved {
            return;
        }
        self.of_app(&app.id).seen |= first.bit();
        self.waiting.tell(Observation {
            app: app.id.clone(),
            at: self.now,
            socket: None,
            user: None,
            channel: None,
            what: Happening::First(first),
        });
    }

    /// Moves what there is to tell behind what others told.
    pub(crate) fn take(&mut self, into: &mut Observations) {
        if self.waiting.is_empty() {
            return;
        }
        self.waiting.told.drain(..).for_each(|observation| into.tell(observation));
        for Missed { app, events, errors } in self.waiting.missed.drain(..) {
            into.count(&app, events, errors);
        }
    }

    fn of_app(&mut self, app: &AppId) -> &mut OfApp {
        if !self.apps.contains_key(app) {
            let of_app = OfApp { watched: Watched::No, seen: 0, allowance: Allowance::default() };
            self.apps.insert(app.clone(), of_app);
        }
        self.apps.get_mut(app).expect("it was put there above")
    }
}

/// A name as a client gave it, of a length that nobody minds.
pub(crate) fn shortened(name: &str) -> String {
    name[..name.floor_char_boundary(MAX_NAME_BYTES)].to_owned()
}

const SECOND: Duration = Duration::from_secs(1);

const MAX_NAME_BYTES: usize = 1_000;

#[cfg(test)]
mod tests;
