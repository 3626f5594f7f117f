//! How connections end: who says the last word, what the partitions are told, and when the socket
//! may be closed. What is said before that is in `dispatch.rs`.

use rollcall_wire::close::CloseCode;
use rollcall_wire::fallback::Line;
use rollcall_wire::protocol::Protocol;
use rollcall_wire::socket::SocketId;
use rollcall_wire::{pusher, ws};

use super::{Edge, EdgeEffect, Hangup};
use crate::app::App;
use crate::ids::{ChannelKey, ConnId, SubscriptionId, UserId};
use crate::message::{Departure, Leave, ToPartition};
use crate::session::{CLOSE_WAIT, Closing, Connection, Phase};
use crate::time::Time;

impl Edge {
    /// Closes a connection with a code of ours, or leaves it if it is closing already.
    pub(super) fn close(&mut self, now: Time, conn: ConnId, code: CloseCode) {
        let departure = match code {
            CloseCode::Unauthorized | CloseCode::NotAuthorizedInTime | CloseCode::UserBlocked => {
                Departure::Deliberate
            }
            _ => Departure::Lost,
        };
        self.observe_close(now, conn, code);
        if self.begin_closing(now, conn, departure, PeerClosed::NotYet) {
            self.counts_of(conn).closes.count(code);
            self.say_close(conn, code, code.reason());
            self.bury_session(now, conn, code);
        }
    }

    /// A signature may have been given out and not used yet; used later, it is worth nothing.
    pub(super) fn disconnect_member(
        &mut self,
        now: Time,
        socket: SocketId,
        channel: ChannelKey,
        user: UserId,
        code: CloseCode,
    ) {
        let Some(&conn) = self.sockets.get(&socket) else { return };
        let id = self.subscription_of(conn, &channel);
        let subscription = id.and_then(|id| self.subscriptions.get(id));
        if subscription.is_some_and(|subscription| subscription.user.as_ref() == Some(&user)) {
            self.close(now, conn, code);
        } else if let Some(connection) = self.connections.get_mut(conn) {
            connection.revoke(channel, user);
        }
    }

    pub(super) fn close_all(
        &mut self,
        now: Time,
        code: CloseCode,
        concerns: impl Fn(&App) -> bool,
    ) {
        for conn in self.connections_of(concerns) {
            self.close(now, conn, code);
        }
    }

    /// The open connections of some apps.
    pub(super) fn connections_of(&self, concerns: impl Fn(&App) -> bool) -> Vec<ConnId> {
        let is_theirs = |conn: &ConnId| {
            let identity = self.connections.get(*conn).and_then(Connection::identity);
            identity.is_some_and(|identity| concerns(&identity.app))
        };
        self.sockets.values().copied().filter(is_theirs).collect()
    }

    /// Ends everything but the goodbye; `false` if that was done before.
    fn begin_closing(
        &mut self,
        now: Time,
        conn: ConnId,
        departure: Departure,
        peer: PeerClosed,
    ) -> bool {
        let Some(connection) = self.connections.get_mut(conn) else { return false };
        let Phase::Open(identity) = &connection.phase else { return false };
        self.sockets.remove(&identity.socket);
        self.counts[connection.counts_for].connections -= 1;
        let mut peer_closed = peer == PeerClosed::Already;
        // Over HTTP nobody answers a close.
        peer_closed |= connection.outbox.receiver.is_some();
        let max_pending_bytes = identity.app.max_pending_bytes.saturating_add(GOODBYE_BYTES);
        let until = now + CLOSE_WAIT;
        connection.phase = Phase::Closing(Closing { until, peer_closed, max_pending_bytes });
        self.end_presence(conn, departure);
        self.arm(conn);
        true
    }

    /// Queues the last words: for protocol 5 an error with the code, then the close frame.
    pub(super) fn say_close(&mut self, conn: ConnId, code: CloseCode, reason: &str) {
        let protocol = self.connections.get(conn).and_then(|connection| connection.protocol);
        if code.code() >= 4000 && protocol.is_some_and(Protocol::announces_close) {
            self.counts_of(conn).errors.by_code.count(code);
            self.tell(conn, |out| pusher::error(out, Some(code.code()), reason));
        }
        let connection = self.connections.get(conn);
        if connection.is_some_and(|connection| connection.outbox.receiver.is_some()) {
            return self.owe_line(conn, Line::close(code.code(), reason));
        }
        let span = self.palette.write(|out| ws::write_close(out, code.code(), reason));
        self.owe_control(conn, span);
    }

    /// The peer closed, or answered our close frame.
    pub(super) fn handle_peer_close(&mut self, now: Time, conn: ConnId, code: Option<u16>) {
        let departure = match code {
            None | Some(1000 | 1005) => Departure::Deliberate,
            Some(_) => Departure::Lost,
        };
        self.observe_end(conn, code, "the client closed");
        if self.begin_closing(now, conn, departure, PeerClosed::Already) {
            self.counts_of(conn).ends.closed += 1;
            let span = self.palette.write(|out| match code {
                Some(code) => ws::write_close(out, code, ""),
                None => ws::write_close_empty(out),
            });
            self.owe_control(conn, span);
        }
        let Some(connection) = self.connections.get_mut(conn) else { return };
        if let Phase::Closing(closing) = &mut connection.phase {
            closing.peer_closed = true;
        }
        if connection.is_finished() {
            self.hang_up(conn, Hangup::Finish);
        }
    }

    /// Looks whether a connection is owed more than it may be by now.
    pub(super) fn check_pending(&mut self, now: Time, conn: ConnId) {
        let Some(connection) = self.connections.get(conn) else { return };
        let is_over = |limit| connection.outbox.is_over(now, limit);
        match &connection.phase {
            Phase::Open(identity) if is_over(identity.app.max_pending_bytes) => {
                self.close_slow(now, conn);
            }
            // The turn in which it began to close may have been a long one.
            Phase::Closing(closing) if is_over(closing.max_pending_bytes) => {
                self.hang_up(conn, Hangup::Reset);
            }
            Phase::Open(_) | Phase::Closing(_) => {}
        }
    }

    /// Closes a slow reader (docs/protocol.md item 189): its queue is dropped, a frame that it has
    /// in part is completed, and the close frame is the last thing it is owed.
    fn close_slow(&mut self, now: Time, conn: ConnId) {
        let counts = self.counts_of(conn);
        counts.slow_readers += 1;
        counts.closes.count(CloseCode::SlowReader);
        self.observe_close(now, conn, CloseCode::SlowReader);
        self.begin_closing(now, conn, Departure::Lost, PeerClosed::NotYet);
        if let Some(connection) = self.connections.get_mut(conn) {
            let before = connection.outbox.backlog_len();
            connection.outbox.drop_queue();
            let change = connection.outbox.backlog_len() as i64 - before as i64;
            self.counts[connection.counts_for].queue(change);
            connection.outbox.allow(connection.outbox.backlog_len());
        }
        self.say_close(conn, CloseCode::SlowReader, CloseCode::SlowReader.reason());
        self.bury_session(now, conn, CloseCode::SlowReader);
    }

    /// Nobody is to think any longer that the connection is there.
    pub(super) fn end_presence(&mut self, conn: ConnId, departure: Departure) {
        self.end_subscriptions(conn, departure);
        self.sign_out(conn, departure);
    }

    fn end_subscriptions(&mut self, conn: ConnId, departure: Departure) {
        let Some(connection) = self.connections.get_mut(conn) else { return };
        for id in std::mem::take(&mut connection.subscriptions) {
            self.end_subscription(id, departure);
        }
    }

    /// Tells the partition that a subscription ended. Pending ones too: the leave arrives after
    /// their join, whatever was answered.
    pub(super) fn end_subscription(&mut self, id: SubscriptionId, departure: Departure) {
        let Some(removed) = self.remove_subscription(id) else { return };
        let leave = Leave {
            lost_since: self.absent_since(removed.conn),
            edge: self.id,
            conn: removed.conn,
            user: removed.user,
            channel: removed.channel,
            departure,
        };
        self.effects.push_back(EdgeEffect::ToPartition(ToPartition::Leave(leave)));
    }

    pub(super) fn hang_up_unclosed(&mut self, conn: ConnId) {
        let Some(connection) = self.connections.get(conn) else { return };
        let how = if connection.outbox.is_empty() { Hangup::Finish } else { Hangup::Reset };
        self.hang_up(conn, how);
    }

    pub(super) fn hang_up(&mut self, conn: ConnId, how: Hangup) {
        self.forget(conn);
        self.effects.push_back(EdgeEffect::Hangup { conn, how });
    }

    pub(super) fn forget(&mut self, conn: ConnId) {
        let Some(connection) = self.connections.remove(conn) else { return };
        let counts = &mut self.counts[connection.counts_for];
        counts.queue_bytes -= connection.outbox.backlog_len() as u64;
        if let Some(identity) = connection.identity() {
            self.sockets.remove(&identity.socket);
            counts.connections -= 1;
        }
        if let Some(receiver) = &connection.outbox.receiver
            && self.sessions.get(&receiver.session) == Some(&conn)
        {
            self.sessions.remove(&receiver.session);
        }
    }

    /// Since when nobody hears what a connection is told: over HTTP, while a request is awaited.
    pub(super) fn absent_since(&self, conn: ConnId) -> Option<Time> {
        self.connections.get(conn)?.outbox.receiver.as_ref()?.absent_since()
    }
}

/// Whether the peer's close frame is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PeerClosed {
    Already,
    NotYet,
}

/// How long the last words may be: for protocol 5 an error, and a close frame.
const GOODBYE_BYTES: usize = 512;
