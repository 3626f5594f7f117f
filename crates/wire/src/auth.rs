//! Every signature of the protocol: channels, users, HTTP requests, webhooks.
//!
//! All are lower-case hex HMAC-SHA256 digests, and all are compared in constant time.

mod channel;
pub(crate) mod query;
mod request;
mod utc;
mod webhook;

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

pub use channel::{
    ChannelAuthError, channel_signature, user_signature, verify_channel, verify_user,
};
pub use request::{
    BodyToVerify, RequestAuthError, RequestToVerify, request_key, sign_request, verify_request,
};
pub use webhook::{WebhookAuthError, verify_webhook, webhook_signature};

/// A key and its secret; an app may have several, all of which count.
#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    /// The public half.
    pub key: String,
    /// The half that only the app's own back ends know.
    pub secret: String,
}

/// The lower-case hex HMAC-SHA256 of some bytes.
pub fn hmac_hex(secret: &str, bytes: &[u8]) -> String {
    hmac_hex_of_parts(secret, [bytes])
}

/// The key that the data of an encrypted channel is encrypted with (`docs/protocol.md` 2.3).
pub fn encrypted_channel_key(channel: &str, master_key: &[u8; 32]) -> [u8; 32] {
    Sha256::new().chain_update(channel).chain_update(master_key).finalize().into()
}

/// The same in base64, as subscribers get it from whoever authorizes them.
pub fn encrypted_channel_secret(channel: &str, master_key: &[u8; 32]) -> String {
    STANDARD.encode(encrypted_channel_key(channel, master_key))
}

/// A secret is never printed.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("key", &self.key).finish_non_exhaustive()
    }
}

fn hmac_hex_of_parts<'a>(secret: &str, parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
        .expect("HMAC takes a secret of any length");
    for part in parts {
        mac.update(part);
    }
    hex::encode(mac.finalize().into_bytes())
}

/// Compares digests or other secrets without telling by time where they differ. Their length is no
/// secret.
pub fn is_same(expected: &str, given: &str) -> bool {
    expected.as_bytes().ct_eq(given.as_bytes()).into()
}
