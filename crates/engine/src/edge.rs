//! The connections of one shard: what comes in from their sockets and from partitions, and what
//! goes out to them. It is not a socket, a thread or a timer; those drive it:
//!
//! 1. feed events with `handle_*`, and drain [`Edge::poll_effect`] after them,
//! 2. flush: for each connection of [`Edge::poll_dirty`], write [`Edge::pending`] in one call and
//!    report with [`Edge::handle_wrote`],
//! 3. sleep until [`Edge::poll_timeout`], then [`Edge::handle_timeout`].
//!
//! Deliveries are never effects. They exist as spans in outboxes and surface in step 2, which is
//! how a pure machine delivers in a nanosecond.
//!
//! `dispatch.rs` has what clients say, `users.rs` signing in, `closing.rs` how connections end,
//! `http.rs` those over HTTP, `query.rs` what may be asked of them, `counts.rs` what is counted,
//! `observed.rs` what operators are told, `session.rs` the life of one.

use std::collections::VecDeque;
use std::sync::Arc;

use rollcall_wire::close::CloseCode;
use rollcall_wire::frame::Frame;
use rollcall_wire::protocol::Protocol;
use rollcall_wire::socket::SocketId;
use rollcall_wire::{pusher, ws};
use slotmap::SlotMap;

use crate::app::{App, AppId, Quota};
use crate::by_app::ByApp;
use crate::fanout::Subscriptions;
use crate::ids::{ChannelKey, ConnId, EdgeId, SubscriptionId};
use crate::message::{
    Audience, ConnList, Departure, EdgeCommand, FromPartition, JoinRefusal, ToPartition,
};
use crate::observe::Observer;
use crate::outbox::Slices;
use crate::palette::{Palette, Span};
use crate::receiver::{Due, SessionName};
use crate::session::{Connection, Identity, Overdue};
use crate::stats::EdgeStats;
use crate::time::Time;
use crate::timers::Timers;
use crate::users::Users;
use crate::{HashMap, HashSeed, hash_map};

mod closing;
mod counts;
mod dispatch;
mod http;
mod observed;
mod query;
mod settings;
mod users;

use http::Tombstones;
pub use http::{Attached, Sent};
pub use query::ConnectionFacts;
use settings::Standing;

/// A palette this long should be flushed before more is handled.
const FULL_TURN: usize = 4 << 20;

/// The connections of one shard.
#[derive(Debug)]
pub struct Edge {
    id: EdgeId,
    connections: SlotMap<ConnId, Connection>,
    sockets: HashMap<SocketId, ConnId>,
    /// Those over HTTP, until they are forgotten.
    sessions: HashMap<SessionName, ConnId>,
    tombstones: Tombstones,
    subscriptions: Subscriptions,
    users: Users,
    /// What the node said of apps since the start.
    apps: HashMap<AppId, Standing>,
    palette: Palette,
    dirty: Vec<ConnId>,
    timers: Timers<ConnId>,
    effects: VecDeque<EdgeEffect>,
    counts: ByApp<EdgeStats>,
    observer: Observer,
}

/// A connection that passed the checks at the door.
#[derive(Debug, Clone)]
pub struct Opening {
    /// Its public name.
    pub socket: SocketId,
    /// The settings of its app.
    pub app: Arc<App>,
    /// What its client speaks.
    pub protocol: Protocol,
    /// Whether others on its way could listen.
    pub security: Security,
}

/// Whether a connection is protected on its way here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// It is not, as far as the node can tell.
    Plain,
    /// By TLS: our own, or that of a proxy that is trusted to say so.
    Tls,
}

/// A connection that did not, and is to be told why (docs/protocol.md 1.2).
#[derive(Debug, Clone)]
pub struct Refusal {
    /// The app that it wanted to connect to, if there is one.
    pub app: Option<Arc<App>>,
    /// What its client speaks, if it said so.
    pub protocol: Option<Protocol>,
    /// Why.
    pub code: CloseCode,
    /// Why, in words that know more than the code's own.
    pub reason: Option<String>,
}

/// How a socket ended without our closing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The peer stopped sending.
    Eof,
    /// Reading or writing failed.
    Failed,
}

/// What an edge wants done.
#[derive(Debug)]
pub enum EdgeEffect {
    /// Mail for the partition that [`ToPartition::channel`] names.
    ToPartition(ToPartition),
    /// From now on the connection counts in the quota of its app; until now the app waited for it to
    /// authorize. If there is no place, the shell says so with [`Edge::handle_over_quota`].
    Counts {
        /// Which connection.
        conn: ConnId,
        /// How many that may be with it.
        quota: Quota,
    },
    /// Close the socket. The edge has forgotten the connection.
    Hangup {
        /// Whose socket.
        conn: ConnId,
        /// In what way.
        how: Hangup,
    },
    /// End the answer to a receive request: another will come for what is still to come.
    EndAnswer {
        /// Whose.
        conn: ConnId,
    },
}

/// The way in which a socket is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hangup {
    /// All is written: shut it down.
    Finish,
    /// The peer does not read: throw away what the kernel holds for it.
    Reset,
}

impl Opening {
    /// What is told instead of a greeting if the connection cannot stay after all.
    pub fn refused(&self, code: CloseCode) -> Refusal {
        let (app, protocol) = (Some(Arc::clone(&self.app)), Some(self.protocol));
        Refusal { app, protocol, code, reason: None }
    }
}

impl Edge {
    /// An edge without connections.
    pub fn new(id: EdgeId, seed: HashSeed) -> Self {
        Self {
            id,
            connections: SlotMap::with_key(),
            sockets: hash_map(seed),
            sessions: hash_map(seed),
            tombstones: Tombstones::new(hash_map(seed)),
            subscriptions: Subscriptions::new(seed),
            users: Users::new(seed),
            apps: hash_map(seed),
            palette: Palette::default(),
            dirty: Vec::new(),
            timers: Timers::new(),
            effects: VecDeque::new(),
            counts: ByApp::new(seed),
            observer: Observer::new(seed),
        }
    }

    /// Takes an accepted connection and greets it (docs/protocol.md 1.3), unless its app was removed
    /// or suspended while it was on its way here.
    pub fn handle_opened(&mut self, now: Time, opening: Opening) -> ConnId {
        self.observer.advance(now);
        let app = match self.current(&opening.app, opening.security) {
            Ok(app) => app,
            Err(code) => {
                self.observe_refusal(&opening.app, opening.socket, code);
                return self.handle_refused(now, opening.refused(code));
            }
        };
        let Opening { socket, protocol, security, .. } = opening;
        let activity_timeout = app.activity_timeout().as_secs().max(1);
        let identity = Identity { socket, app, security };
        let open = |identity, slot| Connection::open(now, protocol, identity, slot);
        let conn = self.insert_open(identity, open);
        self.observe_connection(conn);
        self.tell(conn, |out| pusher::connection_established(out, socket, activity_timeout));
        self.arm(conn);
        conn
    }

    /// Takes a connection only to tell it why it cannot stay.
    pub fn handle_refused(&mut self, now: Time, refusal: Refusal) -> ConnId {
        let slot = self.slot_of(refusal.app.as_deref());
        let conn = self.connections.insert(Connection::refused(now, refusal.protocol, slot));
        self.counts[slot].closes.count(refusal.code);
        let reason = refusal.reason.as_deref().unwrap_or(refusal.code.reason());
        self.say_close(conn, refusal.code, reason);
        self.arm(conn);
        conn
    }

    /// Takes bytes that a connection's socket read.
    pub fn handle_received(&mut self, now: Time, conn: ConnId, bytes: &mut [u8]) {
        let Some(connection) = self.connections.get_mut(conn) else { return };
        self.observer.advance(now);
        connection.heard(now);
        self.counts[connection.counts_for].bytes_in += bytes.len() as u64;
        // The decoder lends messages out of itself; it comes along while they are dispatched.
        let unused = ws::Decoder::new(0);
        let mut decoder = std::mem::replace(&mut connection.decoder, unused);
        self.decode(now, conn, &mut decoder, bytes);
        decoder.release();
        if let Some(connection) = self.connections.get_mut(conn) {
            connection.decoder = decoder;
        }
    }

    /// Forgets a connection whose socket is gone, whoever knew first.
    pub fn handle_closed(&mut self, now: Time, conn: ConnId, how: Ending) {
        self.observer.advance(now);
        if self.is_open(conn) {
            self.counts_of(conn).ends.count(how);
            self.observe_end(conn, None, how.in_words());
        }
        self.end_presence(conn, Departure::Lost);
        self.forget(conn);
    }

    /// A socket that took less than it was given takes more.
    pub fn handle_writable(&mut self, _now: Time, conn: ConnId) {
        let Some(connection) = self.connections.get_mut(conn) else { return };
        connection.outbox.blocked = false;
        if !connection.outbox.is_empty() {
            mark_dirty(&mut self.dirty, conn, connection);
        }
    }

    /// Takes mail from a partition.
    pub fn handle_mail(&mut self, now: Time, mail: FromPartition) {
        self.observer.advance(now);
        match mail {
            FromPartition::Joined { subscriptions, frame, then } => {
                self.go_live(&subscriptions, &frame, then.as_ref());
            }
            FromPartition::Refused { subscription, why } => self.refuse(subscription, why),
            FromPartition::Deliver { channel, frame, audience } => {
                self.deliver(&channel, &frame, audience);
            }
            // It may be closing by now, and nothing may follow a close frame.
            FromPartition::TurnedAway { conn } if self.is_open(conn) => self.reject_rate(conn),
            FromPartition::TurnedAway { .. } => {}
            FromPartition::UserStatus { channel, status } => self.hear_of_user(&channel, status),
        }
    }

    /// Obeys an order of the node.
    pub fn handle_command(&mut self, now: Time, command: EdgeCommand) {
        match command {
            EdgeCommand::Disconnect { socket, code } => {
                if let Some(&conn) = self.sockets.get(&socket) {
                    self.close(now, conn, code);
                }
            }
            EdgeCommand::DisconnectMember { socket, channel, user, code } => {
                self.disconnect_member(now, socket, channel, user, code);
            }
            EdgeCommand::TerminateUser { channel } => self.terminate(now, &channel),
            EdgeCommand::ReplaceApp(app) => self.replace_app(now, &app),
            EdgeCommand::RemoveApp(app) => self.remove_app(now, app),
            EdgeCommand::Drain => self.close_all(now, CloseCode::Reconnect, |_| true),
            EdgeCommand::Observe(app, watched) => self.set_watched(&app, watched),
        }
    }

    /// Looks after connections whose time has come.
    pub fn handle_timeout(&mut self, now: Time) {
        self.observer.advance(now);
        while let Some((armed, conn)) = self.timers.poll(now) {
            let Some(connection) = self.connections.get_mut(conn) else { continue };
            if connection.armed != Some(armed) {
                continue;
            }
            connection.armed = None;
            match connection.overdue(now) {
                Overdue::No => {}
                Overdue::Probe => self.probe(now, conn),
                Overdue::Silent => self.close(now, conn, CloseCode::PongNotReceived),
                Overdue::Unauthorized => self.close(now, conn, CloseCode::NotAuthorizedInTime),
                Overdue::NotClosed => self.hang_up_unclosed(conn),
                Overdue::Session(Due::Heartbeat) => self.send_heartbeat(now, conn),
                Overdue::Session(Due::Resume) => self.resume_stream(now, conn),
                Overdue::Session(Due::Gone) => self.lose_session(conn),
            }
            self.arm(conn);
        }
    }

    /// The next thing to do.
    pub fn poll_effect(&mut self) -> Option<EdgeEffect> {
        self.effects.pop_front()
    }

    /// The next connection with something to write; `None` ends the turn.
    pub fn poll_dirty(&mut self, now: Time) -> Option<ConnId> {
        while let Some(conn) = self.dirty.pop() {
            let Some(connection) = self.connections.get_mut(conn) else { continue };
            connection.outbox.dirty = false;
            if !connection.outbox.blocked {
                return Some(conn);
            }
            let before = connection.outbox.backlog_len();
            connection.outbox.put_off(&self.palette);
            // What a stream began with and nobody took is no longer owed.
            let change = connection.outbox.backlog_len() as i64 - before as i64;
            self.counts[connection.counts_for].queue(change);
            self.check_pending(now, conn);
        }
        self.palette.clear();
        None
    }

    /// What a connection is owed, as far as one vectored write takes it.
    pub fn pending(&self, conn: ConnId) -> impl Iterator<Item = &[u8]> {
        match self.connections.get(conn) {
            Some(connection) => connection.outbox.slices(&self.palette),
            None => Slices::none(),
        }
    }

    /// A socket took `n` bytes of [`Edge::pending`]. If that was not all, the shell waits until it
    /// is writable and says so with [`Edge::handle_writable`].
    pub fn handle_wrote(&mut self, now: Time, conn: ConnId, n: usize) {
        let Some(connection) = self.connections.get_mut(conn) else { return };
        self.counts[connection.counts_for].bytes_out += n as u64;
        if connection.outbox.receiver.is_some() {
            return self.handle_lines_taken(now, conn, n);
        }
        let change = connection.outbox.took(n, &self.palette);
        self.counts[connection.counts_for].queue(change as i64);
        if connection.is_finished() {
            self.hang_up(conn, Hangup::Finish);
        } else if connection.outbox.blocked {
            self.check_pending(now, conn);
        }
    }

    /// There is no place for a connection that began to count ([`EdgeEffect::Counts`]).
    pub fn handle_over_quota(&mut self, now: Time, conn: ConnId) {
        self.close(now, conn, CloseCode::OverQuota);
    }

    /// Whether a connection does not count in the quota of its app yet.
    pub fn is_unauthorized(&self, conn: ConnId) -> bool {
        self.connections.get(conn).is_some_and(Connection::is_unauthorized)
    }

    /// Whether a connection has something left to write that its socket did not take.
    pub fn is_blocked(&self, conn: ConnId) -> bool {
        self.connections.get(conn).is_some_and(|connection| connection.outbox.is_stuck())
    }

    /// Whether a connection should not be read for now, because it joins and leaves too fast.
    /// Never for longer than a second.
    pub fn is_held(&mut self, now: Time, conn: ConnId) -> bool {
        self.connections.get_mut(conn).is_some_and(|connection| connection.is_held(now))
    }

    /// Whether so much is queued in this turn that it should be flushed before more is handled.
    pub fn is_turn_full(&self) -> bool {
        self.palette.len() >= FULL_TURN
    }

    /// When [`Edge::handle_timeout`] has something to do.
    pub fn poll_timeout(&self) -> Option<Time> {
        self.timers.next()
    }
}

/// What reaches connections.
impl Edge {
    /// Lets in those that did not end meanwhile. They share the one frame, and what follows it.
    fn go_live(&mut self, ids: &[SubscriptionId], frame: &Frame, then: Option<&Frame>) {
        let live: ConnList =
            ids.iter().filter_map(|&id| self.subscriptions.make_live(id)).collect();
        if live.is_empty() {
            return;
        }
        ids.iter().for_each(|&id| self.observe_live(id));
        let span = self.palette.push(frame);
        let then = then.map(|frame| (self.palette.push(frame), frame));
        for conn in live {
            self.owe_roster(conn, span.clone(), frame);
            if let Some((span, frame)) = &then {
                self.owe_frame(conn, span.clone(), frame);
            }
        }
    }

    fn refuse(&mut self, id: SubscriptionId, why: JoinRefusal) {
        let Some(removed) = self.remove_subscription(id) else { return };
        if let Some(connection) = self.connections.get_mut(removed.conn) {
            connection.subscriptions.retain(|&mut subscription| subscription != id);
        }
        self.tell_refusal(removed.conn, removed.channel.name.as_str(), why);
    }

    fn deliver(&mut self, channel: &ChannelKey, frame: &Frame, audience: Audience) {
        match audience {
            Audience::All => self.fan_out(channel, frame, |_| true),
            Audience::AllButSocket(socket) => {
                let sender = self.sockets.get(&socket).copied();
                self.fan_out(channel, frame, |conn| Some(conn) != sender);
            }
            Audience::AllBut(mut excluded) => {
                // With the mirror it is everybody who was updated in the turn, for each of them.
                excluded.sort_unstable();
                self.fan_out(channel, frame, |conn| excluded.binary_search(&conn).is_err());
            }
            Audience::Only(chosen) => self.deliver_only(channel, frame, &chosen),
        }
    }

    fn fan_out(&mut self, channel: &ChannelKey, frame: &Frame, hears: impl Fn(ConnId) -> bool) {
        let Some(slot) = self.subscriptions.slot(channel) else { return };
        let live = self.subscriptions.live(slot);
        if live.is_empty() {
            return;
        }
        let span = self.palette.push(frame);
        let mut deliveries = 0;
        for &(conn, _) in live {
            if hears(conn)
                && let Some(connection) = self.connections.get_mut(conn)
            {
                connection.outbox.owe(span.clone(), frame);
                mark_dirty(&mut self.dirty, conn, connection);
                deliveries += 1;
            }
        }
        self.counts[self.subscriptions.counts_for(slot)].deliveries += deliveries;
    }

    /// Sends rosters to some. They may have unsubscribed while the mail was on its way.
    fn deliver_only(&mut self, channel: &ChannelKey, frame: &Frame, chosen: &[ConnId]) {
        let hears = |edge: &Self, conn| {
            let id = edge.subscription_of(conn, channel)?;
            edge.subscriptions.get(id).filter(|subscription| subscription.is_live()).map(|_| conn)
        };
        let hearing: Vec<_> = chosen.iter().filter_map(|&conn| hears(self, conn)).collect();
        if hearing.is_empty() {
            return;
        }
        let span = self.palette.push(frame);
        for conn in hearing {
            self.owe_roster(conn, span.clone(), frame);
        }
    }

    /// Queues a roster, which may be longer than all that a connection may otherwise owe.
    fn owe_roster(&mut self, conn: ConnId, span: Span, frame: &Frame) {
        let Some(connection) = self.connections.get_mut(conn) else { return };
        connection.outbox.owe_roster(span, frame);
        mark_dirty(&mut self.dirty, conn, connection);
        self.counts[connection.counts_for].deliveries += 1;
    }

    /// Queues a message that `encode` writes for one connection.
    fn tell(&mut self, conn: ConnId, encode: impl FnOnce(&mut Vec<u8>)) {
        let frame = Frame::text(encode);
        let span = self.palette.push(&frame);
        self.owe_frame(conn, span, &frame);
    }

    /// Queues a frame, which lies in `span` of the palette.
    fn owe_frame(&mut self, conn: ConnId, span: Span, frame: &Frame) {
        let Some(connection) = self.connections.get_mut(conn) else { return };
        connection.outbox.owe(span, frame);
        mark_dirty(&mut self.dirty, conn, connection);
        self.counts[connection.counts_for].deliveries += 1;
    }

    /// A back end has vouched for a connection: it signed in, or joined what needs a signature.
    fn authorize(&mut self, conn: ConnId) {
        let Some(connection) = self.connections.get_mut(conn) else { return };
        if !connection.authorize() {
            return;
        }
        if let Some(identity) = connection.identity() {
            let quota = identity.app.quota();
            self.effects.push_back(EdgeEffect::Counts { conn, quota });
        }
    }

    /// Queues what only a WebSocket has: control frames.
    fn owe_control(&mut self, conn: ConnId, span: Span) {
        let Some(connection) = self.connections.get_mut(conn) else { return };
        connection.outbox.push(span);
        mark_dirty(&mut self.dirty, conn, connection);
        self.counts[connection.counts_for].deliveries += 1;
    }

    fn probe(&mut self, now: Time, conn: ConnId) {
        self.ping(now, conn);
        if let Some(connection) = self.connections.get_mut(conn) {
            connection.was_probed(now);
        }
    }

    fn ping(&mut self, now: Time, conn: ConnId) {
        let span = self.palette.write(|out| ws::write_ping(out, b""));
        self.owe_control(conn, span);
        if let Some(connection) = self.connections.get_mut(conn) {
            connection.was_pinged(now);
        }
    }

    /// Sees to it that a timer runs at the connection's deadline or before it.
    fn arm(&mut self, conn: ConnId) {
        let Some(connection) = self.connections.get_mut(conn) else { return };
        let deadline = connection.deadline();
        if connection.armed.is_none_or(|armed| deadline < armed) {
            connection.armed = Some(deadline);
            self.timers.arm(deadline, conn);
        }
    }

    fn is_open(&self, conn: ConnId) -> bool {
        self.connections.get(conn).is_some_and(|connection| connection.identity().is_some())
    }

    fn subscription_of(&self, conn: ConnId, channel: &ChannelKey) -> Option<SubscriptionId> {
        self.subscriptions.of(conn, channel)
    }
}

fn mark_dirty(dirty: &mut Vec<ConnId>, conn: ConnId, connection: &mut Connection) {
    if !connection.outbox.dirty {
        connection.outbox.dirty = true;
        dirty.push(conn);
    }
}
