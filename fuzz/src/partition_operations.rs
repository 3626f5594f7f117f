//! Operations on a partition, with two edges' worth of subscribers.
//!
//! Whatever is joined, left, published and changed in whatever order:
//!
//! - an event reaches all subscribers but those it excludes, and no edge without subscribers;
//! - a roster and the differences after it are, for every subscriber, who is present: users with a
//!   connection, and those who lost their last one within the grace;
//! - nobody is added who is there, or removed or updated who is not, and serials count by one;
//! - every join is answered, by the end of the turn at the latest, every update is answered, and a
//!   full channel refuses newcomers only;
//! - an event in the middle of a turn comes behind all that the turn did to the roster before it;
//! - a back end with webhooks is told each difference once, and in the end that all are gone;
//! - edges that watch a user know whether it is signed in anywhere, or was lost within the grace, and
//!   are told nothing that they know;
//! - what goes up and down in the counters is how many channels and members there are;
//! - when all have left and the graces are over, nothing is left to wait for.

mod model;
mod told;
mod users;
mod view;

use std::time::Duration;

use rollcall_engine::message::{Departure, Except, Publish};
use rollcall_engine::{
    ClientEvent, InterceptId, Join, Leave, Member, MemberUpdate, Partition, PartitionEffect,
    PartitionIndex, SubscriptionId, Ticket, Time, ToPartition, UserId, WatchId,
};
use rollcall_wire::SocketId;
use slotmap::KeyData;

use crate::input::Input;
use model::{CHANNELS, Model, Place, USERS, app_of, key};

/// Carries out a list of operations, then lets everybody leave.
pub fn partition_operations(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let mut world = World::new();
    while !input.is_empty() {
        world.operate(&mut input);
        world.check();
    }
    world.finish();
}

struct World {
    partition: Partition,
    now: Time,
    model: Model,
    turns: Turns,
    /// Numbers whatever needs a number.
    count: u64,
}

/// When a turn ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turns {
    /// After each operation.
    Short,
    /// When an operation says so.
    Open,
}

impl World {
    fn new() -> Self {
        let partition = Partition::new(PartitionIndex(0), [1, 2, 3, 4]);
        let (now, model, turns) = (Time::ZERO, Model::default(), Turns::Short);
        Self { partition, now, model, turns, count: 0 }
    }

    fn operate(&mut self, input: &mut Input<'_>) {
        let channel = input.pick(&CHANNELS);
        match input.below(20) {
            0..=4 => self.join(input, channel),
            5..=7 => self.leave(input),
            8 | 9 => self.publish(input, channel),
            10 => self.client_event(input),
            11 | 12 => self.update(input, channel),
            13 => self.divert(input, channel),
            14 => self.watch(channel),
            15 => self.turns = Turns::Open,
            16 => self.end_turn(),
            17 | 18 => self.concern_user(input),
            _ => self.pass_time(input.pick(&PAUSES)),
        }
    }

    fn join(&mut self, input: &mut Input<'_>, channel: &'static str) {
        let place = Place::pick(input);
        if self.model.is_subscribed(channel, place) {
            return;
        }
        let member = channel.starts_with("presence-").then(|| self.member(input));
        let subscription = SubscriptionId::from(KeyData::from_ffi(self.next()));
        let user = member.as_ref().map(|member| member.user.clone());
        let expected = self.model.join(channel, place, user.clone(), subscription);
        self.handle(ToPartition::Join(Join {
            edge: place.edge,
            conn: place.conn,
            subscription,
            app: app_of(channel),
            channel: key(channel),
            member,
        }));
        self.model.check_refusal(expected, subscription);
        if expected == model::Expected::Refused && input.below(2) == 0 {
            // The connection ended before it heard of the refusal.
            self.send_leave(channel, place, user, Departure::Lost);
        }
    }

    fn member(&mut self, input: &mut Input<'_>) -> Member {
        let rev = input.pick(&[None, Some(1), Some(2), Some(3)]);
        let info = match input.below(4) {
            0 => None,
            text => Some(format!(r#"{{"status":"{text}"}}"#).into()),
        };
        Member { user: UserId::new(input.pick(&USERS)), info, rev }
    }

    fn leave(&mut self, input: &mut Input<'_>) {
        let Some((channel, place)) = self.model.pick(input) else { return };
        let departure = input.pick(&[Departure::Lost, Departure::Deliberate]);
        self.leave_from(channel, place, departure);
    }

    fn leave_from(&mut self, channel: &'static str, place: Place, departure: Departure) {
        let user = self.model.leave(channel, place, departure, self.now);
        self.send_leave(channel, place, user, departure);
    }

    fn send_leave(
        &mut self,
        channel: &'static str,
        place: Place,
        user: Option<UserId>,
        departure: Departure,
    ) {
        let Place { edge, conn } = place;
        let channel = key(channel);
        self.handle(ToPartition::Leave(Leave {
            edge,
            conn,
            user,
            channel,
            departure,
            lost_since: None,
        }));
    }

    fn publish(&mut self, input: &mut Input<'_>, channel: &'static str) {
        let number = self.next();
        let except = match input.below(3) {
            0 => Except::Nobody,
            1 => Except::Socket(SocketId::new(1, 1)),
            _ => Except::User(UserId::new(input.pick(&USERS))),
        };
        let spared = match &except {
            Except::User(user) => Some(user.clone()),
            _ => None,
        };
        self.handle(ToPartition::Publish(Publish {
            app: app_of(channel),
            channel: key(channel),
            event: "e".into(),
            data: number.to_string().into(),
            except,
        }));
        self.model.check_heard(channel, number, |user| user.is_none() || *user != spared);
    }

    fn client_event(&mut self, input: &mut Input<'_>) {
        let Some((channel, place)) = self.model.pick(input) else { return };
        let number = self.next();
        let event = input.pick(&["e", model::DIVERTED]);
        self.model.expect_diversion(channel, event, place);
        self.handle(ToPartition::ClientEvent(ClientEvent {
            edge: place.edge,
            conn: place.conn,
            socket: SocketId::new(1, 1),
            user: self.model.user_at(channel, place),
            channel: key(channel),
            event: event.to_owned(),
            data: number.to_string(),
        }));
        if event == "e" {
            self.model.check_heard(channel, number, |_| true);
        }
        self.model.check_diversion();
    }

    fn divert(&mut self, input: &mut Input<'_>, channel: &'static str) {
        let capacity = input.below(3);
        match self.model.diversion(channel) {
            None => {
                let id = InterceptId(self.next());
                self.model.divert(channel, id, capacity);
                let (channel, event) = (key(channel), model::DIVERTED.to_owned());
                self.handle(ToPartition::Intercept { id, channel, event, capacity });
            }
            Some(id) => {
                self.model.diversion_handled(channel);
                self.handle(ToPartition::InterceptHandled { id, channel: key(channel) });
            }
        }
    }

    fn update(&mut self, input: &mut Input<'_>, channel: &'static str) {
        let (member, ticket) = (self.member(input), Ticket(self.next()));
        let channel = if channel.starts_with("presence-") { channel } else { CHANNELS[0] };
        self.model.expect_answer_of_update(channel, &member.user, ticket);
        let (app, channel) = (app_of(channel), key(channel));
        self.handle(ToPartition::UpdateMember(MemberUpdate { ticket, app, channel, member }));
        self.model.check_update_answered();
    }

    fn watch(&mut self, channel: &'static str) {
        let id = WatchId(self.next());
        self.model.watch(channel, id);
        self.handle(ToPartition::Watch { id, channel: key(channel) });
    }

    fn concern_user(&mut self, input: &mut Input<'_>) {
        let mail = self.model.users.operate(self.now, input);
        self.handle(mail);
        self.model.users.check();
    }

    fn pass_time(&mut self, pause: Duration) {
        self.now = self.now + pause;
        self.model.expire(self.now);
        self.partition.handle_timeout(self.now);
        assert!(self.partition.poll_timeout().is_none_or(|due| due > self.now), "it spins");
        self.take_effects();
    }

    fn handle(&mut self, mail: ToPartition) {
        self.partition.handle(self.now, mail);
        self.take_effects();
    }

    fn end_turn(&mut self) {
        self.turns = Turns::Short;
        self.check();
    }

    /// Ends the turn, if it is not a longer one, and looks at what everybody knows then.
    fn check(&mut self) {
        if self.turns == Turns::Open {
            return;
        }
        while self.partition.is_collecting() {
            self.partition.handle_turn_end();
        }
        self.take_effects();
        self.model.check();
        self.model.users.check();
        let counted = self.partition.stats();
        assert_eq!((counted.channels, counted.members), self.model.sizes());
    }

    fn take_effects(&mut self) {
        while let Some(effect) = self.partition.poll_effect() {
            match effect {
                PartitionEffect::ToEdge(edge, mail) => self.model.mailed(edge, mail),
                PartitionEffect::Answer(ticket, answer) => self.model.answered(ticket, answer),
                PartitionEffect::Intercepted(id, event) => self.model.diverted(id, event.seq),
                PartitionEffect::Watched(id, change) => self.model.watched(id, &change),
                PartitionEffect::Kept(_) | PartitionEffect::Dropped(_) => {
                    unreachable!("none of the channels keeps an event")
                }
                PartitionEffect::Untold(..) => unreachable!("no app stops asking"),
                PartitionEffect::Owe(owed) => {
                    self.model.owed(&owed);
                    self.partition.handle_committed(owed.seq);
                }
            }
        }
    }

    fn finish(mut self) {
        self.end_turn();
        while let Some((channel, place)) = self.model.pick(&mut Input::new(b"")) {
            self.leave_from(channel, place, Departure::Lost);
            self.check();
        }
        while let Some(mail) = self.model.users.leave_one(self.now) {
            self.handle(mail);
        }
        // The graces, then the time for which revisions of absent users are remembered.
        for _ in 0..2 {
            self.pass_time(Duration::from_secs(700));
            self.check();
        }
        assert_eq!(self.partition.poll_timeout(), None, "something is waited for");
        self.model.check_empty();
    }

    fn next(&mut self) -> u64 {
        self.count += 1;
        self.count
    }
}

const PAUSES: [Duration; 4] =
    [Duration::from_secs(1), Duration::from_secs(3), Duration::ZERO, Duration::from_secs(601)];
