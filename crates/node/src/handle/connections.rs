//! The connections of an app, as a console lists them, looks at one, and closes one.

use std::net::IpAddr;

use rollcall_engine::AppId;
use rollcall_wire::SocketId;
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use super::{CloseWith, NodeHandle, QueryError};
use crate::mail::{Mail, Question, Survey};
use crate::survey::Surveyed;

/// Which connections are wanted, and in what order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ConnectionsQuery {
    /// What has to be somewhere in the socket id, user, address, origin, client or version, without
    /// regard to case; empty for all.
    pub search: String,
    /// What comes first.
    pub sort: ConnectionSort,
    /// The most that are listed; [`MAX_ROWS`] is the most that can be.
    pub limit: usize,
}

/// What comes first in a list of connections; who does not have it comes last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionSort {
    /// The newest.
    #[default]
    OpenedAt,
    /// In the order of socket ids as text.
    Socket,
    /// In the order of users.
    User,
    /// Those that take longest to answer.
    RttMs,
    /// Those that take least of what they are owed.
    PendingBytes,
    /// Those that say most.
    MessagesIn,
    /// Those that are told most.
    MessagesOut,
    /// Those with most subscriptions.
    Subscriptions,
}

/// Connections of an app.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Connections {
    /// How many there are that were searched for.
    pub total: usize,
    /// The first of them.
    #[serde(rename = "connections")]
    pub rows: Vec<Connection>,
}

/// An open connection.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Connection {
    /// Its public name.
    pub socket: String,
    /// As whom it is signed in, or else who it is on a presence channel.
    pub user: Option<String>,
    /// The address of who opened it, as trusted proxies say it. It is whole.
    pub address: IpAddr,
    /// The header `Origin` of its request, cut at 128 bytes; only browsers send one.
    pub origin: Option<String>,
    /// What its library calls itself, cut at 32 bytes.
    pub client: Option<String>,
    /// The version of its library, cut at 32 bytes.
    pub client_version: Option<String>,
    /// How it receives.
    pub transport: Transport,
    /// Whether it came by TLS.
    pub tls: bool,
    /// When it was let in, in milliseconds since 1970.
    pub opened_at: i64,
    /// How long its latest answer to a ping took, in milliseconds. None if it was never pinged:
    /// only who is silent is, and who is looked at alone. Over HTTP nobody is.
    pub rtt_ms: Option<f64>,
    /// Bytes that it is owed and did not take.
    pub pending_bytes: usize,
    /// Whether it takes less than it is given.
    pub slow: bool,
    /// Text messages that it sent.
    pub messages_in: u64,
    /// Messages that it was sent, or is owed.
    pub messages_out: u64,
    /// How many subscriptions it has.
    pub subscriptions: usize,
}

/// How a connection receives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    /// By a WebSocket.
    Ws,
    /// In one answer that does not end.
    XhrStreaming,
    /// In one answer after the other.
    XhrPolling,
}

/// A connection that is looked at alone.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ConnectionDetail {
    /// What a list says of it.
    pub connection: Connection,
    /// What it is subscribed to, or about to be.
    pub subscriptions: Vec<ConnectionSubscription>,
}

/// One subscription of a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConnectionSubscription {
    /// The channel's name.
    pub channel: String,
    /// Who the connection is there, on a presence channel.
    pub user: Option<String>,
}

impl NodeHandle {
    /// Open connections of an app. The shards make the list between other things, one list at a
    /// time, and what comes and goes meanwhile may be in it or not.
    ///
    /// # Errors
    ///
    /// There is no such app, or the shards have too much to do.
    pub async fn connections(
        &self,
        app: &str,
        query: ConnectionsQuery,
    ) -> Result<Connections, QueryError> {
        let app = self.tenant(app).ok_or(QueryError::UnknownApp)?.app;
        let query = ConnectionsQuery { limit: query.limit.min(MAX_ROWS), ..query };
        let limit = query.limit;
        let turn = self.0.listing.lock().await;
        self.refuse_query_if_busy()?;
        let mut all = Surveyed::default();
        for part in self.ask_for_connections(&app.id, &query) {
            let Surveyed { total, rows } = part.await.map_err(|_| QueryError::Busy)?;
            all.total += total;
            all.rows.extend(rows);
        }
        drop(turn);
        all.rows.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        let rows = all.rows.into_iter().take(limit).map(|(_, connection)| connection).collect();
        Ok(Connections { total: all.total, rows })
    }

    /// One open connection of an app, with its subscriptions; none if there is no such connection of
    /// that app. It is pinged, so that the next look knows how long its answer takes.
    ///
    /// # Errors
    ///
    /// There is no such app, or the shards have too much to do.
    pub async fn connection(
        &self,
        app: &str,
        socket: &str,
    ) -> Result<Option<ConnectionDetail>, QueryError> {
        let app = self.tenant(app).ok_or(QueryError::UnknownApp)?.app;
        let Ok(Some(socket)) = SocketId::parse(socket) else { return Ok(None) };
        self.refuse_query_if_busy()?;
        let ask = |answer| Question::Connection(app.id.clone(), socket, answer);
        let mut found = None;
        for answer in self.ask_shards(ask) {
            found = found.or(answer.await.map_err(|_| QueryError::Busy)?);
        }
        Ok(found.map(|detail| *detail))
    }

    /// Closes a connection; `false` if there is no such connection of that app, or it is closing.
    pub async fn disconnect_of(&self, app: &str, socket: &str, close: CloseWith) -> bool {
        let Some(tenant) = self.tenant(app) else { return false };
        let Ok(Some(socket)) = SocketId::parse(socket) else { return false };
        let code = close.code();
        let ask = |answer| Question::Disconnect(tenant.app.id.clone(), socket, code, answer);
        let mut was_there = false;
        for answer in self.ask_shards(ask) {
            was_there |= answer.await.unwrap_or(false);
        }
        was_there
    }

    fn ask_for_connections(
        &self,
        app: &AppId,
        query: &ConnectionsQuery,
    ) -> Vec<oneshot::Receiver<Surveyed>> {
        self.ask_shards(|answer| {
            Question::Connections(Survey { app: app.clone(), query: query.clone(), answer })
        })
    }

    fn ask_shards<T>(
        &self,
        question: impl Fn(oneshot::Sender<T>) -> Question,
    ) -> Vec<oneshot::Receiver<T>> {
        let ask = |shard| {
            let (asker, answer) = oneshot::channel();
            self.ask_shard(shard, question(asker));
            answer
        };
        (0..self.0.mailboxes.shards()).map(ask).collect()
    }

    pub(super) fn ask_shard(&self, shard: usize, question: Question) {
        self.0.mailboxes.send(shard, Mail::Ask(Box::new(question)));
    }
}

/// The most rows of a list.
pub const MAX_ROWS: usize = 10_000;
