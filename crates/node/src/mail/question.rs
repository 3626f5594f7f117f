//! What a console asks shards about connections and members, and what it has them do and say whether
//! it was done.

use rollcall_engine::{AppId, ChannelKey, ConnId, GraceEnd, UserId};
use rollcall_wire::{CloseCode, SocketId};
use tokio::sync::oneshot;

use crate::handle::{ConnectionDetail, ConnectionsQuery};
use crate::survey::Surveyed;

/// A question, and who waits for the answer. Who asked may have given up.
#[derive(Debug)]
pub(crate) enum Question {
    /// Which connections of an app the shard has: the first of them, as the query orders them.
    Connections(Survey),
    /// What is so of a connection, if it is here and of that app.
    Connection(AppId, SocketId, oneshot::Sender<Option<Box<ConnectionDetail>>>),
    /// Close a connection, if it is here and of that app.
    Disconnect(AppId, SocketId, CloseCode, oneshot::Sender<bool>),
    /// The public names of connections, of those that are still open.
    Names(Vec<ConnId>, oneshot::Sender<Vec<(ConnId, SocketId)>>),
    /// End the grace of a member, on a channel of the shard.
    EndGrace(ChannelKey, UserId, oneshot::Sender<GraceEnd>),
}

/// Which connections are asked for, and who waits for the shard's part of them.
#[derive(Debug)]
pub(crate) struct Survey {
    pub(crate) app: AppId,
    pub(crate) query: ConnectionsQuery,
    pub(crate) answer: oneshot::Sender<Surveyed>,
}
