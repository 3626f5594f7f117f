//! Signatures that let a connection subscribe or sign in.

use std::fmt;

use super::{Key, hmac_hex, is_same};

/// Why a subscription or a sign-in is not authorized. The texts are the hosted service's
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
    verify(keys, auth, channel_string(socket, channel, channel_data))
}

/// Checks the `key:signature` of a sign-in against any of the app's keys.
pub fn verify_user(
    keys: &[Key],
    auth: &str,
    socket: impl fmt::Display,
    user_data: &str,
) -> Result<(), ChannelAuthError> {
    verify(keys, auth, format!("{socket}::user::{user_data}"))
}

fn verify(keys: &[Key], auth: &str, string_to_sign: String) -> Result<(), ChannelAuthError> {
    if auth.is_empty() {
        return Err(ChannelAuthError::Missing);
    }
    let (name, given) = auth.split_once(':').unwrap_or((auth, ""));
    let Some(key) = keys.iter().find(|key| key.key == name) else {
        return Err(ChannelAuthError::UnknownKey { key: name.to_owned() });
    };
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SocketId;
    use crate::auth::encrypted_channel_secret;

    const SECRET: &str = "7ad3773142a6692b25b8";
    const FOOBAR: &str = "58df8b0c36d6982b82c3ecf6b4662e34fe8c25bba48f5369f135bf843651c3a4";

    /// Channel, channel data, signature: the vectors of `docs/protocol.md` appendix B.
    const VECTORS: [(&str, Option<&str>, &str); 6] = [
        ("private-foobar", None, FOOBAR),
        (
            "private-encrypted-foobar",
            None,
            "e6a18892d037c5d5e76a2265df4f086ffc38631605530dfd214aa5bff495f533",
        ),
        (
            "private-foobar",
            Some(r#"{"user_id":"u1"}"#),
            "e307391c8e8e9253874a38e3a02b657cea6bc4be825f9da02357cffdfd618d6d",
        ),
        (
            "presence-foobar",
            Some(r#"{"user_id":10,"user_info":{"name":"Mr. Channels"}}"#),
            "31935e7d86dba64c2a90aed31fdc61869f9b22ba9d8863bba239c03ca481bc80",
        ),
        (
            "presence-foobar",
            Some(r#"{"user_id":10,"user_info":{"name":"Mr. Pusher"}}"#),
            "afaed3695da2ffd16931f457e338e6c9f2921fa133ce7dac49f529792be6304c",
        ),
        (
            "presence-foobar",
            None,
            "71506e66e7fdca106571b8999a849ad34245bc653772e51e0026c1a2475b92ba",
        ),
    ];

    fn keys() -> Vec<Key> {
        let key = |key: &str, secret: &str| Key { key: key.into(), secret: secret.into() };
        vec![key("278d425bdf160c739803", SECRET), key("newer", "newer-secret")]
    }

    fn verify(auth: &str, channel: &str, data: Option<&str>) -> Result<(), ChannelAuthError> {
        verify_channel(&keys(), auth, SocketId::new(1234, 1234), channel, data)
    }

    #[test]
    fn p46_p51_p146_the_vectors_of_channels_verify() {
        for (channel, data, signature) in VECTORS {
            assert_eq!(channel_signature(SECRET, "1234.1234", channel, data), signature);
            let auth = format!("278d425bdf160c739803:{signature}");
            assert_eq!(verify(&auth, channel, data), Ok(()), "{channel} {data:?}");
        }
    }

    #[test]
    fn p146_the_vector_of_users() {
        assert_eq!(
            user_signature(SECRET, "1234.1234", r#"{"id":"12345"}"#),
            "4708d583dada6a56435fb8bc611c77c359a31eebde13337c16ab43aa6de336ba"
        );
    }

    #[test]
    fn p104_p105_the_vector_of_users_verifies_and_nothing_else_does() {
        let data = r#"{"id":"12345"}"#;
        let vector = "4708d583dada6a56435fb8bc611c77c359a31eebde13337c16ab43aa6de336ba";
        let verify = |auth: &str, data| verify_user(&keys(), auth, SocketId::new(1234, 1234), data);
        assert_eq!(verify(&format!("278d425bdf160c739803:{vector}"), data), Ok(()));

        let error = verify(&format!("278d425bdf160c739803:{vector}"), "{}").unwrap_err();
        let signed = "Expected HMAC SHA256 hex digest of 1234.1234::user::{}, but got 4708";
        assert!(error.to_string().contains(signed), "{error}");
        // The other colons that one could think of.
        for text in [format!("1234.1234:user:{data}"), format!("1234.1234:{data}")] {
            let auth = format!("278d425bdf160c739803:{}", hmac_hex(SECRET, text.as_bytes()));
            assert!(verify(&auth, data).is_err(), "{text}");
        }
        assert_eq!(verify("", data), Err(ChannelAuthError::Missing));
        assert!(verify(&format!("deleted:{vector}"), data).is_err());
    }

    #[test]
    fn p146_the_vector_of_encrypted_channels() {
        assert_eq!(
            encrypted_channel_secret("private-encrypted-foobar", &[0; 32]),
            "7IE1DOUKclCQLmo0kebmMhZpsi3rEiv3rgBpjkafLek="
        );
    }

    #[test]
    fn p47_p48_a_signature_of_something_else_is_refused() {
        let auth = format!("278d425bdf160c739803:{FOOBAR}");
        assert!(verify(&auth, "private-other", None).is_err());
        assert!(verify(&auth, "private-foobar", Some("{}")).is_err());
        let other_socket = SocketId::new(1234, 1235);
        assert!(verify_channel(&keys(), &auth, other_socket, "private-foobar", None).is_err());

        let error = verify("278d425bdf160c739803:nonsense", "private-foobar", None).unwrap_err();
        assert_eq!(
            error.to_string(),
            "Invalid signature: Expected HMAC SHA256 hex digest of 1234.1234:private-foobar, \
             but got nonsense"
        );
    }

    #[test]
    fn p49_p53_a_key_that_is_not_the_apps_is_refused() {
        for key in ["deleted", "278d425bdf160c73980", "278D425BDF160C739803", ""] {
            let error = verify(&format!("{key}:{FOOBAR}"), "private-foobar", None).unwrap_err();
            let text = format!("Invalid key in subscription auth data: '{key}'");
            assert_eq!(error.to_string(), text);
        }
    }

    #[test]
    fn p50_missing_or_shapeless_auth_is_refused() {
        assert_eq!(verify("", "private-foobar", None), Err(ChannelAuthError::Missing));
        for auth in [":", FOOBAR, "278d425bdf160c739803", "278d425bdf160c739803:", "::"] {
            assert!(verify(auth, "private-foobar", None).is_err(), "{auth}");
        }
        assert!(
            verify(&format!("278d425bdf160c739803::{FOOBAR}"), "private-foobar", None).is_err()
        );
        assert!(
            verify(&format!("278d425bdf160c739803:{FOOBAR} "), "private-foobar", None).is_err()
        );
        let upper = FOOBAR.to_uppercase();
        assert!(verify(&format!("278d425bdf160c739803:{upper}"), "private-foobar", None).is_err());
    }

    #[test]
    fn p52_any_active_key_counts_with_its_own_secret() {
        let signature = channel_signature("newer-secret", "1234.1234", "private-a", None);
        assert_eq!(verify(&format!("newer:{signature}"), "private-a", None), Ok(()));
        let wrong = format!("278d425bdf160c739803:{signature}");
        assert!(verify(&wrong, "private-a", None).is_err());
    }

    #[test]
    fn an_empty_channel_data_is_not_signed() {
        assert_eq!(channel_signature(SECRET, "1234.1234", "private-foobar", Some("")), FOOBAR);
    }

    #[test]
    fn a_secret_is_never_printed() {
        assert!(!format!("{:?}", keys()).contains(SECRET));
    }
}
