//! Changing what others see of a presence member (docs/status.md 3.4).

use std::fmt;

use rollcall_engine::{Answer, App, ChannelKey, Member, MemberUpdate, Ticket, UserId};
use rollcall_wire::ChannelName;
use serde_json::value::RawValue;
use tokio::sync::oneshot;

use super::NodeHandle;
use crate::apps::Tenant;
use crate::mail::{Mail, Update};

/// Why a member's info stays as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetMemberInfoError {
    /// There is no such app.
    UnknownApp,
    /// The app has `member_updates` off.
    UpdatesOff,
    /// No presence channel can have this name.
    NotAPresenceChannel,
    /// The info is not a JSON object.
    NotAnObject,
    /// The info is larger than the app allows.
    InfoTooBig,
    /// Nobody of that id is there. With a revision, the info is kept for when they come.
    NotAMember,
    /// The shards have more to do than they hold; try again in a second.
    Busy,
}

impl NodeHandle {
    /// Replaces the info of a member, unless it has a higher revision already. Answers once
    /// whoever subscribes from then on sees it.
    pub async fn set_member_info(
        &self,
        app: &str,
        channel: &str,
        user: &str,
        info: Option<String>,
        rev: Option<u64>,
    ) -> Result<(), SetMemberInfoError> {
        let tenant = self.tenant(app).ok_or(SetMemberInfoError::UnknownApp)?;
        let channel = self.updatable_channel(&tenant, channel)?;
        if let Some(info) = &info {
            check_info(&tenant.app, info)?;
        }
        let member = Member { user: UserId::new(user), info: info.map(Into::into), rev };
        self.update_member(&tenant, channel, member).await
    }

    /// The channel of that name, if the info of its members can change.
    pub(crate) fn updatable_channel(
        &self,
        tenant: &Tenant,
        channel: &str,
    ) -> Result<ChannelKey, SetMemberInfoError> {
        if !tenant.app.member_updates {
            return Err(SetMemberInfoError::UpdatesOff);
        }
        ChannelName::parse(channel, tenant.app.limits.channel_name)
            .ok()
            .filter(|name| name.kind().is_presence())
            .map(|name| ChannelKey::new(&tenant.app, name))
            .ok_or(SetMemberInfoError::NotAPresenceChannel)
    }

    /// Replaces info that was checked against the app's limits.
    pub(crate) async fn update_member(
        &self,
        tenant: &Tenant,
        channel: ChannelKey,
        member: Member,
    ) -> Result<(), SetMemberInfoError> {
        if self.is_busy(&tenant.app) {
            return Err(SetMemberInfoError::Busy);
        }
        let (asker, answer) = oneshot::channel();
        let shard = self.0.mailboxes.owner(channel.partition());
        let ticket = Ticket(self.fresh_name());
        let update = MemberUpdate { ticket, app: tenant.app.clone(), channel, member };
        self.0.mailboxes.send(shard, Mail::Update(Box::new(Update { update, answer: asker })));
        match answer.await {
            Ok(Answer::Updated) => Ok(()),
            Ok(Answer::NotAMember) => Err(SetMemberInfoError::NotAMember),
            // The shard stopped: the node is on its way out.
            Err(_) => Err(SetMemberInfoError::Busy),
        }
    }
}

fn check_info(app: &App, info: &str) -> Result<(), SetMemberInfoError> {
    if info.len() > app.presence.max_info_bytes {
        return Err(SetMemberInfoError::InfoTooBig);
    }
    match serde_json::from_str::<&RawValue>(info) {
        Ok(value) if value.get().starts_with('{') => Ok(()),
        _ => Err(SetMemberInfoError::NotAnObject),
    }
}

impl fmt::Display for SetMemberInfoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnknownApp => "there is no such app",
            Self::UpdatesOff => "member_updates is off for this app",
            Self::NotAPresenceChannel => "this is not the name of a presence channel",
            Self::NotAnObject => "user_info must be an object or null",
            Self::InfoTooBig => "user_info is larger than the app allows",
            Self::NotAMember => "nobody of this id is a member of the channel",
            Self::Busy => "the node has more to do than it holds; try again in a second",
        })
    }
}

impl std::error::Error for SetMemberInfoError {}
