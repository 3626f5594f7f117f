//! Why something could not be signed, or was not done.

use std::error::Error as _;
use std::time::Duration;
use std::{fmt, iter};

use rollcall_wire::{ChannelNameError, MalformedSocketId};

/// Why a browser cannot be let in. Nothing was sent anywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignError {
    /// The socket id is none; pusher-js sends it as `socket_id`.
    SocketId(MalformedSocketId),
    /// The channel name is none.
    Channel(ChannelNameError),
    /// A member was given for a channel that has no members.
    NotPresence,
    /// The channel is public, or a user's own, and needs no signature.
    NeedsNone,
    /// The channel is encrypted, and the client has no master key.
    NoMasterKey,
    /// A user's id is empty.
    EmptyId,
}

/// Why a request was not carried out.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A channel name is none.
    Channel(ChannelNameError),
    /// An encrypted channel is published to together with others, which cannot share its data.
    NotAlone,
    /// The channel is encrypted, and the client has no master key.
    NoMasterKey,
    /// A user's id is empty, or consists of one or two dots, which no URL can carry.
    UserId,
    /// The system gave no random bytes to encrypt with.
    NoRandomness,
    /// What was to be sent cannot be written as JSON.
    Data(serde_json::Error),
    /// The server was not reached, or did not answer in time.
    Unreachable(reqwest::Error),
    /// The server says no.
    Refused(Refusal),
    /// The answer is not what the protocol says, or longer than any should be.
    UnreadableAnswer,
}

/// What a server says when it says no (`docs/protocol.md` 6.7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The server's own sentence, which says what to do.
    pub message: String,
    /// After how long to try again, where the server says so (429 and 503).
    pub retry_after: Option<Duration>,
}

impl Error {
    /// What the server said, if it was the server that said no.
    ///
    /// ```
    /// use rollcall_server::{Error, Refusal};
    ///
    /// let refusal = Refusal { status: 413, message: "too much".into(), retry_after: None };
    /// let error = Error::Refused(refusal);
    /// assert_eq!(error.refusal().map(|refusal| refusal.status), Some(413));
    /// assert_eq!(Error::NotAlone.refusal(), None);
    /// ```
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }
}

impl fmt::Display for SignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SocketId(error) => error.fmt(f),
            Self::Channel(error) => error.fmt(f),
            Self::NotPresence => f.write_str("only channels named presence-… have members"),
            Self::NeedsNone => f.write_str(
                "only channels named private-… and presence-… are subscribed to with a signature",
            ),
            Self::NoMasterKey => f.write_str(NO_MASTER_KEY),
            Self::EmptyId => f.write_str("a user needs an id that is not empty"),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Channel(error) => error.fmt(f),
            Self::NotAlone => f.write_str(
                "an encrypted channel must be published to alone: its data are encrypted for it",
            ),
            Self::NoMasterKey => f.write_str(NO_MASTER_KEY),
            Self::UserId => f.write_str("a user's id must not be empty, nor . or .."),
            Self::NoRandomness => f.write_str("the system gives no random bytes to encrypt with"),
            Self::Data(error) => write!(f, "the data cannot be written as JSON: {error}"),
            Self::Unreachable(error) => write!(f, "the server was not reached: {}", cause(error)),
            Self::Refused(refusal) => refusal.fmt(f),
            Self::UnreadableAnswer => {
                f.write_str("the answer is not one of a Channels server; check the URL")
            }
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the server refuses it ({}): {}", self.status, self.message)?;
        match self.retry_after {
            Some(wait) => write!(f, "; try again in {} s", wait.as_secs()),
            None => Ok(()),
        }
    }
}

impl std::error::Error for SignError {}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Channel(error) => Some(error),
            Self::Data(error) => Some(error),
            Self::Unreachable(error) => Some(error),
            _ => None,
        }
    }
}

impl From<MalformedSocketId> for SignError {
    fn from(error: MalformedSocketId) -> Self {
        Self::SocketId(error)
    }
}

impl From<ChannelNameError> for SignError {
    fn from(error: ChannelNameError) -> Self {
        Self::Channel(error)
    }
}

impl From<ChannelNameError> for Error {
    fn from(error: ChannelNameError) -> Self {
        Self::Channel(error)
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Data(error)
    }
}

impl From<reqwest::Error> for Error {
    fn from(error: reqwest::Error) -> Self {
        // The URL carries the signature, which is nobody's business.
        Self::Unreachable(error.without_url())
    }
}

/// What reqwest keeps behind its own sentence, which is the same for a wrong port, a wrong name and a
/// certificate that nobody vouches for.
fn cause(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "it did not answer in time; see Builder::timeout".to_owned();
    }
    let innermost = iter::successors(error.source(), |&error| error.source()).last();
    innermost.map_or_else(|| error.to_string(), |error| error.to_string())
}

const NO_MASTER_KEY: &str = "encrypted channels need a master key: Builder::master_key";
