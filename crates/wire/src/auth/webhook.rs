//! Signatures of webhooks: what a server puts on them, and what a receiver checks.

use std::fmt;

use super::{Key, hmac_hex, is_same};

/// Why a webhook is not authentic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookAuthError {
    /// It names a key that is not, or no longer, the app's.
    UnknownKey,
    /// The body is not the one that was signed, or was signed with another secret.
    BadSignature,
}

/// The signature of a webhook: of its body, exactly as sent (`docs/protocol.md` 7).
pub fn webhook_signature(secret: &str, body: &[u8]) -> String {
    hmac_hex(secret, body)
}

/// Checks what came as `X-Pusher-Key` and `X-Pusher-Signature` against the exact bytes of a body.
pub fn verify_webhook(
    keys: &[Key],
    key: &str,
    signature: &str,
    body: &[u8],
) -> Result<(), WebhookAuthError> {
    let known = keys.iter().find(|known| known.key == key).ok_or(WebhookAuthError::UnknownKey)?;
    match is_same(&webhook_signature(&known.secret, body), signature) {
        true => Ok(()),
        false => Err(WebhookAuthError::BadSignature),
    }
}

impl fmt::Display for WebhookAuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnknownKey => "the webhook names a key that is none of this app's",
            Self::BadSignature => "the webhook's body is not what its signature was made of",
        })
    }
}

impl std::error::Error for WebhookAuthError {}

#[cfg(test)]
mod tests {
    use super::*;

    const OCCUPIED: &str = r#"{"time_ms":1327078148132,"events":[{"name":"channel_occupied","channel":"my-channel"}]}"#;
    const TYPING: &str = r#"{"time_ms":1327078148132,"events":[{"name":"client_event","channel":"presence-room","event":"client-typing","data":"{\"on\":true}","socket_id":"1234.1234","user_id":"u1"}]}"#;
    const SIGNATURES: [(&str, &str); 2] = [
        (OCCUPIED, "c19001ae3963ccb13bf618e5b16ba9848e7e74df0993aa0689168e341c6833cf"),
        (TYPING, "559fdb88799fd5961c3eaa01bbc35e03ff66314691efbaf009eb8917947f7124"),
    ];

    fn verify(key: &str, signature: &str, body: &str) -> Result<(), WebhookAuthError> {
        let keys = [("newer", "newer-secret"), ("278d425bdf160c739803", "7ad3773142a6692b25b8")]
            .map(|(key, secret)| Key { key: key.into(), secret: secret.into() });
        verify_webhook(&keys, key, signature, body.as_bytes())
    }

    #[test]
    fn p146_the_vectors_of_webhooks() {
        for (body, signature) in SIGNATURES {
            assert_eq!(webhook_signature("7ad3773142a6692b25b8", body.as_bytes()), signature);
            assert_eq!(verify("278d425bdf160c739803", signature, body), Ok(()));
        }
    }

    #[test]
    fn another_body_key_or_signature_is_refused() {
        let (body, signature) = SIGNATURES[0];
        let tampered = body.replace("my-channel", "my-chanmel");
        for (key, signature, body, error) in [
            ("278d425bdf160c739803", signature, &*tampered, WebhookAuthError::BadSignature),
            ("278d425bdf160c739803", &signature[1..], body, WebhookAuthError::BadSignature),
            ("278d425bdf160c739803", "", body, WebhookAuthError::BadSignature),
            ("newer", signature, body, WebhookAuthError::BadSignature),
            ("gone", signature, body, WebhookAuthError::UnknownKey),
        ] {
            assert_eq!(verify(key, signature, body), Err(error), "{key} {signature}");
        }
    }
}
