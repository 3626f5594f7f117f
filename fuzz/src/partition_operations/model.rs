//! What must be true of a partition, kept in the plainest way.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use rollcall_engine::message::{Audience, Departure};
use rollcall_engine::{
    Answer, App, ChannelKey, ConnId, EdgeId, FromPartition, HookClass, InterceptId, MemberChange,
    Owed, PresenceSettings, SubscriptionId, Ticket, Time, UserId, WatchId, Webhook,
};
use rollcall_wire::ChannelName;
use rollcall_wire::auth::Key;
use slotmap::KeyData;

use super::told::Told;
use super::users::Users;
use super::view::{Said, View};
use crate::input::Input;

/// Each has an app of its own; see [`app_of`].
pub(super) const CHANNELS: [&str; 5] =
    ["presence-updates", "presence-mirror", "presence-stock", "room", "presence-strict"];
pub(super) const USERS: [&str; 4] = ["ana", "bo", "cy", "di"];

/// The client event that is diverted where somebody asked for it.
pub(super) const DIVERTED: &str = "client-diverted";

/// One connection of one edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) edge: EdgeId,
    pub(super) conn: ConnId,
}

/// All channels, and what was heard in the operation that is under way.
#[derive(Debug, Default)]
pub(super) struct Model {
    channels: BTreeMap<&'static str, Channel>,
    /// Who is to be let in by the end of the turn.
    waiting: BTreeMap<SubscriptionId, (&'static str, Place)>,
    refused: Option<SubscriptionId>,
    update: Option<(Ticket, Answer)>,
    /// Who heard the event of which number.
    heard: Vec<(Place, u64)>,
    diversion: Option<Diverting>,
    told: Told,
    pub(super) users: Users,
}

#[derive(Debug, Default)]
struct Channel {
    subscribers: BTreeMap<Place, Subscriber>,
    /// Users whose last connection was lost, and when they go.
    leaving: BTreeMap<String, Time>,
    diversion: Option<Diversion>,
    watches: BTreeMap<u64, BTreeSet<String>>,
}

#[derive(Debug)]
struct Subscriber {
    user: Option<UserId>,
    /// What it knows, once it was let in.
    view: Option<View>,
}

#[derive(Debug)]
struct Diversion {
    id: InterceptId,
    capacity: usize,
    under_way: usize,
    seq: u64,
}

/// What must become of an event that is diverted.
#[derive(Debug, PartialEq, Eq)]
enum Diverting {
    To(InterceptId, u64),
    TurnedAway(Place),
}

/// How a join must be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expected {
    Joined,
    Refused,
}

impl Place {
    pub(super) fn pick(input: &mut Input<'_>) -> Self {
        let number = input.below(8) as u64;
        Self {
            edge: EdgeId((number % 2) as u16),
            conn: ConnId::from(KeyData::from_ffi((1 << 32) | number)),
        }
    }
}

/// What the operations change.
impl Model {
    pub(super) fn is_subscribed(&self, channel: &str, place: Place) -> bool {
        self.channels.get(channel).is_some_and(|channel| channel.subscribers.contains_key(&place))
    }

    pub(super) fn pick(&self, input: &mut Input<'_>) -> Option<(&'static str, Place)> {
        let all = || {
            self.channels.iter().flat_map(|(name, channel)| {
                channel.subscribers.keys().map(move |place| (*name, *place))
            })
        };
        all().nth(input.below(all().count()))
    }

    pub(super) fn user_at(&self, channel: &str, place: Place) -> Option<UserId> {
        self.channels[channel].subscribers[&place].user.clone()
    }

    /// Somebody asks to be subscribed; says what the answer must be.
    pub(super) fn join(
        &mut self,
        name: &'static str,
        place: Place,
        user: Option<UserId>,
        subscription: SubscriptionId,
    ) -> Expected {
        let channel = self.channels.entry(name).or_default();
        if let Some(user) = &user {
            let present = channel.present();
            let is_new = !present.contains(user.as_str());
            if is_new && present.len() >= app_of(name).presence.max_members {
                return Expected::Refused;
            }
            channel.leaving.remove(user.as_str());
        }
        channel.subscribers.insert(place, Subscriber { user, view: None });
        self.waiting.insert(subscription, (name, place));
        Expected::Joined
    }

    /// A subscriber leaves; says who it was.
    pub(super) fn leave(
        &mut self,
        name: &'static str,
        place: Place,
        departure: Departure,
        now: Time,
    ) -> Option<UserId> {
        self.waiting.retain(|_, waits| *waits != (name, place));
        let channel = self.channels.get_mut(name)?;
        let user = channel.subscribers.remove(&place)?.user?;
        let grace = app_of(name).grace();
        let is_last = channel.subscribers.values().all(|other| other.user.as_ref() != Some(&user));
        if is_last && departure == Departure::Lost && !grace.is_zero() {
            channel.leaving.insert(user.to_string(), now + grace);
        }
        Some(user)
    }

    pub(super) fn expire(&mut self, now: Time) {
        for channel in self.channels.values_mut() {
            channel.leaving.retain(|_, leaves_at| *leaves_at > now);
        }
        self.users.expire(now);
    }

    pub(super) fn watch(&mut self, name: &'static str, id: WatchId) {
        let channel = self.channels.entry(name).or_default();
        channel.watches.insert(id.0, channel.present());
    }

    pub(super) fn diversion(&self, name: &str) -> Option<InterceptId> {
        self.channels.get(name)?.diversion.as_ref().map(|diversion| diversion.id)
    }

    pub(super) fn divert(&mut self, name: &'static str, id: InterceptId, capacity: usize) {
        let diversion = Diversion { id, capacity, under_way: 0, seq: 0 };
        self.channels.entry(name).or_default().diversion = Some(diversion);
    }

    pub(super) fn diversion_handled(&mut self, name: &'static str) {
        let channel = self.channels.get_mut(name);
        if let Some(diversion) = channel.and_then(|channel| channel.diversion.as_mut()) {
            diversion.under_way = diversion.under_way.saturating_sub(1);
        }
    }

    /// A client event is on its way; notes what must become of it if it is to be diverted.
    pub(super) fn expect_diversion(&mut self, name: &str, event: &str, sender: Place) {
        let diversion = self.channels.get_mut(name).and_then(|c| c.diversion.as_mut());
        let Some(diversion) = diversion.filter(|_| event == DIVERTED) else { return };
        self.diversion = Some(if diversion.under_way < diversion.capacity {
            diversion.under_way += 1;
            diversion.seq += 1;
            Diverting::To(diversion.id, diversion.seq)
        } else {
            Diverting::TurnedAway(sender)
        });
    }

    pub(super) fn expect_answer_of_update(&mut self, name: &str, user: &UserId, ticket: Ticket) {
        let channel = self.channels.get(name);
        let is_present = channel.is_some_and(|c| c.present().contains(user.as_str()));
        let answer = if is_present { Answer::Updated } else { Answer::NotAMember };
        self.update = Some((ticket, answer));
    }
}

/// What the partition does.
impl Model {
    pub(super) fn mailed(&mut self, edge: EdgeId, mail: FromPartition) {
        match mail {
            FromPartition::Joined { subscriptions, frame, then } => {
                assert!(then.is_none(), "none of the channels keeps an event");
                let said = Said::of(&frame);
                for subscription in subscriptions {
                    self.let_in(edge, subscription, &said);
                }
            }
            FromPartition::Refused { subscription, .. } => {
                assert_eq!(self.refused.replace(subscription), None, "answered twice");
            }
            FromPartition::Deliver { channel, frame, audience } => {
                self.deliver(edge, &channel, &Said::of(&frame), &audience);
            }
            FromPartition::UserStatus { channel, status } => {
                self.users.told(edge, &channel, status);
            }
            FromPartition::TurnedAway { conn } => {
                let turned_away = Diverting::TurnedAway(Place { edge, conn });
                assert_eq!(self.diversion.take(), Some(turned_away));
            }
        }
    }

    pub(super) fn answered(&mut self, ticket: Ticket, answer: Answer) {
        assert_eq!(self.update.take(), Some((ticket, answer)));
    }

    pub(super) fn diverted(&mut self, id: InterceptId, seq: u64) {
        assert_eq!(self.diversion.take(), Some(Diverting::To(id, seq)));
    }

    pub(super) fn watched(&mut self, id: WatchId, change: &MemberChange) {
        let known = self.channels.values_mut().find_map(|channel| channel.watches.get_mut(&id.0));
        let known = known.expect("somebody watches");
        let is_news = match change {
            MemberChange::Joined(user) => known.insert(user.to_string()),
            MemberChange::Left(user) => known.remove(user.as_str()),
        };
        assert!(is_news, "{change:?} is no news");
    }

    fn let_in(&mut self, edge: EdgeId, subscription: SubscriptionId, said: &Said) {
        let (name, place) = self.waiting.remove(&subscription).expect("it asked, and is there");
        assert_eq!(place.edge, edge);
        let channel = self.channels.get_mut(name);
        let subscriber = channel.and_then(|channel| channel.subscribers.get_mut(&place));
        subscriber.expect("it asked").view.insert(View::default()).hear(said);
    }

    fn deliver(&mut self, edge: EdgeId, key: &ChannelKey, said: &Said, audience: &Audience) {
        let channel = self.channels.get_mut(key.name.as_str()).expect("somebody is there");
        let of_edge = channel.subscribers.iter_mut().filter(|(place, _)| place.edge == edge);
        let live = of_edge.filter_map(|(place, s)| Some((place, s.view.as_mut()?)));
        let mut live = live.peekable();
        assert!(live.peek().is_some(), "mail for an edge without subscribers");
        for (place, view) in live {
            let hears = match audience {
                Audience::All | Audience::AllButSocket(_) => true,
                Audience::AllBut(excluded) => !excluded.contains(&place.conn),
                Audience::Only(chosen) => chosen.contains(&place.conn),
            };
            if hears {
                view.hear(said);
                self.heard.extend(said.number().map(|number| (*place, number)));
            }
        }
    }
}

/// What must hold after an operation.
impl Model {
    /// At the end of a turn everybody was let in, and every view is who is present.
    pub(super) fn check(&mut self) {
        assert!(self.waiting.is_empty(), "not answered: {:?}", self.waiting);
        for (name, channel) in &self.channels {
            let present = channel.present();
            let mut views = channel.subscribers.values().map(|subscriber| &subscriber.view);
            let first = views.next();
            assert!(views.all(|view| Some(view) == first), "{name}: views differ");
            if let Some(Some(view)) = first.filter(|_| name.starts_with("presence-")) {
                assert_eq!(view.users(), present, "{name}");
            }
            assert!(channel.watches.values().all(|watched| *watched == present), "{name}: watch");
            if !app_of(name).webhooks.is_empty() {
                let is_occupied = !present.is_empty() || !channel.subscribers.is_empty();
                self.told.check(name, &present, is_occupied);
            }
        }
    }

    /// A back end is owed an event.
    pub(super) fn owed(&mut self, owed: &Owed) {
        let channel = self.channels.get(owed.channel.name.as_str());
        let present = channel.map(Channel::present).unwrap_or_default();
        self.told.hear(owed, &present);
    }

    /// A refusal does not wait.
    pub(super) fn check_refusal(&mut self, expected: Expected, subscription: SubscriptionId) {
        let refused = (expected == Expected::Refused).then_some(subscription);
        assert_eq!(self.refused.take(), refused);
    }

    /// How many channels are occupied, and how many members they have.
    pub(super) fn sizes(&self) -> (u64, u64) {
        let members = |channel: &Channel| channel.present().len() as u64;
        let channels = self.channels.values();
        let occupied = channels.filter(|c| !c.subscribers.is_empty() || members(c) > 0).count();
        (occupied as u64, self.channels.values().map(members).sum())
    }

    pub(super) fn check_update_answered(&self) {
        assert_eq!(self.update, None);
    }

    pub(super) fn check_diversion(&self) {
        assert_eq!(self.diversion, None);
    }

    /// The subscribers that `hears` says, and no others, heard an event, once.
    pub(super) fn check_heard(
        &mut self,
        name: &str,
        number: u64,
        hears: impl Fn(&Option<UserId>) -> bool,
    ) {
        let mut heard = std::mem::take(&mut self.heard);
        heard.sort();
        let subscribers = self.channels.get(name).into_iter().flat_map(|c| &c.subscribers);
        let expected = subscribers.filter(|(_, subscriber)| hears(&subscriber.user));
        assert_eq!(heard, expected.map(|(place, _)| (*place, number)).collect::<Vec<_>>());
    }

    pub(super) fn check_empty(&self) {
        self.told.check_empty();
        assert!(self.channels.values().all(|channel| channel.present().is_empty()));
    }
}

impl Channel {
    fn present(&self) -> BTreeSet<String> {
        let connected = self.subscribers.values().filter_map(|s| s.user.as_ref());
        connected.map(ToString::to_string).chain(self.leaving.keys().cloned()).collect()
    }
}

pub(super) fn key(channel: &str) -> ChannelKey {
    let name = ChannelName::parse(channel, 164).expect("it is a legal name");
    ChannelKey::new(&app_of(channel), name)
}

/// The settings under which a channel is used.
pub(super) fn app_of(channel: &str) -> Arc<App> {
    let place = CHANNELS.iter().position(|name| *name == channel).expect("it is one of ours");
    Arc::clone(&APPS[place])
}

static APPS: LazyLock<[Arc<App>; 5]> = LazyLock::new(|| {
    CHANNELS.map(|channel| {
        let key = Key { key: channel.to_owned(), secret: "s".to_owned() };
        let grace = Duration::from_secs(3);
        Arc::new(App {
            member_updates: !matches!(channel, "presence-stock" | "presence-strict"),
            mirror: channel == "presence-mirror",
            strict_compat: channel == "presence-strict",
            webhooks: webhooks(channel),
            presence: PresenceSettings { max_members: 3, grace, ..PresenceSettings::default() },
            ..App::new(channel, vec![key])
        })
    })
});

/// All classes of events, for all but two of the apps.
fn webhooks(channel: &str) -> Vec<Webhook> {
    if matches!(channel, "presence-mirror" | "presence-stock") {
        return Vec::new();
    }
    let url = "https://example.com/".to_owned();
    vec![Webhook { url, classes: HookClass::ALL.to_vec() }]
}
