//! Why a request is refused: a status and a sentence, which names the app's setting if one is at fault.

use std::fmt;

use crate::channel::ChannelNameError;

/// Why what a request says cannot be acted on.
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
        /// Those that do.
        known: &'static [&'static str],
    },
    /// Users are asked for of a channel that has none.
    NoPresence {
        /// What is asked for.
        wanted: &'static str,
    },
    /// `user_count` is asked for of channels that are not all presence channels.
    UserCountOfAny,
    /// The last event is asked for of a channel that keeps none.
    NoCache,
    /// Parameters that mean nothing here.
    Extraneous {
        /// Their names, a few at most.
        names: String,
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
            Self::MalformedBody => {
                f.write_str("The body must be a JSON object, in UTF-8 and with no field twice")
            }
            Self::MissingField { field } => write!(f, "{field} is required"),
            Self::WrongType { field, expected } => write!(f, "{field} must be {expected}"),
            Self::EmptyEventName => f.write_str("name must not be empty"),
            Self::EventNameTooLong { max } => {
                write!(f, "name must not be longer than {max} characters (limits.event_name)")
            }
            Self::ReservedEventName => {
                f.write_str("name must not start with pusher: or pusher_internal:")
            }
            Self::DataTooBig { max } => write!(
                f,
                "The data content of this event exceeds the allowed maximum ({max} bytes). See \
                 limits.payload_bytes in the settings of the app"
            ),
            Self::ChannelCount { max } => {
                write!(f, "channels must hold 1 to {max} names (limits.channels_per_publish)")
            }
            Self::BadChannel { name, why: why @ ChannelNameError::TooLong { .. } } => {
                write!(f, "Invalid channel name {name:?}: {why} (limits.channel_name)")
            }
            Self::BadChannel { name, why } => write!(f, "Invalid channel name {name:?}: {why}"),
            Self::EncryptedAmongOthers => {
                f.write_str("An event for an encrypted channel cannot go to other channels too")
            }
            Self::BadSocketId => write!(f, "{}", crate::MalformedSocketId),
            Self::UnknownInfo { name, known } => {
                let known = any_of(known);
                write!(f, "Unknown info attribute {name:?}: info can be {known} here")
            }
            Self::NoPresence { wanted } => {
                write!(f, "{wanted} is known of presence channels only")
            }
            Self::UserCountOfAny => f.write_str(
                "user_count is known of presence channels only: ask with a filter_by_prefix that \
                 begins with presence-",
            ),
            Self::NoCache => f.write_str("cache is known of cache channels only"),
            Self::Extraneous { names } => {
                write!(f, "The following query string parameters are extraneous: {names}")
            }
            Self::BatchTooLong { max } => {
                write!(f, "batch must not hold more than {max} events (limits.batch)")
            }
            Self::InBatch { index, error } => write!(f, "batch[{index}]: {error}"),
            Self::InfoTooBig { max } => {
                write!(f, "user_info must not be larger than {max} bytes (presence.max_info_bytes)")
            }
        }
    }
}

impl std::error::Error for ApiError {}

/// Enough of what was sent to recognise it in an error text.
pub(super) fn shortened(text: &str) -> String {
    text[..text.floor_char_boundary(200)].to_owned()
}

/// `a, b or c`.
fn any_of(names: &[&str]) -> String {
    match names {
        [first @ .., before, last] => {
            [first, &[&*format!("{before} or {last}")]].concat().join(", ")
        }
        names => names.concat(),
    }
}
