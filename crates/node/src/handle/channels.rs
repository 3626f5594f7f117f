//! The channels of an app, as a console lists them and looks at one.

use std::cmp::Reverse;
use std::collections::HashMap;

use rollcall_engine::{ConnId, EdgeId, ListedChannel, MemberFacts, RosterFacts};
use rollcall_wire::{ChannelKind, SocketId};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;
use tokio::sync::oneshot;

use super::connections::MAX_ROWS;
use super::{NodeHandle, QueryError, channel_of};
use crate::mail::{Inquirer, Question};

/// What comes first in a table of channels; those of one number are in the order of their names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelSort {
    /// In the order of names.
    #[default]
    Name,
    /// The most subscribed.
    Subscribers,
    /// Those with most members.
    Members,
}

/// Occupied channels of an app.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ChannelTable {
    /// How many there are with that prefix.
    pub total: usize,
    /// The first of them.
    #[serde(rename = "channels")]
    pub rows: Vec<ChannelRow>,
}

/// An occupied channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChannelRow {
    /// Its name.
    pub name: String,
    /// What its prefix makes of it.
    #[serde(rename = "type")]
    pub kind: ChannelType,
    /// Whether it keeps its last event.
    pub cache: bool,
    /// Subscribed connections.
    pub subscribers: usize,
    /// How many users are there, those in their grace included. On presence channels only.
    pub members: Option<usize>,
}

/// What a channel's prefix makes of it; whether it keeps its last event is apart from that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelType {
    /// Anybody may subscribe.
    Public,
    /// A signature is needed.
    Private,
    /// A signature is needed, and the server cannot read the data.
    Encrypted,
    /// A signature names the member.
    Presence,
    /// What back ends send to one signed-in user.
    User,
}

/// A channel that is looked at alone; one that nobody knows has nobody on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChannelDetail {
    /// Its name.
    pub name: String,
    /// What its prefix makes of it.
    #[serde(rename = "type")]
    pub kind: ChannelType,
    /// Subscribed connections.
    pub subscribers: usize,
    /// How many members there are. On presence channels only.
    pub members_total: Option<usize>,
    /// The first of them, in the order of their ids; [`MAX_MEMBERS`] is the most that can be.
    pub members: Option<Vec<ChannelMember>>,
    /// What it keeps, if it is a cache channel and keeps anything.
    pub last_event: Option<KeptEvent>,
}

/// A member of a presence channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChannelMember {
    /// Who.
    pub user: String,
    /// The JSON that others see, if any.
    #[serde(serialize_with = "as_json")]
    pub info: Option<String>,
    /// The revision of the info, if it has one.
    pub rev: Option<u64>,
    /// The connections that hold the member, by their socket ids; the first hundred of them.
    pub connections: Vec<String>,
    /// How long until the member goes, in milliseconds, if only the grace keeps it there.
    pub leaving_in_ms: Option<u64>,
}

/// What a cache channel keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeptEvent {
    /// The event's data, as the back end gave it.
    pub data: String,
    /// For how long it is still kept, in milliseconds.
    pub expires_in_ms: u64,
}

impl NodeHandle {
    /// Occupied channels of an app whose names begin with `prefix`: at most `limit`, which may be
    /// [`MAX_ROWS`]. Channels of users are not among them.
    ///
    /// # Errors
    ///
    /// There is no such app, or the shards have too much to do.
    pub async fn channel_table(
        &self,
        app: &str,
        prefix: &str,
        sort: ChannelSort,
        limit: usize,
    ) -> Result<ChannelTable, QueryError> {
        let mut listed = self.channels(app, prefix).await?;
        // They come in the order of their names, which a stable sort keeps.
        match sort {
            ChannelSort::Name => {}
            ChannelSort::Subscribers => {
                listed.sort_by_key(|channel| Reverse(channel.subscriptions))
            }
            ChannelSort::Members => listed.sort_by_key(|channel| Reverse(channel.users)),
        }
        let rows = listed.iter().take(limit.min(MAX_ROWS)).map(ChannelRow::of).collect();
        Ok(ChannelTable { total: listed.len(), rows })
    }

    /// Who is on a channel and what keeps them there, and what it keeps.
    ///
    /// # Errors
    ///
    /// There is no such app, no channel can have this name, or the shards have too much to do.
    pub async fn channel_detail(
        &self,
        app: &str,
        channel: &str,
    ) -> Result<ChannelDetail, QueryError> {
        let tenant = self.tenant(app).ok_or(QueryError::UnknownApp)?;
        let key = channel_of(&tenant.app, channel).ok_or(QueryError::BadChannel)?;
        self.refuse_query_if_busy()?;
        let (asker, facts) = oneshot::channel();
        self.inquire(key.clone(), Inquirer::Roster(MAX_MEMBERS, asker));
        let last_event = self.last_event(key.clone());
        let RosterFacts { subscriptions, total, members } =
            facts.await.map_err(|_| QueryError::Busy)?;
        let kept = last_event.await?.map(|kept| KeptEvent {
            data: kept.data.as_ref().to_owned(),
            expires_in_ms: millis(kept.left),
        });
        let sockets = self.sockets_of(&members).await;
        let members = members.into_iter().map(|member| ChannelMember::of(member, &sockets));
        Ok(ChannelDetail {
            name: key.name.as_str().to_owned(),
            kind: key.name.kind().into(),
            subscribers: subscriptions,
            members_total: total,
            members: total.map(|_| members.collect()),
            last_event: kept,
        })
    }

    /// The public names of the connections that hold members. Each edge knows its own; what has
    /// ended meanwhile has none.
    async fn sockets_of(&self, members: &[MemberFacts]) -> HashMap<(EdgeId, ConnId), SocketId> {
        let mut by_edge: HashMap<EdgeId, Vec<ConnId>> = HashMap::new();
        for &(edge, conn) in members.iter().flat_map(|member| &member.connections) {
            by_edge.entry(edge).or_default().push(conn);
        }
        let answers: Vec<_> = by_edge
            .into_iter()
            .map(|(edge, conns)| {
                let (asker, answer) = oneshot::channel();
                self.ask_shard(usize::from(edge.0), Question::Names(conns, asker));
                (edge, answer)
            })
            .collect();
        let mut sockets = HashMap::new();
        for (edge, answer) in answers {
            let named = answer.await.unwrap_or_default();
            sockets.extend(named.into_iter().map(|(conn, socket)| ((edge, conn), socket)));
        }
        sockets
    }
}

impl ChannelRow {
    fn of(listed: &ListedChannel) -> Self {
        let kind = listed.name.kind();
        Self {
            name: listed.name.as_str().to_owned(),
            kind: kind.into(),
            cache: kind.is_cache(),
            subscribers: listed.subscriptions,
            members: listed.users,
        }
    }
}

impl ChannelMember {
    fn of(member: MemberFacts, sockets: &HashMap<(EdgeId, ConnId), SocketId>) -> Self {
        let connections = member.connections.iter().filter_map(|conn| sockets.get(conn));
        Self {
            user: member.user.as_str().to_owned(),
            info: member.info.map(|info| info.as_ref().to_owned()),
            rev: member.rev,
            connections: connections.map(SocketId::to_string).collect(),
            leaving_in_ms: member.leaves_in.map(millis),
        }
    }
}

impl From<ChannelKind> for ChannelType {
    fn from(kind: ChannelKind) -> Self {
        match kind {
            ChannelKind::Public | ChannelKind::Cache => Self::Public,
            ChannelKind::Private | ChannelKind::PrivateCache => Self::Private,
            ChannelKind::Encrypted | ChannelKind::EncryptedCache => Self::Encrypted,
            ChannelKind::Presence | ChannelKind::PresenceCache => Self::Presence,
            ChannelKind::User => Self::User,
        }
    }
}

/// Writes the JSON itself, not a string that holds it.
fn as_json<S: Serializer>(info: &Option<String>, serializer: S) -> Result<S::Ok, S::Error> {
    let json = info.as_deref().map(serde_json::from_str::<&RawValue>);
    json.transpose().map_err(serde::ser::Error::custom)?.serialize(serializer)
}

fn millis(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// The most members that are told of a channel.
pub const MAX_MEMBERS: usize = 1_000;
