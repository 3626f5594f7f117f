//! Signatures that let a connection subscribe or sign in.

use std::fmt;

use super::{Key, hmac_hex, is_same};

/// Why a subscription is not authorized. The texts are the hosted service's
/// (`docs/protocol.md` 1.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChannelAuthError {
    /// There is no `auth`.
    Missing,
    /// `auth` was made with a key that is not, or no longer, the app's.
    UnknownKey {
        /// The key it names.
        key: String,
    },
    /// The digest is of something else, or was made with another secret.
    BadSignature {
        /// What should have been signed.
        string_to_sign: String,
        /// The digest given.
        given: String,
    },
}

/// The signature that lets a socket subscribe to a channel (`docs/protocol.md` 2.3).
///
/// `channel_data` counts, as the exact text that the client will send, whenever there is any.
pub fn channel_signature(
    secret: &str,
    socket: impl fmt::Display,
    channel: &str,
    channel_data: Option<&str>,
) -> String {
    hmac_hex(secret, channel_string(socket, channel, channel_data).as_bytes())
}

/// The signature that lets a socket sign in as a user (`docs/protocol.md` 4.1).
pub fn user_signature(secret: &str, socket: impl fmt::Display, user_data: &str) -> String {
    hmac_hex(secret, format!("{socket}::user::{user_data}").as_bytes())
}

/// Checks the `key:signature` of a subscription against any of the app's keys.
pub fn verify_channel(
    keys: &[Key],
    auth: &str,
    socket: impl fmt::Display,
    channel: &str,
    channel_data: Option<&str>,
) -> Result<(), ChannelAuthError> {
    if auth.is_empty() {
        return Err(ChannelAuthError::Missing);
    }
    let (name, given) = auth.split_once(':').unwrap_or((auth, ""));
    let Some(key) = keys.iter().find(|key| key.key == name) else {
        return Err(ChannelAuthError::UnknownKey { key: name.to_owned() });
    };
    let string_to_sign = channel_string(socket, channel, channel_data);
    if is_same(&hmac_hex(&key.secret, string_to_sign.as_bytes()), given) {
        Ok(())
    } else {
        Err(ChannelAuthError::BadSignature { string_to_sign, given: given.to_owned() })
    }
}

impl fmt::Display for ChannelAuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("Subscription auth data is missing"),
            Self::UnknownKey { key } => {
                write!(f, "Invalid key in subscription auth data: '{key}'")
            }
            Self::BadSignature { string_to_sign, given } => write!(
                f,
                "Invalid signature: Expected HMAC SHA256 hex digest of {string_to_sign}, \
                 but got {given}"
            ),
        }
    }
}

impl std::error::Error for ChannelAuthError {}

fn channel_string(socket: impl fmt::Display, channel: &str, channel_data: Option<&str>) -> String {
    match channel_data {
        None | Some("") => format!("{socket}:{channel}"),
        Some(data) => format!("{socket}:{channel}:{data}"),
    }
}
