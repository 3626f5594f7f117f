//! What an operator does by hand on a channel: somebody who does not come back is let go, and
//! something is said in somebody's name.

use std::fmt;

use rollcall_engine::{GraceEnd, Impersonation, ToPartition, UserId};
use tokio::sync::oneshot;

use super::{NodeHandle, channel_of};
use crate::mail::Question;
use crate::observe::Note;

/// Why a member stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemoveMemberError {
    /// There is no such app.
    UnknownApp,
    /// No presence channel can have this name.
    NotAPresenceChannel,
    /// Nobody of that id is there.
    NotAMember,
    /// The member is connected; closing its connections is what sends it away.
    Connected,
    /// The shards have more to do than they hold; try again in a second.
    Busy,
}

/// Why nothing is said in somebody's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublishAsError {
    /// There is no such app.
    UnknownApp,
    /// Client events are for private and presence channels, and no other can be named.
    NoClientEvents,
    /// The event's name does not begin with `client-`, or is too long.
    BadEvent,
    /// The data is larger than the app allows.
    DataTooBig,
    /// Nobody can have this user id.
    BadUser,
    /// The shards have more to do than they hold; try again in a second.
    Busy,
}

impl NodeHandle {
    /// Ends the grace of an absent member at once; subscribers are told that the member left.
    ///
    /// # Errors
    ///
    /// There is no such app, channel or member, or the member is connected.
    pub async fn remove_member(
        &self,
        app: &str,
        channel: &str,
        user: &str,
    ) -> Result<(), RemoveMemberError> {
        let app = self.tenant(app).ok_or(RemoveMemberError::UnknownApp)?.app;
        let channel = channel_of(&app, channel)
            .filter(|channel| channel.name.kind().is_presence())
            .ok_or(RemoveMemberError::NotAPresenceChannel)?;
        if self.is_busy(&app) {
            return Err(RemoveMemberError::Busy);
        }
        let (asker, answer) = oneshot::channel();
        let shard = self.0.mailboxes.owner(channel.partition());
        self.ask_shard(shard, Question::EndGrace(channel, UserId::new(user), asker));
        match answer.await {
            Ok(GraceEnd::Ended) => Ok(()),
            Ok(GraceEnd::Connected) => Err(RemoveMemberError::Connected),
            Ok(GraceEnd::NotAMember) => Err(RemoveMemberError::NotAMember),
            // The shard stopped: the node is on its way out.
            Err(_) => Err(RemoveMemberError::Busy),
        }
    }

    /// Tells an event as a client event of `user`, who need not be there: on a presence channel with
    /// the `user_id` of docs/protocol.md section 3. It counts as a client event, but neither the app's
    /// `client_events` nor rates of clients concern it, and no program that diverts such events
    /// gets it.
    ///
    /// # Errors
    ///
    /// It could be no client event, or the shards have too much to do.
    pub fn publish_as(
        &self,
        app: &str,
        channel: &str,
        event: &str,
        data: &str,
        user: &str,
    ) -> Result<(), PublishAsError> {
        let app = self.tenant(app).ok_or(PublishAsError::UnknownApp)?.app;
        let channel = channel_of(&app, channel)
            .filter(|channel| channel.name.kind().allows_client_events())
            .ok_or(PublishAsError::NoClientEvents)?;
        if !event.starts_with("client-") || event.chars().count() > app.limits.event_name {
            return Err(PublishAsError::BadEvent);
        }
        if data.len() > app.limits.payload_bytes {
            return Err(PublishAsError::DataTooBig);
        }
        if self.is_busy(&app) {
            return Err(PublishAsError::Busy);
        }
        if user.is_empty() || user.chars().count() > MAX_USER_CHARS {
            return Err(PublishAsError::BadUser);
        }
        self.note(
            app.id.as_str(),
            Note::Impersonated {
                user: user.to_owned(),
                channel: channel.name.as_str().to_owned(),
                event: event.to_owned(),
                data: data.to_owned(),
            },
        );
        let user = channel.name.kind().is_presence().then(|| UserId::new(user));
        let (event, data) = (event.to_owned(), data.to_owned());
        let event = Impersonation { app, channel, event, data, user };
        self.0.mailboxes.send_to_partition(ToPartition::Impersonate(event));
        Ok(())
    }
}

impl fmt::Display for RemoveMemberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnknownApp => "there is no such app",
            Self::NotAPresenceChannel => "this is not the name of a presence channel",
            Self::NotAMember => "nobody of this id is a member of the channel",
            Self::Connected => "the member is connected; close its connections to send it away",
            Self::Busy => "the node has more to do than it holds; try again in a second",
        })
    }
}

impl fmt::Display for PublishAsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnknownApp => "there is no such app",
            Self::NoClientEvents => "client events are for private and presence channels only",
            Self::BadEvent => "the event's name must begin with client- and not be too long",
            Self::DataTooBig => "the data is larger than the app's limits.payload_bytes allows",
            Self::BadUser => "a user id has between one and 128 characters",
            Self::Busy => "the node has more to do than it holds; try again in a second",
        })
    }
}

impl std::error::Error for RemoveMemberError {}
impl std::error::Error for PublishAsError {}

/// The most characters of a user id on a presence channel (docs/protocol.md 2.6).
const MAX_USER_CHARS: usize = 128;
