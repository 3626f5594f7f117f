//! What edges, partitions and the node's doors tell each other: closed enums, nothing else.
//!
//! Mail from one sender to one machine arrives in the order in which it was sent. Everything the
//! presence rules promise about order rests on that.

use std::sync::Arc;
use std::time::Duration;

use rollcall_wire::channel::ChannelName;
use rollcall_wire::close::CloseCode;
use rollcall_wire::frame::Frame;
use rollcall_wire::socket::SocketId;
use smallvec::SmallVec;

use crate::app::{App, AppId};
use crate::ids::{
    ChannelKey, ConnId, EdgeId, InterceptId, SubscriptionId, Ticket, UserId, WatchId,
};
use crate::observe::Watched;
use crate::time::Time;

/// Mail for the partition that owns the channel in it.
#[derive(Debug, Clone)]
pub enum ToPartition {
    /// A connection wants to be subscribed. Answered by `Joined` or `Refused`.
    Join(Join),
    /// A subscription ended, pending or not. Not answered.
    Leave(Leave),
    /// An event from a back end, or from the node itself.
    Publish(Publish),
    /// A client event from a subscribed connection.
    ClientEvent(ClientEvent),
    /// A client event in somebody's name, from no connection.
    Impersonate(Impersonation),
    /// New member info from a back end, or from the node itself.
    UpdateMember(MemberUpdate),
    /// From now on `event` on the channel is diverted instead of fanned out.
    Intercept {
        /// Names the request in what is diverted.
        id: InterceptId,
        /// Where.
        channel: ChannelKey,
        /// Which client event.
        event: String,
        /// How many may be under way at once; one more is answered with 4301.
        capacity: usize,
    },
    /// One diverted event was dealt with; another may take its place.
    InterceptHandled {
        /// The request.
        id: InterceptId,
        /// Where.
        channel: ChannelKey,
    },
    /// From now on joins and leaves of the channel are told.
    Watch {
        /// Names the request in what is told.
        id: WatchId,
        /// Where.
        channel: ChannelKey,
    },
    /// A user who had no signed-in connection on the edge has one. Not answered.
    UserCame {
        /// The edge.
        edge: EdgeId,
        /// The settings of the user's app.
        app: Arc<App>,
        /// The user's own channel, which names the user.
        channel: ChannelKey,
    },
    /// The user's last signed-in connection on the edge is gone; the channel is the user's own. Not
    /// answered.
    UserWent(Leave),
    /// The edge wants to know whether a user is signed in anywhere: now, and whenever that changes.
    /// Answered by `UserStatus`.
    WatchUser {
        /// The edge.
        edge: EdgeId,
        /// The user's own channel.
        channel: ChannelKey,
    },
    /// Nobody on the edge wants to know that any more.
    UnwatchUser {
        /// The edge.
        edge: EdgeId,
        /// The user's own channel.
        channel: ChannelKey,
    },
}

/// A subscription that an edge has checked and holds as pending.
#[derive(Debug, Clone)]
pub struct Join {
    /// Who answers to the connection.
    pub edge: EdgeId,
    /// Which connection.
    pub conn: ConnId,
    /// Comes back in the answer.
    pub subscription: SubscriptionId,
    /// The settings of the channel's app.
    pub app: Arc<App>,
    /// What it wants to hear.
    pub channel: ChannelKey,
    /// Who it is, on a presence channel.
    pub member: Option<Member>,
}

/// The end of a subscription. Each [`Join`] has exactly one, or a `Refused`, or both crossing.
#[derive(Debug, Clone)]
pub struct Leave {
    /// Who answered to the connection.
    pub edge: EdgeId,
    /// Which connection.
    pub conn: ConnId,
    /// Who it was, on a presence channel.
    pub user: Option<UserId>,
    /// What it heard.
    pub channel: ChannelKey,
    /// Whether a member stays for the grace.
    pub departure: Departure,
    /// Since when the grace runs, if the loss was noticed later: an HTTP session is waited for, but
    /// the member's grace began with the end of its receive request (docs/protocol.md 5.9).
    pub lost_since: Option<Time>,
}

/// How a subscription ended (docs/protocol.md 2.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Departure {
    /// On purpose: unsubscribed, closed with 1000 or 1005, or closed by us with 4009.
    Deliberate,
    /// In any other way: a refresh, a lost network, a crash.
    Lost,
}

/// Who a connection is on a presence channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Identity.
    pub user: UserId,
    /// The JSON object that others see, if any.
    pub info: Option<Arc<str>>,
    /// The revision inside `info`, if it has one.
    pub rev: Option<u64>,
}

/// An event from outside the channel.
#[derive(Debug, Clone)]
pub struct Publish {
    /// The settings of the channel's app.
    pub app: Arc<App>,
    /// Where.
    pub channel: ChannelKey,
    /// The event's name, shared by the channels of one publish.
    pub event: Arc<str>,
    /// The event's data, as it reaches subscribers.
    pub data: Arc<str>,
    /// Who does not get it.
    pub except: Except,
}

/// Who does not get an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Except {
    /// Everybody gets it.
    Nobody,
    /// This connection does not, wherever it is.
    Socket(SocketId),
    /// No connection of this member does.
    User(UserId),
}

/// An event from a subscribed connection, checked by its edge (docs/protocol.md section 3).
#[derive(Debug, Clone)]
pub struct ClientEvent {
    /// Who answers to the sender.
    pub edge: EdgeId,
    /// The sender.
    pub conn: ConnId,
    /// The sender's public name; it does not get its own event.
    pub socket: SocketId,
    /// Who the sender is, on a presence channel.
    pub user: Option<UserId>,
    /// Where.
    pub channel: ChannelKey,
    /// Begins with `client-`.
    pub event: String,
    /// As it reaches subscribers.
    pub data: String,
}

/// An event that is told as a client event, though the node itself says it. It is published: limits
/// of clients, diversions and webhooks of client events do not concern it.
#[derive(Debug, Clone)]
pub struct Impersonation {
    /// The settings of the channel's app.
    pub app: Arc<App>,
    /// Where.
    pub channel: ChannelKey,
    /// Begins with `client-`.
    pub event: String,
    /// As it reaches subscribers.
    pub data: String,
    /// In whose name, on a presence channel.
    pub user: Option<UserId>,
}

/// New member info (docs/status.md 3.4).
#[derive(Debug, Clone)]
pub struct MemberUpdate {
    /// Comes back in the answer.
    pub ticket: Ticket,
    /// The settings of the channel's app.
    pub app: Arc<App>,
    /// Where.
    pub channel: ChannelKey,
    /// Whose, with the new info. A revision is kept for ten minutes even for absent users.
    pub member: Member,
}

/// Mail for an edge from a partition.
#[derive(Debug, Clone)]
pub enum FromPartition {
    /// These subscriptions are live from here on; `frame` is the success frame of each.
    Joined {
        /// Whose.
        subscriptions: SubscriptionList,
        /// Tells the connections so.
        frame: Frame,
        /// What they get right behind it: on a cache channel its last event, or that it has none.
        then: Option<Frame>,
    },
    /// The subscription is refused.
    Refused {
        /// Whose.
        subscription: SubscriptionId,
        /// Why.
        why: JoinRefusal,
    },
    /// Something for the subscribers of a channel.
    Deliver {
        /// Where.
        channel: ChannelKey,
        /// What.
        frame: Frame,
        /// Who.
        audience: Audience,
    },
    /// A client event could not be taken: the sender is told 4301.
    TurnedAway {
        /// The sender.
        conn: ConnId,
    },
    /// Whether a user is signed in anywhere by now. It says what is so, not that something
    /// happened, and may say it again.
    UserStatus {
        /// The user's own channel.
        channel: ChannelKey,
        /// What is so.
        status: UserStatus,
    },
}

/// Whether a user is signed in on any connection (docs/protocol.md 4.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserStatus {
    /// On one or more; or the last was lost, and the grace is not over.
    Online,
    /// On none.
    Offline,
}

/// Why a partition refused a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinRefusal {
    /// The channel has as many members as the app allows.
    ChannelFull {
        /// How many that is.
        max_members: usize,
    },
    /// More is owed to the app's back end than can be written down.
    Indebted,
}

/// Which subscribers of a channel on one edge get a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// All.
    All,
    /// All but the connection of that name, if it is here.
    AllButSocket(SocketId),
    /// All but these.
    AllBut(ConnList),
    /// Only these.
    Only(ConnList),
}

/// Connections of one edge.
pub type ConnList = SmallVec<[ConnId; 2]>;

/// Subscriptions of one edge.
pub type SubscriptionList = SmallVec<[SubscriptionId; 1]>;

/// Orders from the node to an edge.
#[derive(Debug, Clone)]
pub enum EdgeCommand {
    /// Close a connection, if it is here.
    Disconnect {
        /// Which.
        socket: SocketId,
        /// With what.
        code: CloseCode,
    },
    /// Close a connection, if it is here and subscribed to `channel` as `user`. If it is here and
    /// is not, it can no longer become so.
    DisconnectMember {
        /// Which.
        socket: SocketId,
        /// Where it must be a member.
        channel: ChannelKey,
        /// Who it must be there.
        user: UserId,
        /// With what.
        code: CloseCode,
    },
    /// Close every connection that is signed in as a user (docs/protocol.md 4.3).
    TerminateUser {
        /// The user's own channel.
        channel: ChannelKey,
    },
    /// The settings of an app changed, or it is new.
    ReplaceApp(Arc<App>),
    /// An app is no more: its connections are closed with 4001.
    RemoveApp(AppId),
    /// The node stops: every connection is sent elsewhere (4200).
    Drain,
    /// Somebody begins to watch what goes on in an app, or nobody does any more.
    Observe(AppId, Watched),
}

/// A partition's answer to a question with a [`Ticket`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It is done, or a higher revision was already there.
    Updated,
    /// Nobody of that id is on the channel.
    NotAMember,
}

/// What became of a grace that was to end at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GraceEnd {
    /// Whoever was absent is a member no longer.
    Ended,
    /// The member is connected, so there is no grace.
    Connected,
    /// Nobody of that id is on the channel.
    NotAMember,
}

/// What is so of a channel (docs/protocol.md 6.5).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChannelFacts {
    /// Whether a connection is subscribed, or a member is in its grace.
    pub occupied: bool,
    /// Subscribed connections.
    pub subscriptions: usize,
    /// Who is there, in the order of their ids, those in their grace included. On presence channels
    /// only.
    pub users: Option<Vec<UserId>>,
}

/// A channel in numbers: in a list of the occupied ones, or alone (docs/protocol.md 6.5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedChannel {
    /// Its name.
    pub name: ChannelName,
    /// Subscribed connections.
    pub subscriptions: usize,
    /// How many users are there, those in their grace included. On presence channels only.
    pub users: Option<usize>,
}

/// What a cache channel keeps (docs/protocol.md 2.7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastEvent {
    /// The data of the event, as the back end gave it.
    pub data: Arc<str>,
    /// For how long it is still kept.
    pub left: Duration,
}

/// The last event of a cache channel, as it is written down to outlive the process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptEvent {
    /// Where.
    pub channel: ChannelKey,
    /// The event's name.
    pub event: Arc<str>,
    /// The event's data.
    pub data: Arc<str>,
    /// For how long it is kept from now on.
    pub left: Duration,
}

impl ListedChannel {
    /// Whether a connection is subscribed, or a member is in its grace.
    pub fn is_occupied(&self) -> bool {
        self.subscriptions > 0 || self.users.is_some_and(|users| users > 0)
    }
}

/// A client event that was diverted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intercepted {
    /// Counts the diverted events of one request, from 1.
    pub seq: u64,
    /// The sender.
    pub socket: SocketId,
    /// Who the sender is, on a presence channel.
    pub user: Option<UserId>,
    /// What it sent.
    pub data: String,
}

/// What a watch tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemberChange {
    /// Now a member.
    Joined(UserId),
    /// No longer a member.
    Left(UserId),
}

impl ToPartition {
    /// The channel that the mail is about, which names the partition.
    pub fn channel(&self) -> &ChannelKey {
        match self {
            Self::Join(join) => &join.channel,
            Self::Leave(leave) | Self::UserWent(leave) => &leave.channel,
            Self::Publish(publish) => &publish.channel,
            Self::ClientEvent(event) => &event.channel,
            Self::Impersonate(event) => &event.channel,
            Self::UpdateMember(update) => &update.channel,
            Self::Intercept { channel, .. }
            | Self::InterceptHandled { channel, .. }
            | Self::Watch { channel, .. }
            | Self::UserCame { channel, .. }
            | Self::WatchUser { channel, .. }
            | Self::UnwatchUser { channel, .. } => channel,
        }
    }

    /// About how many bytes the mail holds on to, for the account of a mailbox.
    pub fn cost(&self) -> usize {
        let content = match self {
            Self::Join(join) => {
                join.member.as_ref().and_then(|m| m.info.as_ref()).map_or(0, |i| i.len())
            }
            Self::Publish(publish) => publish.data.len() + publish.event.len(),
            Self::ClientEvent(event) => event.data.len() + event.event.len(),
            Self::Impersonate(event) => event.data.len() + event.event.len(),
            Self::UpdateMember(update) => update.member.info.as_ref().map_or(0, |i| i.len()),
            Self::Leave(_)
            | Self::Intercept { .. }
            | Self::InterceptHandled { .. }
            | Self::Watch { .. }
            | Self::UserCame { .. }
            | Self::UserWent(_)
            | Self::WatchUser { .. }
            | Self::UnwatchUser { .. } => 0,
        };
        size_of::<Self>() + content
    }
}

impl FromPartition {
    /// About how many bytes the mail holds on to, for the account of a mailbox.
    pub fn cost(&self) -> usize {
        let content = match self {
            Self::Joined { frame, then, .. } => frame.len() + then.as_ref().map_or(0, Frame::len),
            Self::Deliver { frame, .. } => frame.len(),
            Self::Refused { .. } | Self::TurnedAway { .. } | Self::UserStatus { .. } => 0,
        };
        size_of::<Self>() + content
    }
}

impl ChannelKey {
    /// Names a channel of an app.
    pub fn new(app: &App, name: ChannelName) -> Self {
        Self { app: app.id.clone(), name }
    }

    /// Names the own channel of a user, which also stands for the user; `None` if nobody can have
    /// this id.
    pub fn of_user(app: &App, id: &str) -> Option<Self> {
        ChannelName::of_user(id).map(|name| Self::new(app, name))
    }
}
