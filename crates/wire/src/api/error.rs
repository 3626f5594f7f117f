//! Why a body is refused: a status and a sentence.

use std::fmt;

use crate::channel::ChannelNameError;

/// Why the body of a request cannot be acted on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiError {
    /// Not JSON, or not an object.
    MalformedBody,
    /// A field that has to be there is not.
    MissingField {
        /// Its name.
        field: &'static str,
    },
    /// A field is of the wrong type.
    WrongType {
        /// Its name.
        field: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// The event's name is empty.
    EmptyEventName,
    /// The event's name is over the limit.
    EventNameTooLong {
        /// The most characters.
        max: usize,
    },
    /// The event's name belongs to the server.
    ReservedEventName,
    /// The event's data is over the limit.
    DataTooBig {
        /// The most bytes.
        max: usize,
    },
    /// No channel, or too many.
    ChannelCount {
        /// The most channels.
        max: usize,
    },
    /// A channel cannot have this name.
    BadChannel {
        /// The name.
        name: String,
        /// Why not.
        why: ChannelNameError,
    },
    /// An encrypted channel among several: each has a key of its own.
    EncryptedAmongOthers,
    /// The `socket_id` cannot be one.
    BadSocketId,
    /// An attribute of `info` that does not exist.
    UnknownInfo {
        /// The attribute.
        name: String,
    },
    /// The batch is over the limit.
    BatchTooLong {
        /// The most events.
        max: usize,
    },
    /// One event of a batch is refused, and so the whole batch.
    InBatch {
        /// Which, counted from 0.
        index: usize,
        /// Why.
        error: Box<ApiError>,
    },
    /// The member info is over the limit.
    InfoTooBig {
        /// The most bytes.
        max: usize,
    },
}

impl ApiError {
    /// The HTTP status of the answer (`docs/protocol.md` 6.7).
    pub fn status(&self) -> u16 {
        match self {
            Self::DataTooBig { .. } => 413,
            Self::InBatch { error, .. } => error.status(),
            _ => 400,
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MalformedBody => f.write_str("The body must be a JSON object"),
            Self::MissingField { field } => write!(f, "{field} is required"),
            Self::WrongType { field, expected } => write!(f, "{field} must be {expected}"),
            Self::EmptyEventName => f.write_str("name must not be empty"),
            Self::EventNameTooLong { max } => {
                write!(f, "name must not be longer than {max} characters")
            }
            Self::ReservedEventName => {
                f.write_str("name must not start with pusher: or pusher_internal:")
            }
            Self::DataTooBig { max } => write!(
                f,
                "The data content of this event exceeds the allowed maximum ({max} bytes)"
            ),
            Self::ChannelCount { max } => write!(f, "channels must hold 1 to {max} names"),
            Self::BadChannel { name, why } => write!(f, "Invalid channel name {name:?}: {why}"),
            Self::EncryptedAmongOthers => {
                f.write_str("An event for an encrypted channel cannot go to other channels too")
            }
            Self::BadSocketId => write!(f, "{}", crate::MalformedSocketId),
            Self::UnknownInfo { name } => write!(f, "Unknown info attribute {name:?}"),
            Self::BatchTooLong { max } => write!(f, "batch must not hold more than {max} events"),
            Self::InBatch { index, error } => write!(f, "batch[{index}]: {error}"),
            Self::InfoTooBig { max } => {
                write!(f, "user_info must not be larger than {max} bytes")
            }
        }
    }
}

impl std::error::Error for ApiError {}
