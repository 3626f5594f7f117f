//! Asking what is so of channels (docs/protocol.md 6.5). The answers come from the partitions, so
//! they are those of one moment for each channel, though not for all of a list.

use std::fmt;

use rollcall_engine::{AppId, ChannelFacts, ChannelKey, LastEvent, ListedChannel};
use rollcall_wire::ChannelKind;
use tokio::sync::oneshot;

use super::{NodeHandle, channel_of};
use crate::mail::{Inquirer, Inquiry, Listing, Mail};

/// Why there is no answer about channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueryError {
    /// There is no such app.
    UnknownApp,
    /// No channel can have this name.
    BadChannel,
    /// The shards have more to do than they hold; try again in a second.
    Busy,
}

impl NodeHandle {
    /// What is so of a channel; one that nobody knows is not occupied.
    pub async fn channel(&self, app: &str, channel: &str) -> Result<ChannelFacts, QueryError> {
        let tenant = self.tenant(app).ok_or(QueryError::UnknownApp)?;
        let channel = channel_of(&tenant.app, channel).ok_or(QueryError::BadChannel)?;
        self.describe(channel).await
    }

    /// The occupied channels of an app whose names begin with `prefix`, in order of their names.
    pub async fn channels(
        &self,
        app: &str,
        prefix: &str,
    ) -> Result<Vec<ListedChannel>, QueryError> {
        let tenant = self.tenant(app).ok_or(QueryError::UnknownApp)?;
        self.list(&tenant.app.id, prefix).await
    }

    /// What is so of a channel, unless the shards have too much to do.
    pub(crate) async fn describe(&self, channel: ChannelKey) -> Result<ChannelFacts, QueryError> {
        self.refuse_query_if_busy()?;
        let (asker, answer) = oneshot::channel();
        self.inquire(channel, Inquirer::Facts(asker));
        // The shard stopped: the node is on its way out.
        answer.await.map_err(|_| QueryError::Busy)
    }

    /// A channel in numbers, unless the shards have too much to do.
    pub(crate) async fn count(&self, channel: ChannelKey) -> Result<ListedChannel, QueryError> {
        self.refuse_query_if_busy()?;
        self.counts(channel).await
    }

    /// Asks at once, however much there is to do; the answer can be awaited at leisure.
    pub(crate) fn counts(
        &self,
        channel: ChannelKey,
    ) -> impl Future<Output = Result<ListedChannel, QueryError>> + use<> {
        let (asker, answer) = oneshot::channel();
        self.inquire(channel, Inquirer::Counts(asker));
        async { answer.await.map_err(|_| QueryError::Busy) }
    }

    /// Asks at once what a cache channel keeps, in the same way.
    pub(crate) fn last_event(
        &self,
        channel: ChannelKey,
    ) -> impl Future<Output = Result<Option<LastEvent>, QueryError>> + use<> {
        let (asker, answer) = oneshot::channel();
        self.inquire(channel, Inquirer::LastEvent(asker));
        async { answer.await.map_err(|_| QueryError::Busy) }
    }

    pub(super) fn inquire(&self, channel: ChannelKey, answer: Inquirer) {
        let shard = self.0.mailboxes.owner(channel.partition());
        self.0.mailboxes.send(shard, Mail::Describe(Box::new(Inquiry { channel, answer })));
    }

    /// A shard looks through all of its channels for a list, and does nothing else meanwhile. So
    /// one list is made at a time, however many are asked for.
    pub(crate) async fn list(
        &self,
        app: &AppId,
        prefix: &str,
    ) -> Result<Vec<ListedChannel>, QueryError> {
        let turn = self.0.listing.lock().await;
        self.refuse_query_if_busy()?;
        let mut channels = Vec::new();
        for part in self.ask_for_lists(app, prefix) {
            channels.extend(part.await.map_err(|_| QueryError::Busy)?);
        }
        drop(turn);
        // What is sent to one user is nobody's channel (docs/protocol.md 4.2).
        channels.retain(|channel| channel.name.kind() != ChannelKind::User);
        channels.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok(channels)
    }

    fn ask_for_lists(
        &self,
        app: &AppId,
        prefix: &str,
    ) -> Vec<oneshot::Receiver<Vec<ListedChannel>>> {
        let ask = |shard| {
            let (asker, answer) = oneshot::channel();
            let listing = Listing { app: app.clone(), prefix: prefix.to_owned(), answer: asker };
            self.0.mailboxes.send(shard, Mail::List(Box::new(listing)));
            answer
        };
        (0..self.0.mailboxes.shards()).map(ask).collect()
    }

    pub(super) fn refuse_query_if_busy(&self) -> Result<(), QueryError> {
        if self.0.mailboxes.are_congested() { Err(QueryError::Busy) } else { Ok(()) }
    }
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnknownApp => "there is no such app",
            Self::BadChannel => "no channel can have this name",
            Self::Busy => "the node has more to do than it holds; try again in a second",
        })
    }
}

impl std::error::Error for QueryError {}
