//! Which kind each error of this crate is.

use super::ErrorKind;
use crate::api::ApiError;
use crate::auth::{ChannelAuthError, RequestAuthError};
use crate::channel::ChannelNameError;
use crate::close::CloseCode;
use crate::pusher::{MemberDataError, MessageError, UserDataError};

impl CloseCode {
    /// The kind of error that it tells of; none for what is as it should be.
    pub fn error(self) -> Option<ErrorKind> {
        Some(match self {
            Self::Normal | Self::Unauthorized | Self::Reconnect | Self::Inactive => return None,
            Self::ProtocolError => ErrorKind::ProtocolError,
            Self::UnsupportedData => ErrorKind::UnsupportedData,
            Self::InvalidPayload => ErrorKind::InvalidUtf8,
            Self::MessageTooBig => ErrorKind::MessageTooBig,
            Self::TlsRequired => ErrorKind::TlsRequired,
            Self::UnknownApp => ErrorKind::UnknownKey,
            Self::AppDisabled => ErrorKind::AppDisabled,
            Self::OverQuota => ErrorKind::OverQuota,
            Self::PathNotFound => ErrorKind::PathNotFound,
            Self::BadVersion => ErrorKind::BadVersion,
            Self::UnsupportedProtocol => ErrorKind::UnsupportedProtocol,
            Self::NoProtocol => ErrorKind::NoProtocol,
            Self::NotAuthorizedInTime => ErrorKind::NotAuthorizedInTime,
            Self::UserBlocked => ErrorKind::UserBlocked,
            Self::OriginRefused => ErrorKind::OriginNotAllowed,
            Self::OverCapacity => ErrorKind::OverCapacity,
            Self::SlowReader => ErrorKind::SlowReader,
            Self::PongNotReceived => ErrorKind::PongNotReceived,
            Self::ClientEventRate => ErrorKind::ClientEventRate,
            Self::WatchlistTooLong => ErrorKind::WatchlistTooLong,
        })
    }
}

impl From<MessageError> for ErrorKind {
    fn from(error: MessageError) -> Self {
        match error {
            MessageError::Malformed => Self::InvalidMessage,
            MessageError::NoChannel { .. } => Self::ChannelMissing,
        }
    }
}

impl From<&ChannelAuthError> for ErrorKind {
    fn from(error: &ChannelAuthError) -> Self {
        match error {
            ChannelAuthError::Missing => Self::AuthMissing,
            ChannelAuthError::UnknownKey { .. } => Self::WrongAuthKey,
            ChannelAuthError::BadSignature { .. } => Self::InvalidSignature,
        }
    }
}

impl From<&ChannelNameError> for ErrorKind {
    fn from(error: &ChannelNameError) -> Self {
        match error {
            ChannelNameError::TooLong { .. } => Self::ChannelNameTooLong,
            ChannelNameError::Empty
            | ChannelNameError::IllegalCharacter
            | ChannelNameError::Reserved => Self::InvalidChannelName,
        }
    }
}

impl From<MemberDataError> for ErrorKind {
    fn from(error: MemberDataError) -> Self {
        match error {
            MemberDataError::Malformed
            | MemberDataError::NoUserId
            | MemberDataError::InfoNotObject => Self::InvalidChannelData,
            MemberDataError::UserIdTooLong => Self::UserIdTooLong,
            MemberDataError::InfoTooBig => Self::MemberInfoTooBig,
        }
    }
}

impl From<UserDataError> for ErrorKind {
    fn from(_: UserDataError) -> Self {
        Self::InvalidUserData
    }
}

impl From<&RequestAuthError> for ErrorKind {
    fn from(error: &RequestAuthError) -> Self {
        match error {
            RequestAuthError::NoKey
            | RequestAuthError::NoVersion
            | RequestAuthError::UnsupportedVersion
            | RequestAuthError::NoTimestamp => Self::NotSigned,
            RequestAuthError::UnknownKey => Self::WrongApiKey,
            RequestAuthError::Expired { .. } => Self::TimestampExpired,
            RequestAuthError::BadSignature { .. } => Self::WrongSignature,
            RequestAuthError::NoBodyMd5 | RequestAuthError::WrongBodyMd5 => Self::WrongBodyDigest,
        }
    }
}

impl From<&ApiError> for ErrorKind {
    fn from(error: &ApiError) -> Self {
        match error {
            ApiError::MalformedBody => Self::InvalidJson,
            ApiError::MissingField { .. } | ApiError::WrongType { .. } => Self::InvalidField,
            ApiError::EmptyEventName | ApiError::ReservedEventName => Self::InvalidEventName,
            ApiError::EventNameTooLong { .. } => Self::EventNameTooLong,
            ApiError::DataTooBig { .. } => Self::PayloadTooLarge,
            ApiError::ChannelCount { .. } => Self::ChannelCount,
            ApiError::BadChannel { why: ChannelNameError::TooLong { .. }, .. } => {
                Self::ChannelNameTooLong
            }
            ApiError::BadChannel { .. } => Self::InvalidChannelName,
            ApiError::EncryptedAmongOthers => Self::EncryptedAmongOthers,
            ApiError::BadSocketId => Self::InvalidSocketId,
            ApiError::UnknownInfo { .. }
            | ApiError::NoPresence { .. }
            | ApiError::UserCountOfAny
            | ApiError::NoCache => Self::InvalidInfo,
            ApiError::Extraneous { .. } => Self::ExtraneousParameters,
            ApiError::BatchTooLong { .. } => Self::BatchTooLong,
            ApiError::InBatch { error, .. } => (&**error).into(),
            ApiError::InfoTooBig { .. } => Self::MemberInfoTooBig,
        }
    }
}
