//! Operations on an edge whose connections are sessions over HTTP (docs/protocol.md section 5):
//! requests that hear them come, are superseded, get lost and do not come back, and their app goes
//! away and comes back. Whatever comes of it:
//!
//! - a session is opened once, and everything of a channel arrives once and in order over all of
//!   its requests, up to a close line, behind which there is nothing;
//! - nothing is written without a request, behind the line after which its client asks anew, or to
//!   a poll that was answered;
//! - what is written are whole lines;
//! - nothing is left when nobody asks any more.

mod model;

use std::sync::Arc;
use std::time::Duration;

use rollcall_engine::message::Audience;
use rollcall_engine::{
    Edge, EdgeCommand, EdgeEffect, EdgeId, FromPartition, HttpTransport, Opening, Receive,
    ReceiveId, Security, SessionName, Time,
};
use rollcall_wire::protocol::Protocol;
use rollcall_wire::{CloseCode, Frame, SocketId, pusher};

use crate::input::Input;
use model::{CHANNELS, Model, app, key};

/// Carries out a list of operations, then asks no more.
pub fn session_operations(bytes: &[u8]) {
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
    requests: u64,
    sockets: u32,
}

impl World {
    fn new() -> Self {
        let edge = Edge::new(EdgeId(0), [1, 2, 3, 4]);
        Self { edge, now: Time::ZERO, model: Model::default(), requests: 0, sockets: 0 }
    }

    fn operate(&mut self, input: &mut Input<'_>) {
        match input.below(16) {
            0..=2 => self.receive(input),
            3 | 4 => self.send(input, "pusher:subscribe"),
            5 => self.answer(input),
            6..=8 => self.deliver(input),
            9 | 10 => self.flush(),
            11 => self.lose_request(input),
            12 => self.pass_time(input),
            13 => self.send(input, "pusher:unsubscribe"),
            14 => self.send_any(input),
            _ => self.command(input),
        }
    }

    fn receive(&mut self, input: &mut Input<'_>) {
        let place = input.below(SESSIONS);
        let transport = input.pick(&[HttpTransport::Streaming, HttpTransport::Polling]);
        self.requests += 1;
        let id = ReceiveId(self.requests);
        let security = Security::Plain;
        let receive = Receive { session: name(place), id, transport, security };
        let attached = self.edge.handle_receive(self.now, &receive).unwrap_or_else(|| {
            self.sockets += 1;
            let opening = Opening {
                socket: SocketId::new(self.sockets, 1),
                app: Arc::clone(app()),
                protocol: Protocol::V7,
                security,
            };
            self.edge.handle_session_opened(self.now, receive.clone(), opening)
        });
        self.model.attached(place, attached.conn, id, transport);
    }

    fn send(&mut self, input: &mut Input<'_>, event: &str) {
        let (place, channel) = (input.below(SESSIONS), input.pick(&CHANNELS));
        let message = format!(r#"{{"event":"{event}","data":{{"channel":"{channel}"}}}}"#);
        self.edge.handle_sent(self.now, &name(place), Security::Plain, &[message]);
    }

    /// A sign of life, or anything.
    fn send_any(&mut self, input: &mut Input<'_>) {
        let place = input.below(SESSIONS);
        let frames = (0..input.below(3)).map(|_| input.text(40)).collect::<Vec<_>>();
        self.edge.handle_sent(self.now, &name(place), Security::Plain, &frames);
    }

    fn answer(&mut self, input: &mut Input<'_>) {
        let Some(join) = self.model.take_join(input) else { return };
        let channel = join.channel.name.as_str();
        let frame = Frame::text(|out| pusher::subscription_succeeded(out, channel));
        self.model.joined(&join);
        let subscriptions = [join.subscription].into_iter().collect();
        self.mail(FromPartition::Joined { subscriptions, frame, then: None });
    }

    fn deliver(&mut self, input: &mut Input<'_>) {
        let channel = input.pick(&CHANNELS);
        // Large ones are rare, since they take a while.
        let size = if input.below(32) == 31 { 140_000 } else { input.pick(&[0, 100, 2_000]) };
        let frame = self.model.delivered(channel, size);
        let channel = key(channel);
        self.mail(FromPartition::Deliver { channel, frame, audience: Audience::All });
    }

    fn mail(&mut self, mail: FromPartition) {
        self.edge.handle_mail(self.now, mail);
    }

    fn lose_request(&mut self, input: &mut Input<'_>) {
        let place = input.below(SESSIONS);
        let Some(id) = self.model.lost(place) else { return };
        self.edge.handle_receive_lost(self.now, &name(place), id);
    }

    fn pass_time(&mut self, input: &mut Input<'_>) {
        self.pass(input.pick(&PAUSES));
    }

    fn pass(&mut self, pause: Duration) {
        self.now = self.now + pause;
        self.edge.handle_timeout(self.now);
        assert!(self.edge.poll_timeout().is_none_or(|due| due > self.now), "it spins");
        self.model.passed(pause);
    }

    fn command(&mut self, input: &mut Input<'_>) {
        let command = match input.below(6) {
            0 => EdgeCommand::Drain,
            1 => EdgeCommand::ReplaceApp(Arc::clone(app())),
            2 => EdgeCommand::RemoveApp(app().id.clone()),
            _ => EdgeCommand::Disconnect {
                socket: SocketId::new(input.below(12) as u32, 1),
                code: CloseCode::Unauthorized,
            },
        };
        self.edge.handle_command(self.now, command);
    }

    /// Each request takes all that it is given.
    fn flush(&mut self) {
        while let Some(conn) = self.edge.poll_dirty(self.now) {
            let lines = self.edge.pending(conn).map(<[u8]>::to_vec).collect::<Vec<_>>();
            self.model.read(conn, &lines);
            let taken = lines.iter().map(Vec::len).sum();
            self.edge.handle_wrote(self.now, conn, taken);
            self.take_effects();
        }
        self.take_effects();
        self.model.expect_nothing_kept_back();
    }

    fn take_effects(&mut self) {
        while let Some(effect) = self.edge.poll_effect() {
            match effect {
                EdgeEffect::ToPartition(mail) => self.model.told(mail),
                EdgeEffect::EndAnswer { conn } => self.model.answered(conn),
                EdgeEffect::Hangup { conn, .. } => self.model.gone(conn),
                EdgeEffect::Counts { .. } => unreachable!("nobody waits to be authorized"),
            }
        }
    }

    fn finish(mut self) {
        for place in 0..SESSIONS {
            if let Some(id) = self.model.lost(place) {
                self.edge.handle_receive_lost(self.now, &name(place), id);
            }
        }
        // A session may end, and its last words be kept for as long.
        for _ in 0..4 {
            self.flush();
            self.pass(Duration::from_secs(30));
            self.take_effects();
        }
        let stats = self.edge.stats();
        assert_eq!((stats.connections, stats.subscriptions, stats.queue_bytes), (0, 0, 0));
        self.model.expect_nothing_left();
    }
}

fn name(place: usize) -> SessionName {
    SessionName::new("key", "1", &place.to_string())
}

const SESSIONS: usize = 3;

const PAUSES: [Duration; 5] = [
    Duration::from_millis(500),
    Duration::from_secs(5),
    Duration::from_secs(9),
    Duration::from_secs(11),
    Duration::from_secs(30),
];
