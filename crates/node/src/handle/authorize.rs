//! Signing channel subscriptions for an app that lives in this program.

use std::fmt;

use rollcall_wire::auth::channel_signature;
use rollcall_wire::{ChannelName, SocketId};
use serde::Serialize;
use serde_json::value::RawValue;

use super::NodeHandle;

/// Who a socket is to be on a presence channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Identity.
    pub user_id: String,
    /// The JSON object that others see, if any.
    pub user_info: Option<String>,
}

/// What a client needs to subscribe (docs/protocol.md 2.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorization {
    /// The key and the signature.
    pub auth: String,
    /// The member that was signed, on a presence channel.
    pub channel_data: Option<String>,
}

/// Why a subscription is not signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthorizeError {
    /// There is no such app.
    UnknownApp,
    /// Nobody can have this socket id.
    BadSocketId,
    /// No channel can have this name.
    BadChannel,
    /// The channel takes subscriptions without a signature.
    NoAuthNeeded,
    /// A presence channel needs a member, and no other takes one.
    MemberMismatch,
    /// The member's info is not a JSON object.
    BadInfo,
    /// The member's info is larger than the app allows.
    InfoTooBig,
}

impl NodeHandle {
    /// Signs a channel subscription for a socket.
    pub fn authorize_channel(
        &self,
        app: &str,
        socket: &str,
        channel: &str,
        member: Option<&Member>,
    ) -> Result<Authorization, AuthorizeError> {
        let app = self.tenant(app).ok_or(AuthorizeError::UnknownApp)?.app;
        SocketId::parse(socket).map_err(|_| AuthorizeError::BadSocketId)?;
        let name = ChannelName::parse(channel, app.limits.channel_name)
            .map_err(|_| AuthorizeError::BadChannel)?;
        if !name.kind().needs_auth() {
            return Err(AuthorizeError::NoAuthNeeded);
        }
        if name.kind().is_presence() != member.is_some() {
            return Err(AuthorizeError::MemberMismatch);
        }
        let channel_data =
            member.map(|member| channel_data(member, app.presence.max_info_bytes)).transpose()?;
        let key = app.keys.first().ok_or(AuthorizeError::UnknownApp)?;
        let signature = channel_signature(&key.secret, socket, channel, channel_data.as_deref());
        Ok(Authorization { auth: format!("{}:{signature}", key.key), channel_data })
    }
}

#[derive(Serialize)]
struct ChannelData<'a> {
    user_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_info: Option<&'a RawValue>,
}

fn channel_data(member: &Member, max_info_bytes: usize) -> Result<String, AuthorizeError> {
    let info = member.user_info.as_deref();
    if info.is_some_and(|info| info.len() > max_info_bytes) {
        return Err(AuthorizeError::InfoTooBig);
    }
    let user_info = info
        .map(serde_json::from_str::<&RawValue>)
        .transpose()
        .map_err(|_| AuthorizeError::BadInfo)?;
    if user_info.is_some_and(|info| !info.get().starts_with('{')) {
        return Err(AuthorizeError::BadInfo);
    }
    let data = ChannelData { user_id: &member.user_id, user_info };
    serde_json::to_string(&data).map_err(|_| AuthorizeError::BadInfo)
}

impl fmt::Display for AuthorizeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnknownApp => "there is no such app",
            Self::BadSocketId => "socket_id must be two numbers with a dot between them",
            Self::BadChannel => "no channel can have this name",
            Self::NoAuthNeeded => "this channel takes subscriptions without a signature",
            Self::MemberMismatch => "a presence channel needs a member, and no other takes one",
            Self::BadInfo => "user_info must be a JSON object",
            Self::InfoTooBig => "user_info is larger than the app allows",
        })
    }
}

impl std::error::Error for AuthorizeError {}
