//! Operations on an edge, with a partition and sockets that do as the input says.
//!
//! The partition answers joins late, alone or many at once, refuses them or forgets them, and sends
//! mail for connections that are gone. Apps change, go away and come back. Users come, go and are
//! sent away. Sockets take all, some or nothing, and end at any moment. Whatever comes of it:
//!
//! - a connection gets the success frame of a channel first, then every event of that channel, in
//!   order, once, and none after it left; a slow one gets a beginning of that, then a close frame;
//! - what it gets is whole frames of JSON, and nothing behind a close frame;
//! - it is written once a turn, and owed no more than its app allows;
//! - every subscription that was asked for is ended exactly once;
//! - a partition hears once of the first and of the last connection of a user, and of the first and
//!   the last that watches one; who watches is told of everybody first, and then of changes;
//! - none is left of an app that went away;
//! - nothing is left when all are gone.

mod model;
pub(crate) mod stream;
mod users;

use std::sync::Arc;
use std::time::Duration;

use rollcall_engine::message::{Audience, JoinRefusal};
use rollcall_engine::{
    App, ConnId, Edge, EdgeCommand, EdgeEffect, EdgeId, Ending, FromPartition, Join, Opening,
    Refusal, Security, Time, UserId, UserStatus,
};
use rollcall_wire::ws::client;
use rollcall_wire::{CloseCode, Frame, SocketId, pusher};

use crate::input::Input;
use model::{CHANNELS, Model, USERS, apps, key, user_key};

/// Carries out a list of operations, then ends every connection.
pub fn edge_operations(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let mut world = World::new();
    while !input.is_empty() {
        world.operate(&mut input);
        world.take_effects();
    }
    world.finish();
}

struct World {
    edge: Edge,
    now: Time,
    model: Model,
    sockets: u32,
}

impl World {
    fn new() -> Self {
        let edge = Edge::new(EdgeId(0), [1, 2, 3, 4]);
        Self { edge, now: Time::ZERO, model: Model::default(), sockets: 0 }
    }

    fn operate(&mut self, input: &mut Input<'_>) {
        match input.below(24) {
            0 => self.open(input),
            1 | 2 => self.subscribe(input),
            3 | 4 => self.answer(input),
            20 => self.answer_together(input),
            21 | 22 => self.sign_in(input),
            23 => self.tell_status(input),
            5..=7 => self.deliver(input),
            8 | 9 => self.flush(|| usize::MAX),
            10 => self.flush_in_part(input),
            11 => self.writable(input),
            12 => self.say(input, "pusher:unsubscribe"),
            13 => self.client_event(input),
            14 => self.receive_any(input),
            15 => self.pass_time(input),
            16 => self.lose(input),
            17 => self.command(input),
            18 => self.close_from_peer(input),
            _ => self.mail_for_nobody(input),
        }
    }

    fn open(&mut self, input: &mut Input<'_>) {
        if self.model.connections.len() >= MAX_CONNECTIONS {
            return;
        }
        self.sockets += 1;
        let (app, protocol) = (input.below(2), input.pick(&model::PROTOCOLS));
        let socket = SocketId::new(self.sockets, 1);
        if input.below(8) == 7 {
            let code = CloseCode::OverCapacity;
            let (whose, protocol) = (Some(Arc::clone(&apps()[app])), Some(protocol));
            let refusal = Refusal { app: whose, protocol, code, reason: None };
            let conn = self.edge.handle_refused(self.now, refusal);
            return self.model.add(conn, app, socket);
        }
        let settings = Arc::clone(&apps()[app]);
        let security = input.pick(&[Security::Plain, Security::Tls]);
        let opening = Opening { socket, app: settings, protocol, security };
        let conn = self.edge.handle_opened(self.now, opening);
        self.model.add(conn, app, socket);
    }

    fn subscribe(&mut self, input: &mut Input<'_>) {
        let Some(conn) = self.model.pick(input) else { return };
        let (channel, user) = (input.pick(&CHANNELS), input.pick(&USERS));
        let message = self.model.subscription(conn, channel, user);
        self.receive_text(conn, &message);
    }

    fn sign_in(&mut self, input: &mut Input<'_>) {
        let Some(conn) = self.model.pick(input) else { return };
        let user = input.pick(&USERS);
        let watchlist = input.pick(&[&USERS[..], &USERS[1..], &USERS[..1], &[]]);
        let message = self.model.sign_in(conn, user, watchlist);
        self.receive_text(conn, &message);
    }

    /// What is so of a user, asked for or not, once or again.
    fn tell_status(&mut self, input: &mut Input<'_>) {
        let channel = user_key(input.below(2), input.pick(&USERS));
        let status = input.pick(&[UserStatus::Online, UserStatus::Offline]);
        self.mail(FromPartition::UserStatus { channel, status });
    }

    fn say(&mut self, input: &mut Input<'_>, event: &str) {
        let Some(conn) = self.model.pick(input) else { return };
        let channel = input.pick(&CHANNELS);
        let message = format!(r#"{{"event":"{event}","data":{{"channel":"{channel}"}}}}"#);
        self.receive_text(conn, &message);
    }

    fn client_event(&mut self, input: &mut Input<'_>) {
        let Some(conn) = self.model.pick(input) else { return };
        let channel = input.pick(&CHANNELS);
        let message = format!(r#"{{"event":"client-x","channel":"{channel}","data":{{}}}}"#);
        self.receive_text(conn, &message);
    }

    fn receive_text(&mut self, conn: ConnId, text: &str) {
        let mut bytes = Vec::new();
        client::write_text(&mut bytes, text.as_bytes(), [1, 2, 3, 4]);
        self.edge.handle_received(self.now, conn, &mut bytes);
    }

    /// Anything: a frame of any kind, or no frame at all.
    fn receive_any(&mut self, input: &mut Input<'_>) {
        let Some(conn) = self.model.pick(input) else { return };
        let mut bytes = Vec::new();
        match input.below(4) {
            0 => bytes.extend_from_slice(input.bytes(20)),
            1 => client::write(&mut bytes, input.byte(), input.bytes(20), [1, 2, 3, 4]),
            2 => client::write_text(&mut bytes, input.bytes(60), [0; 4]),
            _ => client::write_ping(&mut bytes, input.bytes(125), [0; 4]),
        }
        self.edge.handle_received(self.now, conn, &mut bytes);
    }

    fn close_from_peer(&mut self, input: &mut Input<'_>) {
        let Some(conn) = self.model.pick(input) else { return };
        let mut bytes = Vec::new();
        match input.pick(&[1000, 1001, 4000, 0]) {
            0 => client::write(&mut bytes, 0x88, b"", [0; 4]),
            code => client::write_close(&mut bytes, code, "", [0; 4]),
        }
        self.edge.handle_received(self.now, conn, &mut bytes);
    }

    /// The partition answers one of the joins that it has not answered.
    fn answer(&mut self, input: &mut Input<'_>) {
        let Some(join) = self.model.take_join(input) else { return };
        let subscription = join.subscription;
        if input.below(5) == 4 {
            self.model.refused(&join);
            let why = JoinRefusal::ChannelFull { max_members: 1 };
            return self.mail(FromPartition::Refused { subscription, why });
        }
        self.welcome(&[join]);
    }

    /// The partition answers everybody who waits for a channel, with one frame.
    fn answer_together(&mut self, input: &mut Input<'_>) {
        let Some(join) = self.model.take_join(input) else { return };
        let mut joins = vec![join];
        joins.extend(self.model.take_joins_like(&joins[0]));
        self.welcome(&joins);
    }

    fn welcome(&mut self, joins: &[Join]) {
        let channel = joins[0].channel.name.as_str();
        let frame = Frame::text(|out| pusher::subscription_succeeded(out, channel));
        joins.iter().for_each(|join| self.model.joined(join));
        let subscriptions = joins.iter().map(|join| join.subscription).collect();
        self.mail(FromPartition::Joined { subscriptions, frame, then: None });
    }

    fn deliver(&mut self, input: &mut Input<'_>) {
        let (app, channel) = (input.below(2), input.pick(&CHANNELS));
        let audience = match input.below(5) {
            0..=2 => Audience::All,
            3 => Audience::AllButSocket(SocketId::new(input.below(9) as u32, 1)),
            _ => {
                let chosen = (0..input.below(3)).filter_map(|_| self.model.pick_ever(input));
                let chosen = chosen.collect();
                input.pick(&[Audience::AllBut as fn(_) -> _, Audience::Only])(chosen)
            }
        };
        // The app with the tight limit has no frames that outboxes keep by reference.
        let sizes = [[0, 10, 200, 1000, 40_000], [0, 10, 200, 1000, 1000]];
        let size = input.pick(&sizes[app]);
        let (key, frame) = self.model.delivered(app, channel, &audience, size);
        self.mail(FromPartition::Deliver { channel: key, frame, audience });
    }

    fn mail_for_nobody(&mut self, input: &mut Input<'_>) {
        if let Some(conn) = self.model.pick_ever(input) {
            self.mail(FromPartition::TurnedAway { conn });
        }
        if let Some(subscription) = self.model.pick_ended(input) {
            let frame = Frame::text(|out| pusher::subscription_succeeded(out, "gone"));
            let subscriptions = [subscription].into_iter().collect();
            self.mail(FromPartition::Joined { subscriptions, frame, then: None });
        }
    }

    fn mail(&mut self, mail: FromPartition) {
        self.edge.handle_mail(self.now, mail);
    }

    fn command(&mut self, input: &mut Input<'_>) {
        let socket = SocketId::new(input.below(9) as u32, 1);
        let app = input.below(2);
        let command = match input.below(11) {
            0..=2 => EdgeCommand::Disconnect { socket, code: CloseCode::Unauthorized },
            3 | 4 => EdgeCommand::DisconnectMember {
                socket,
                channel: key(app, input.pick(&CHANNELS)),
                user: UserId::new(input.pick(&USERS)),
                code: CloseCode::Unauthorized,
            },
            5 | 6 => EdgeCommand::ReplaceApp(Arc::clone(&apps()[app])),
            7 => EdgeCommand::Drain,
            8 => {
                let channel = user_key(app, input.pick(&USERS));
                EdgeCommand::TerminateUser { channel }
            }
            9 => {
                let app = App { watchlist_events: false, ..(*apps()[app]).clone() };
                EdgeCommand::ReplaceApp(Arc::new(app))
            }
            _ => return self.remove_app(app),
        };
        self.edge.handle_command(self.now, command);
    }

    /// Whoever opens later is closed at once, until the app is back.
    fn remove_app(&mut self, app: usize) {
        let id = apps()[app].id.clone();
        self.edge.handle_command(self.now, EdgeCommand::RemoveApp(id));
        self.take_effects();
        self.model.expect_nothing_left_of(app);
    }

    fn pass_time(&mut self, input: &mut Input<'_>) {
        self.now = self.now + input.pick(&PAUSES);
        self.edge.handle_timeout(self.now);
        assert!(self.edge.poll_timeout().is_none_or(|due| due > self.now), "it spins");
    }

    fn lose(&mut self, input: &mut Input<'_>) {
        let Some(conn) = self.model.pick(input) else { return };
        self.edge.handle_closed(self.now, conn, input.pick(&[Ending::Eof, Ending::Failed]));
        self.model.gone(conn);
    }

    fn writable(&mut self, input: &mut Input<'_>) {
        let Some(conn) = self.model.pick(input) else { return };
        self.edge.handle_writable(self.now, conn);
    }

    fn flush_in_part(&mut self, input: &mut Input<'_>) {
        let sizes = input.pick(&[[0, 0], [1, 100], [usize::MAX, 0], [7, usize::MAX]]);
        let mut turn = 0;
        self.flush(|| {
            turn += 1;
            sizes[turn % 2]
        });
    }

    /// Writes what is pending, as much for each connection as `room` says.
    fn flush(&mut self, mut room: impl FnMut() -> usize) {
        let mut written = Vec::new();
        while let Some(conn) = self.edge.poll_dirty(self.now) {
            assert!(!written.contains(&conn), "{conn:?} is written twice in a turn");
            written.push(conn);
            let pending = self.edge.pending(conn).collect::<Vec<_>>().concat();
            let taken = room().min(pending.len());
            self.model.read(conn, &pending[..taken]);
            self.edge.handle_wrote(self.now, conn, taken);
            assert_eq!(self.edge.is_blocked(conn), taken < pending.len() && self.is_known(conn));
        }
        self.take_effects();
        for (conn, limit) in self.model.limits() {
            let pending = self.edge.pending(conn).map(<[u8]>::len).sum::<usize>();
            assert!(pending <= limit, "{conn:?} is owed {pending} of {limit} bytes");
            if pending == 0 {
                self.model.has_read_all(conn);
            }
        }
    }

    /// Whether the edge has not asked for its socket to be closed.
    fn is_known(&self, conn: ConnId) -> bool {
        self.edge.pending(conn).next().is_some()
    }

    fn take_effects(&mut self) {
        while let Some(effect) = self.edge.poll_effect() {
            match effect {
                EdgeEffect::ToPartition(mail) => self.model.told(mail),
                EdgeEffect::Counts { conn, .. } => panic!("{conn:?} had nothing to authorize"),
                EdgeEffect::Hangup { conn, .. } => {
                    assert_eq!(self.edge.pending(conn).count(), 0, "forgotten and owed");
                    self.model.gone(conn);
                }
                EdgeEffect::EndAnswer { .. } => unreachable!("all of them are WebSockets"),
            }
        }
    }

    fn finish(mut self) {
        self.flush(|| usize::MAX);
        for conn in self.model.alive() {
            self.edge.handle_closed(self.now, conn, Ending::Eof);
            self.model.gone(conn);
        }
        self.take_effects();
        assert_eq!(self.edge.poll_dirty(self.now), None);
        let stats = self.edge.stats();
        assert_eq!((stats.connections, stats.subscriptions, stats.queue_bytes), (0, 0, 0));
        assert_eq!(stats.users, 0);
        self.model.expect_nothing_left();
    }
}

const MAX_CONNECTIONS: usize = 6;

const PAUSES: [Duration; 5] = [
    Duration::from_millis(500),
    Duration::from_secs(5),
    Duration::ZERO,
    Duration::from_secs(30),
    Duration::from_secs(200),
];
