//! Standing requests: client events diverted to an app of this program, and who joins and leaves.
//! Both arrive in bounded queues; a shard never waits for who reads them.

use std::fmt;

use rollcall_engine::{ChannelKey, InterceptId, ToPartition, WatchId, ids, message};
use tokio::sync::mpsc;

use super::{NodeHandle, channel_of};
use crate::mail::{Diversion, Lookout, Mail};

/// A client event that is diverted instead of being fanned out.
#[derive(Debug)]
pub struct Intercept {
    node: NodeHandle,
    id: InterceptId,
    channel: ChannelKey,
    queue: mpsc::Receiver<message::Intercepted>,
    /// Whether the event that [`Intercept::next`] gave last still takes a place.
    holds_one: bool,
}

/// A diverted event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intercepted {
    /// Counts the diverted events of one intercept, from 1.
    pub seq: u64,
    /// The sender.
    pub socket: String,
    /// Who the sender is, on a presence channel.
    pub user: Option<String>,
    /// What it sent.
    pub data: String,
}

/// Who joins and leaves a presence channel.
#[derive(Debug)]
pub struct Watch {
    queue: mpsc::Receiver<message::MemberChange>,
}

/// What a watch tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemberChange {
    /// Now a member.
    Joined(String),
    /// No longer a member.
    Left(String),
}

/// Why there is nothing to listen to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueueError {
    /// There is no such app.
    UnknownApp,
    /// No channel can have this name.
    BadChannel,
}

impl NodeHandle {
    /// Diverts `event` on `channel` from now on. At most [`INTERCEPTED_AT_ONCE`] are under way; a
    /// client that sends one more is told 4301.
    pub fn intercept(
        &self,
        app: &str,
        channel: &str,
        event: &str,
    ) -> Result<Intercept, QueueError> {
        let channel = self.queue_channel(app, channel)?;
        let id = InterceptId(self.fresh_name());
        let (sender, queue) = mpsc::channel(INTERCEPTED_AT_ONCE);
        let request = ToPartition::Intercept {
            id,
            channel: channel.clone(),
            event: event.to_owned(),
            capacity: INTERCEPTED_AT_ONCE,
        };
        let diversion = Diversion { id, request, queue: sender };
        self.send_to_owner(&channel, Mail::Intercept(Box::new(diversion)));
        Ok(Intercept { node: self.clone(), id, channel, queue, holds_one: false })
    }

    /// Tells who joins and leaves `channel` from now on.
    pub fn watch(&self, app: &str, channel: &str) -> Result<Watch, QueueError> {
        let channel = self.queue_channel(app, channel)?;
        let id = WatchId(self.fresh_name());
        let (sender, queue) = mpsc::channel(CHANGES_AT_ONCE);
        let request = ToPartition::Watch { id, channel: channel.clone() };
        let lookout = Lookout { id, request, queue: sender };
        self.send_to_owner(&channel, Mail::Watch(Box::new(lookout)));
        Ok(Watch { queue })
    }

    fn queue_channel(&self, app: &str, channel: &str) -> Result<ChannelKey, QueueError> {
        let tenant = self.tenant(app).ok_or(QueueError::UnknownApp)?;
        channel_of(&tenant.app, channel).ok_or(QueueError::BadChannel)
    }

    fn send_to_owner(&self, channel: &ChannelKey, mail: Mail) {
        self.0.mailboxes.send(self.0.mailboxes.owner(channel.partition()), mail);
    }
}

impl Intercept {
    /// The next event; `None` when the node stops. Asking for it says that the one before was
    /// dealt with and another may take its place.
    pub async fn next(&mut self) -> Option<Intercepted> {
        if std::mem::take(&mut self.holds_one) {
            let handled =
                ToPartition::InterceptHandled { id: self.id, channel: self.channel.clone() };
            self.node.0.mailboxes.send_to_partition(handled);
        }
        let event = self.queue.recv().await?;
        self.holds_one = true;
        Some(Intercepted {
            seq: event.seq,
            socket: event.socket.to_string(),
            user: event.user.as_ref().map(ids::UserId::to_string),
            data: event.data,
        })
    }
}

impl Watch {
    /// The next change; `None` when the node stops, or when the reader fell so far behind that
    /// changes would have been lost.
    pub async fn next(&mut self) -> Option<MemberChange> {
        Some(match self.queue.recv().await? {
            message::MemberChange::Joined(user) => MemberChange::Joined(user.to_string()),
            message::MemberChange::Left(user) => MemberChange::Left(user.to_string()),
        })
    }
}

impl fmt::Display for QueueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnknownApp => "there is no such app",
            Self::BadChannel => "no channel can have this name",
        })
    }
}

impl std::error::Error for QueueError {}

/// Diverted events of one intercept that may wait or be dealt with at once.
const INTERCEPTED_AT_ONCE: usize = 256;

/// Changes that a watch may be behind.
const CHANGES_AT_ONCE: usize = 16 * 1024;
