//! What may be asked of an edge about its connections. Asking changes nothing, but that a connection
//! that is looked at alone may be pinged, and orders that say whether they were obeyed.

use std::time::Duration;

use rollcall_wire::close::CloseCode;
use rollcall_wire::socket::SocketId;

use super::{Edge, Security};
use crate::app::AppId;
use crate::ids::{ChannelKey, ConnId, UserId};
use crate::receiver::HttpTransport;
use crate::session::{Connection, Identity};
use crate::time::Time;

/// What is so of an open connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionFacts<'a> {
    /// Its public name.
    pub socket: SocketId,
    /// As whom it is signed in, or else who it is on a presence channel.
    pub user: Option<&'a str>,
    /// Whether others on its way could listen.
    pub security: Security,
    /// How it receives, if not by a WebSocket.
    pub transport: Option<HttpTransport>,
    /// How long its latest answer to a ping of ours took; none if there was none. Over HTTP nobody
    /// is pinged.
    pub rtt: Option<Duration>,
    /// Bytes that it was owed before this turn, and that nobody took.
    pub pending_bytes: usize,
    /// Whether it takes less than it is given.
    pub is_slow: bool,
    /// Text messages taken from it.
    pub messages_in: u64,
    /// Messages that it was owed since it was opened.
    pub messages_out: u64,
    /// How many subscriptions it has, those that wait for their partition included.
    pub subscriptions: usize,
}

impl Edge {
    /// The open connections of an app, in no order.
    pub fn connections_of_app(&self, app: &AppId) -> Vec<ConnId> {
        self.connections_of(|theirs| theirs.id == *app)
    }

    /// What is so of a connection, if it is open.
    pub fn connection(&self, conn: ConnId) -> Option<ConnectionFacts<'_>> {
        let connection = self.connections.get(conn)?;
        let identity = connection.identity()?;
        let receiver = connection.outbox.receiver.as_ref();
        Some(ConnectionFacts {
            socket: identity.socket,
            user: self.shown_user(connection),
            security: identity.security,
            transport: receiver.map(|receiver| receiver.transport()),
            rtt: connection.rtt,
            pending_bytes: connection.outbox.backlog_len(),
            is_slow: connection.outbox.is_stuck(),
            messages_in: connection.messages_in,
            messages_out: connection.outbox.messages(),
            subscriptions: connection.subscriptions.len(),
        })
    }

    /// What an open connection is subscribed to, and as whom on presence channels.
    pub fn subscriptions(
        &self,
        conn: ConnId,
    ) -> impl Iterator<Item = (&ChannelKey, Option<&UserId>)> {
        let connection = self.connections.get(conn);
        let ids = connection.into_iter().flat_map(|connection| &connection.subscriptions);
        ids.filter_map(|&id| {
            let subscription = self.subscriptions.get(id)?;
            Some((self.subscriptions.channel(subscription)?, subscription.user.as_ref()))
        })
    }

    /// The open connection of that name, if it is here and of that app.
    pub fn find(&self, app: &AppId, socket: SocketId) -> Option<ConnId> {
        let conn = *self.sockets.get(&socket)?;
        self.identity_of(conn).is_some_and(|identity| identity.app.id == *app).then_some(conn)
    }

    /// The public name of an open connection.
    pub fn socket_of(&self, conn: ConnId) -> Option<SocketId> {
        self.identity_of(conn).map(|identity| identity.socket)
    }

    /// Has the time measured that a connection's answer takes, unless that is going on. It is no
    /// probe: nothing becomes of it if there is no answer.
    pub fn handle_look(&mut self, now: Time, conn: ConnId) {
        let Some(connection) = self.connections.get(conn) else { return };
        let is_socket = connection.outbox.receiver.is_none();
        if connection.identity().is_some() && is_socket && !connection.is_pinged() {
            self.ping(now, conn);
        }
    }

    /// Closes a connection of an app; `false` if it is not here, or closing already.
    pub fn handle_disconnect(
        &mut self,
        now: Time,
        app: &AppId,
        socket: SocketId,
        code: CloseCode,
    ) -> bool {
        let conn = self.find(app, socket);
        if let Some(conn) = conn {
            self.close(now, conn, code);
        }
        conn.is_some()
    }

    /// A connection has thousands of subscriptions at most, and who is a member of something usually
    /// is so of the first; the others are not looked through for each line of a list.
    fn shown_user<'a>(&'a self, connection: &'a Connection) -> Option<&'a str> {
        if let Some(user) = &connection.user {
            return user.key.name.user();
        }
        let first = connection.subscriptions.iter().take(LOOKED_THROUGH);
        let users = first.filter_map(|&id| self.subscriptions.get(id)?.user.as_ref());
        users.map(UserId::as_str).next()
    }

    fn identity_of(&self, conn: ConnId) -> Option<&Identity> {
        self.connections.get(conn)?.identity()
    }
}

/// Among how many of its subscriptions a connection's user is sought.
const LOOKED_THROUGH: usize = 64;
