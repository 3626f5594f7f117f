//! Sessions over HTTP (docs/protocol.md section 5): a connection whose client receives by one kind
//! of request and sends by another. It speaks as every connection does; what is special is how it
//! begins, that nobody may be there to take what it is owed, and how its end is told to a request
//! that comes late. What it is owed is in `receiver.rs`.

use std::collections::VecDeque;
use std::time::Duration;

use rollcall_wire::close::CloseCode;
use rollcall_wire::fallback::{HEARTBEAT, Line};
use rollcall_wire::protocol::Protocol;
use rollcall_wire::pusher;

use super::{Edge, EdgeEffect, Ending, Hangup, Opening, Refusal, Security, mark_dirty};
use crate::HashMap;
use crate::app::App;
use crate::by_app::AppSlot;
use crate::ids::ConnId;
use crate::message::Departure;
use crate::receiver::{
    HEARTBEAT_INTERVAL, HttpTransport, Receive, ReceiveId, Receiver, SESSION_GRACE, SessionName,
};
use crate::session::{Connection, Identity, Phase};
use crate::time::Time;

/// Where a receive request got to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attached {
    /// The connection that it hears from now on.
    pub conn: ConnId,
    /// What a request that it supersedes is given before its answer ends; that one is no longer
    /// told apart.
    pub farewell: &'static [u8],
}

/// What became of a send request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// Its frames were taken.
    Taken,
    /// There is no such session.
    Unknown,
    /// It came without TLS, which the app forces.
    Insecure,
    /// The connection is not listened to for now; try again in a moment.
    Held,
}

/// What sessions said last that were closed, for receive requests that come late (5.9).
#[derive(Debug)]
pub(super) struct Tombstones {
    stones: HashMap<SessionName, Tombstone>,
    /// In the order of their ends, which is the order of their beginnings.
    ends: VecDeque<(Time, SessionName)>,
    /// How many are for clients that are about to ask.
    awaiting: usize,
}

/// The last word of one.
#[derive(Debug)]
pub(super) struct Tombstone {
    line: Line,
    until: Time,
    visitor: Visitor,
    counts_for: AppSlot,
}

/// Whether the client of a closed session is about to ask: it was between two requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Visitor {
    Awaited,
    No,
}

impl Edge {
    /// A client wants to hear its session. `None` if there is none of that name: the door has to
    /// judge whether there may be. A request that comes without TLS where the app forces it is told
    /// so, and is nothing to the session: else it could end that of somebody who is careful.
    pub fn handle_receive(&mut self, now: Time, receive: &Receive) -> Option<Attached> {
        let Some(conn) = self.open_session(&receive.session) else {
            return self.repeat_close(now, receive);
        };
        if !self.is_secure_enough(conn, receive.security) {
            return Some(self.refuse_insecure(now, receive, conn));
        }
        let connection = self.connections.get_mut(conn)?;
        connection.heard(now);
        connection.came_by(receive.security);
        let heartbeat = now + connection.heartbeat_interval();
        let receiver = connection.outbox.receiver.as_mut()?;
        let superseded = receiver.attach(receive, heartbeat);
        self.unblock(conn);
        self.arm(conn);
        Some(Attached { conn, farewell: superseded.map_or(b"", farewell) })
    }

    /// A session begins: its request was taken in at the door.
    pub fn handle_session_opened(
        &mut self,
        now: Time,
        receive: Receive,
        opening: Opening,
    ) -> Attached {
        self.observer.advance(now);
        // Another request of the same session may have been quicker.
        if let Some(attached) = self.handle_receive(now, &receive) {
            return attached;
        }
        let current = match self.current(&opening.app, opening.security) {
            Ok(_) if self.sessions.len() >= MAX_SESSIONS => Err(CloseCode::OverCapacity),
            other => other,
        };
        let app = match current {
            Ok(app) => app,
            Err(code) => {
                self.observe_refusal(&opening.app, opening.socket, code);
                return self.handle_session_refused(now, receive, &opening.refused(code));
            }
        };
        let Opening { socket, protocol, security, .. } = opening;
        let activity_timeout = app.activity_timeout().as_secs().max(1);
        let session = receive.session.clone();
        let heartbeat = now + heartbeat_interval(&app);
        let conn = self.insert_open(Identity { socket, app, security }, |identity, slot| {
            let mut connection = Connection::open(now, protocol, identity, slot);
            connection.outbox.receiver = Some(Box::new(Receiver::new(receive, heartbeat)));
            connection
        });
        self.sessions.insert(session, conn);
        self.observe_connection(conn);
        self.owe_line(conn, Line::open());
        self.tell(conn, |out| pusher::connection_established(out, socket, activity_timeout));
        self.arm(conn);
        Attached { conn, farewell: b"" }
    }

    /// No session begins, and its client is told why: in a way that it takes for an answer, which
    /// an HTTP status is not (5.5).
    pub fn handle_session_refused(
        &mut self,
        now: Time,
        receive: Receive,
        refusal: &Refusal,
    ) -> Attached {
        let slot = self.slot_of(refusal.app.as_deref());
        let conn = self.insert_closing(now, receive, refusal.protocol, slot);
        self.counts_of(conn).closes.count(refusal.code);
        self.owe_line(conn, Line::open());
        let reason = refusal.reason.as_deref().unwrap_or(refusal.code.reason());
        self.say_close(conn, refusal.code, reason);
        self.arm(conn);
        Attached { conn, farewell: b"" }
    }

    /// A receive request is gone, without our having ended its answer.
    pub fn handle_receive_lost(&mut self, now: Time, session: &SessionName, id: ReceiveId) {
        let Some(&conn) = self.sessions.get(session) else { return };
        let Some(connection) = self.connections.get_mut(conn) else { return };
        let Some(receiver) = &mut connection.outbox.receiver else { return };
        if receiver.detach(now, id) {
            connection.outbox.blocked = true;
            self.arm(conn);
            // Whoever closes and is not heard has said it to a tombstone.
            if !self.is_open(conn) {
                self.hang_up(conn, Hangup::Finish);
            }
        }
    }

    /// A receive request that took less than it was given takes more.
    pub fn handle_receive_writable(&mut self, session: &SessionName, id: ReceiveId) {
        let Some(&conn) = self.sessions.get(session) else { return };
        let connection = self.connections.get(conn);
        let receiver = connection.and_then(|connection| connection.outbox.receiver.as_ref());
        if receiver.is_some_and(|receiver| receiver.is_taking(id)) {
            self.unblock(conn);
        }
    }

    /// A client sends frames, or none as a sign of life.
    pub fn handle_sent(
        &mut self,
        now: Time,
        session: &SessionName,
        security: Security,
        frames: &[String],
    ) -> Sent {
        let Some(conn) = self.open_session(session) else { return Sent::Unknown };
        if !self.is_secure_enough(conn, security) {
            return Sent::Insecure;
        }
        self.observer.advance(now);
        if self.is_held(now, conn) {
            return Sent::Held;
        }
        if let Some(connection) = self.connections.get_mut(conn) {
            connection.heard(now);
        }
        if frames.is_empty() {
            self.answer_idle_poll(conn);
        }
        for frame in frames {
            self.counts_of(conn).bytes_in += frame.len() as u64;
            let Some(identity) = self.identity(conn) else { break };
            if frame.len() > identity.app.max_message_bytes() {
                self.close(now, conn, CloseCode::MessageTooBig);
                break;
            }
            self.handle_text(now, conn, &identity, frame);
        }
        Sent::Taken
    }
}

/// What becomes of a session.
impl Edge {
    /// Whether clients of closed sessions are about to ask what became of them: who is between two
    /// polls while the node stops should not find it gone.
    pub fn awaits_visitors(&self) -> bool {
        self.tombstones.awaiting > 0
    }

    /// The connection of a session that is not closing.
    fn open_session(&self, session: &SessionName) -> Option<ConnId> {
        self.sessions.get(session).copied().filter(|&conn| self.is_open(conn))
    }

    /// Whether the app of a session takes a request that is so protected.
    fn is_secure_enough(&self, conn: ConnId, security: Security) -> bool {
        let identity = self.connections.get(conn).and_then(Connection::identity);
        identity.is_none_or(|identity| security.suffices(&identity.app))
    }

    /// A polling client asks for a sign of life, which the poll that it holds, or the next, brings.
    /// That of a stream gets none: it would answer, and so for ever (5.6 rule 8).
    fn answer_idle_poll(&mut self, conn: ConnId) {
        let Some(connection) = self.connections.get(conn) else { return };
        let Some(receiver) = &connection.outbox.receiver else { return };
        if receiver.is_idle_poll() {
            self.owe_line(conn, Line::heartbeat());
        }
    }

    /// Nothing was said for a while.
    pub(super) fn send_heartbeat(&mut self, now: Time, conn: ConnId) {
        self.owe_line(conn, Line::heartbeat());
        let Some(connection) = self.connections.get_mut(conn) else { return };
        let next = now + connection.heartbeat_interval();
        connection.was_probed(now);
        if let Some(receiver) = &mut connection.outbox.receiver {
            receiver.await_heartbeat(next);
        }
    }

    /// The client did not ask for another stream.
    pub(super) fn resume_stream(&mut self, now: Time, conn: ConnId) {
        let Some(connection) = self.connections.get_mut(conn) else { return };
        let next = now + connection.heartbeat_interval();
        if let Some(receiver) = &mut connection.outbox.receiver {
            receiver.resume(next);
        }
        self.unblock(conn);
    }

    /// The client did not come back.
    pub(super) fn lose_session(&mut self, conn: ConnId) {
        self.counts_of(conn).ends.count(Ending::Eof);
        self.observe_end(conn, None, "no receive request came for eight seconds");
        self.end_presence(conn, Departure::Lost);
        self.hang_up(conn, Hangup::Finish);
    }

    /// A receive request takes lines again.
    fn unblock(&mut self, conn: ConnId) {
        let Some(connection) = self.connections.get_mut(conn) else { return };
        connection.outbox.blocked = false;
        if !connection.outbox.is_empty() {
            mark_dirty(&mut self.dirty, conn, connection);
        }
    }

    pub(super) fn owe_line(&mut self, conn: ConnId, line: Line) {
        let Some(connection) = self.connections.get_mut(conn) else { return };
        if let Some(receiver) = &mut connection.outbox.receiver {
            receiver.push(line);
            mark_dirty(&mut self.dirty, conn, connection);
            self.counts[connection.counts_for].deliveries += 1;
        }
    }

    /// A receive request took `n` bytes of what was pending: whole lines.
    pub(super) fn handle_lines_taken(&mut self, now: Time, conn: ConnId, n: usize) {
        let Some(connection) = self.connections.get_mut(conn) else { return };
        let Some(receiver) = &mut connection.outbox.receiver else { return };
        let before = receiver.late();
        let ends = receiver.took(now, n);
        let change = receiver.late() as i64 - before as i64;
        connection.outbox.blocked = !receiver.is_open() || receiver.slices().next().is_some();
        self.counts[connection.counts_for].queue(change);
        if connection.is_finished() {
            return self.hang_up(conn, Hangup::Finish);
        }
        if ends {
            self.effects.push_back(EdgeEffect::EndAnswer { conn });
        }
        self.arm(conn);
        self.check_pending(now, conn);
    }

    /// The last words were said to a session: whoever asks late hears them again, and if nobody is
    /// there, that is all.
    pub(super) fn bury_session(&mut self, now: Time, conn: ConnId, code: CloseCode) {
        let Some(connection) = self.connections.get_mut(conn) else { return };
        let Some(receiver) = &mut connection.outbox.receiver else { return };
        let line = Line::close(code.code(), code.reason());
        let absent_since = receiver.absent_since();
        let visitor = match absent_since {
            Some(since) if now - since < BETWEEN_REQUESTS => Visitor::Awaited,
            _ => Visitor::No,
        };
        let until = now + SESSION_GRACE;
        let counts_for = connection.counts_for;
        let stone = Tombstone { line, until, visitor, counts_for };
        self.tombstones.set(now, receiver.session.clone(), stone);
        if absent_since.is_some() {
            return self.hang_up(conn, Hangup::Finish);
        }
        // Nobody waits any longer for the client to ask for another stream; for room somebody may.
        let awaited_another = !receiver.is_open();
        receiver.resume(now);
        if awaited_another {
            self.unblock(conn);
        }
    }

    /// Says once more that a session was closed.
    fn repeat_close(&mut self, now: Time, receive: &Receive) -> Option<Attached> {
        let (line, slot) = self.tombstones.find(now, &receive.session)?;
        Some(self.answer_with(now, receive, line, slot))
    }

    /// Says that the app forces TLS to a client whose session is open.
    fn refuse_insecure(&mut self, now: Time, receive: &Receive, conn: ConnId) -> Attached {
        let code = CloseCode::TlsRequired;
        self.counts_of(conn).closes.count(code);
        let slot = self.connections.get(conn).map_or(AppSlot::NOBODY, |open| open.counts_for);
        self.answer_with(now, receive, Line::close(code.code(), code.reason()), slot)
    }

    /// Answers a receive request with its last line and nothing else.
    fn answer_with(&mut self, now: Time, receive: &Receive, line: Line, slot: AppSlot) -> Attached {
        let conn = self.insert_closing(now, receive.clone(), None, slot);
        self.owe_line(conn, line);
        self.arm(conn);
        Attached { conn, farewell: b"" }
    }

    /// A connection that lives only to say why there is none.
    fn insert_closing(
        &mut self,
        now: Time,
        receive: Receive,
        protocol: Option<Protocol>,
        slot: AppSlot,
    ) -> ConnId {
        let mut connection = Connection::refused(now, protocol, slot);
        connection.expect_no_answer();
        connection.outbox.receiver = Some(Box::new(Receiver::new(receive, now)));
        self.connections.insert(connection)
    }
}

impl Tombstones {
    pub(super) fn new(stones: HashMap<SessionName, Tombstone>) -> Self {
        Self { stones, ends: VecDeque::new(), awaiting: 0 }
    }

    /// Remembers the last word of a session for as long as one may be away.
    fn set(&mut self, now: Time, session: SessionName, stone: Tombstone) {
        self.remove(&session);
        self.awaiting += usize::from(stone.visitor == Visitor::Awaited);
        self.ends.push_back((stone.until, session.clone()));
        self.stones.insert(session, stone);
        self.forget(now);
    }

    /// The app that had this place is gone.
    pub(super) fn disown(&mut self, slot: AppSlot) {
        let theirs = self.stones.values_mut().filter(|stone| stone.counts_for == slot);
        theirs.for_each(|stone| stone.counts_for = AppSlot::NOBODY);
    }

    /// What a session was told last, and for which app that counts.
    fn find(&mut self, now: Time, session: &SessionName) -> Option<(Line, AppSlot)> {
        self.forget(now);
        let stone = self.stones.get_mut(session)?;
        self.awaiting -= usize::from(stone.visitor == Visitor::Awaited);
        stone.visitor = Visitor::No;
        Some((stone.line.clone(), stone.counts_for))
    }

    fn remove(&mut self, session: &SessionName) {
        if let Some(stone) = self.stones.remove(session) {
            self.awaiting -= usize::from(stone.visitor == Visitor::Awaited);
        }
    }

    /// Forgets those that are old, and the oldest if there are too many.
    fn forget(&mut self, now: Time) {
        while let Some((until, _)) = self.ends.front()
            && (*until <= now || self.ends.len() > MAX_TOMBSTONES)
            && let Some((until, session)) = self.ends.pop_front()
        {
            // A session of the same name may have been closed again since.
            if self.stones.get(&session).is_some_and(|stone| stone.until == until) {
                self.remove(&session);
            }
        }
    }
}

impl Connection {
    /// Its client is heard from now on by a request that is so protected: an app that begins to force
    /// TLS judges it by that.
    fn came_by(&mut self, security: Security) {
        if let Phase::Open(identity) = &mut self.phase {
            identity.security = security;
        }
    }

    /// How often its receive requests are given a sign of life.
    fn heartbeat_interval(&self) -> Duration {
        self.identity().map_or(HEARTBEAT_INTERVAL, |identity| heartbeat_interval(&identity.app))
    }
}

/// A stream ends as it is; a poll has to say something (5.7 rules 3 and 6).
fn farewell(superseded: HttpTransport) -> &'static [u8] {
    match superseded {
        HttpTransport::Streaming => b"",
        HttpTransport::Polling => HEARTBEAT,
    }
}

fn heartbeat_interval(app: &App) -> Duration {
    HEARTBEAT_INTERVAL.min(app.activity_timeout())
}

/// The most sessions of an edge. They outlive their requests, so that the number of sockets that a
/// system allows does not bound them.
const MAX_SESSIONS: usize = 50_000;

/// A client without a request for so long is not between two of them.
const BETWEEN_REQUESTS: Duration = Duration::from_secs(2);

/// The most closed sessions that an edge remembers.
const MAX_TOMBSTONES: usize = 10_000;
